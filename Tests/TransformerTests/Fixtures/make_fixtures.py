"""Tiny random checkpoints of every supported family, and what transformers computes with them.

Run: python3 make_fixtures.py [NAME ...]   (needs torch, transformers, safetensors; everything is seeded)

Writes one folder per model beside this file: config.json and model.safetensors as transformers saves
them, and expected.json with the prompt, the logits of chosen positions and a greedy continuation, in f32.
"""

import json
import pathlib
import sys

import torch
from transformers import (
    AutoModelForCausalLM, Gemma2Config, Gemma2ForCausalLM, Gemma3Config, Gemma3ForCausalLM,
    Gemma3ForConditionalGeneration, Gemma3TextConfig, GemmaConfig, GemmaForCausalLM, LlamaConfig, LlamaForCausalLM,
    MistralConfig, MistralForCausalLM, Phi3Config, Phi3ForCausalLM, Qwen2Config, Qwen2ForCausalLM, Qwen3Config,
    Qwen3ForCausalLM, SmolLM3Config, SmolLM3ForCausalLM)

HERE = pathlib.Path(__file__).parent
PROMPT_LENGTH = 150
CHECKED_POSITIONS = [0, 1, 62, 63, 64, 65, 100, 149]
CONTINUATION_LENGTH = 64

GQA = dict(num_attention_heads=4, num_key_value_heads=2)


def llama(**sizes):
    return LlamaConfig, LlamaForCausalLM, sizes


def scaled(kind: str, **values) -> dict:
    """A rope_parameters object."""
    return {"rope_type": kind, "rope_theta": 10000.0, **values}


MODELS = {
    "mha-untied": llama(num_attention_heads=4, num_key_value_heads=4, tie_word_embeddings=False),
    "gqa-tied": llama(num_attention_heads=6, num_key_value_heads=2, head_dim=16, tie_word_embeddings=True),
    "gqa-bf16": llama(num_attention_heads=4, num_key_value_heads=2, head_dim=24, tie_word_embeddings=True),
    "mqa-f16": llama(num_attention_heads=4, num_key_value_heads=1, rope_theta=500000.0, tie_word_embeddings=False),
    "llama-biases": llama(**GQA, attention_bias=True, mlp_bias=True),
    "llama-linear": llama(**GQA, rope_parameters=scaled("linear", factor=4.0)),
    "llama-dynamic": llama(**GQA, max_position_embeddings=64, rope_parameters=scaled("dynamic", factor=4.0)),
    "llama-llama3": llama(**GQA, rope_parameters=scaled(
        "llama3", factor=8.0, low_freq_factor=1.0, high_freq_factor=4.0, original_max_position_embeddings=64)),
    "llama-yarn": llama(**GQA, rope_parameters=scaled(
        "yarn", factor=4.0, original_max_position_embeddings=64)),
    "mistral-window": (MistralConfig, MistralForCausalLM, dict(**GQA, sliding_window=40)),
    "qwen2": (Qwen2Config, Qwen2ForCausalLM, dict(**GQA, tie_word_embeddings=True)),
    "qwen2-window": (Qwen2Config, Qwen2ForCausalLM, dict(
        **GQA, use_sliding_window=True, sliding_window=40, max_window_layers=1)),
    "qwen3": (Qwen3Config, Qwen3ForCausalLM, dict(**GQA, head_dim=16)),
    "smollm3": (SmolLM3Config, SmolLM3ForCausalLM, dict(**GQA, num_hidden_layers=4, pad_token_id=0)),
    "phi3": (Phi3Config, Phi3ForCausalLM, dict(**GQA, sliding_window=100, pad_token_id=0)),
    "phi3-longrope": (Phi3Config, Phi3ForCausalLM, dict(
        **GQA, hidden_size=64, pad_token_id=0, original_max_position_embeddings=64,
        rope_parameters=scaled("longrope", partial_rotary_factor=0.75, short_factor=[1.0 + 0.1 * i for i in range(6)],
                               long_factor=[1.5 + 0.5 * i for i in range(6)],
                               original_max_position_embeddings=64))),
    "gemma": (GemmaConfig, GemmaForCausalLM, dict(**GQA, head_dim=16)),
    "gemma2": (Gemma2Config, Gemma2ForCausalLM, dict(
        **GQA, num_hidden_layers=4, head_dim=16, sliding_window=40, query_pre_attn_scalar=24,
        attn_logit_softcapping=5.0, final_logit_softcapping=3.0)),
    "gemma3": (Gemma3TextConfig, Gemma3ForCausalLM, dict(
        **GQA, num_hidden_layers=4, head_dim=16, sliding_window=40, query_pre_attn_scalar=24,
        layer_types=["sliding_attention", "full_attention"] * 2,
        rope_parameters={"sliding_attention": {"rope_type": "default", "rope_theta": 1000.0},
                         "full_attention": {"rope_type": "linear", "factor": 4.0, "rope_theta": 50000.0}})),
}
# Configurations as other programs and versions wrote them: what is changed in config.json before it is read.
MODELS |= {
    "mistral-listed": MODELS["mistral-window"],
    "gemma-first": MODELS["gemma"],
    "gemma3-pictures": (Gemma3Config, Gemma3ForConditionalGeneration, dict(
        text_config=dict(vocab_size=96, hidden_size=48, intermediate_size=80, num_hidden_layers=7,
                         num_attention_heads=8, num_key_value_heads=4, head_dim=16, sliding_window=40),
        vision_config=dict(hidden_size=16, intermediate_size=16, num_hidden_layers=1, num_attention_heads=2,
                           image_size=28, patch_size=14), mm_tokens_per_image=4)),
}
REWRITTEN = {
    "mistral-listed": dict(head_dim=12, layer_types=["full_attention", "sliding_attention", "full_attention"]),
    "gemma-first": dict(hidden_act="gelu", hidden_activation=None, architectures=None, rope_parameters=None,
                        rope_theta=10000.0, max_position_embeddings=None, rms_norm_eps=None),
    # As the 4B has it: heads, windows, rotations and much else by the classes' defaults.
    "gemma3-pictures": dict(eos_token_id=[1, 106], text_config=dict(
        vocab_size=96, hidden_size=48, intermediate_size=80, model_type="gemma3_text", num_hidden_layers=7,
        head_dim=16, sliding_window=40, rope_scaling=dict(factor=8.0, rope_type="linear"))),
}
STORED = {"mha-untied": torch.float32, "gqa-tied": torch.float32, "mqa-f16": torch.float16}


def make(name: str) -> None:
    configuration, architecture, sizes = MODELS[name]
    torch.manual_seed(20252033)
    common = dict(
        vocab_size=96, hidden_size=48, intermediate_size=80, num_hidden_layers=3, max_position_embeddings=256,
        rms_norm_eps=1e-5, bos_token_id=1, eos_token_id=2, attn_implementation="eager")
    model = architecture(configuration(**(sizes if name == "gemma3-pictures" else common | sizes))).eval()
    is_gemma = name.startswith("gemma")
    with torch.no_grad():
        for key, parameter in model.named_parameters():
            # Wider than the default, so that attention is far from uniform.
            is_norm = "norm" in key
            parameter.copy_(torch.randn_like(parameter) * (0.25 if parameter.dim() > 1 else 0.2)
                            + (1 if is_norm and not is_gemma else 0))
    # What is stored is what is measured: the rounded weights are read back and computed with in f32.
    # (A model that was cast to bf16 and back would keep rotary frequencies rounded to bf16.)
    model.to(STORED.get(name, torch.bfloat16)).save_pretrained(HERE / name)
    rewrite(name)
    model = AutoModelForCausalLM.from_pretrained(HERE / name, dtype=torch.float32, attn_implementation="eager").eval()
    prompt = torch.randint(3, 96, (1, PROMPT_LENGTH))
    with torch.no_grad():
        logits = model(prompt).logits[0]
        tokens, cache, following = [], None, prompt
        for _ in range(CONTINUATION_LENGTH):
            step = model(following, past_key_values=cache, use_cache=True)
            cache, following = step.past_key_values, step.logits[:, -1].argmax(-1, keepdim=True)
            tokens.append(following.item())
        # Prefixes have logits of their own where the rotation depends on the length.
        rows = [model_again(architecture, name, prompt[:, :i + 1]) if depends(name) else logits[i].tolist()
                for i in CHECKED_POSITIONS]
    expected = {
        "prompt": prompt[0].tolist(),
        "positions": CHECKED_POSITIONS,
        "logits": [[round(value, 6) for value in row] for row in rows],
        "continuation": tokens,
    }
    (HERE / name / "expected.json").write_text(json.dumps(expected))


def rewrite(name: str) -> None:
    """Changes config.json; some keys are left out where they become null, as files without them are."""
    path = HERE / name / "config.json"
    config = json.loads(path.read_text()) | REWRITTEN.get(name, {})
    missing = ("architectures", "rope_parameters", "max_position_embeddings", "rms_norm_eps")
    config = {key: value for key, value in config.items() if value is not None or key not in missing}
    if name in REWRITTEN:
        path.write_text(json.dumps(config, indent=2) + "\n")


def depends(name: str) -> bool:
    """Whether the rotation changes as the text grows."""
    return name in ("llama-dynamic", "phi3-longrope")


def model_again(architecture, name: str, prompt) -> list[float]:
    """The last logits of a model that has seen nothing longer."""
    model = architecture.from_pretrained(HERE / name, dtype=torch.float32, attn_implementation="eager").eval()
    return model(prompt).logits[0, -1].tolist()


for wanted in sys.argv[1:] or MODELS:
    make(wanted)
