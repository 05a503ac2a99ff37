"""Tiny random Llama checkpoints and what transformers computes with them.

Run: python3 make_fixtures.py   (needs torch, transformers, safetensors; everything is seeded)

Writes one folder per model beside this file: config.json and model.safetensors as transformers saves
them, and expected.json with the prompt, the logits of chosen positions and a greedy continuation, in f32.
"""

import json
import pathlib

import torch
from transformers import LlamaConfig, LlamaForCausalLM

HERE = pathlib.Path(__file__).parent
PROMPT_LENGTH = 150
CHECKED_POSITIONS = [0, 1, 62, 63, 64, 65, 100, 149]
CONTINUATION_LENGTH = 24

MODELS = {
    "mha-untied": dict(num_attention_heads=4, num_key_value_heads=4, tie_word_embeddings=False),
    "gqa-tied": dict(num_attention_heads=6, num_key_value_heads=2, head_dim=16, tie_word_embeddings=True),
    "gqa-bf16": dict(num_attention_heads=4, num_key_value_heads=2, head_dim=24, tie_word_embeddings=True),
    "mqa-f16": dict(num_attention_heads=4, num_key_value_heads=1, rope_theta=500000.0, tie_word_embeddings=False),
}
STORED = {"gqa-bf16": torch.bfloat16, "mqa-f16": torch.float16}


def make(name: str, sizes: dict) -> None:
    torch.manual_seed(20252033)
    config = LlamaConfig(
        vocab_size=96, hidden_size=48, intermediate_size=80, num_hidden_layers=3,
        max_position_embeddings=256, rms_norm_eps=1e-5, bos_token_id=1, eos_token_id=2,
        attn_implementation="eager", **sizes)
    model = LlamaForCausalLM(config).eval()
    with torch.no_grad():
        for parameter in model.parameters():
            # Wider than the default, so that attention is far from uniform.
            parameter.copy_(torch.randn_like(parameter) * (0.25 if parameter.dim() > 1 else 0.2)
                            + (0 if parameter.dim() > 1 else 1))
    # What is stored is what is measured: the rounded weights are read back and computed with in f32.
    # (A model that was cast to bf16 and back would keep rotary frequencies rounded to bf16.)
    model.to(STORED.get(name, torch.float32)).save_pretrained(HERE / name)
    model = LlamaForCausalLM.from_pretrained(HERE / name, dtype=torch.float32, attn_implementation="eager").eval()
    prompt = torch.randint(3, 96, (1, PROMPT_LENGTH))
    with torch.no_grad():
        logits = model(prompt).logits[0]
        tokens = prompt
        for _ in range(CONTINUATION_LENGTH):
            following = model(tokens).logits[:, -1].argmax(-1, keepdim=True)
            tokens = torch.cat([tokens, following], dim=1)
    expected = {
        "prompt": prompt[0].tolist(),
        "positions": CHECKED_POSITIONS,
        "logits": [[round(value, 6) for value in logits[i].tolist()] for i in CHECKED_POSITIONS],
        "continuation": tokens[0, PROMPT_LENGTH:].tolist(),
    }
    (HERE / name / "expected.json").write_text(json.dumps(expected))


if __name__ == "__main__":
    for model_name, model_sizes in MODELS.items():
        make(model_name, model_sizes)
