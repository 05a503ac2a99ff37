"""What transformers makes of configurations that say only what differs, for every supported family.

Run: python3 make_configurations.py   (needs torch, transformers 5.24; no weights are made)

Writes configurations.json beside this file: a list of cases, each with the text of a config.json, which part of the
family it is about, and what transformers resolves it to (`expected`), or that it refuses it (`refused`). Sizes are
read from the configuration, biases and norms from the names of the model's parameters, frequencies from its rotary
embedding, windows from what its masks let the last of some tokens see.
"""

import json
import pathlib
import tempfile

import torch
import transformers
from transformers import AutoConfig, AutoModelForCausalLM

transformers.logging.set_verbosity_error()
HERE = pathlib.Path(__file__).parent
FAMILIES = {
    "LlamaForCausalLM": "llama", "MistralForCausalLM": "mistral", "Qwen2ForCausalLM": "qwen2",
    "Qwen3ForCausalLM": "qwen3", "SmolLM3ForCausalLM": "smollm3", "Phi3ForCausalLM": "phi3",
    "GemmaForCausalLM": "gemma", "Gemma2ForCausalLM": "gemma2", "Gemma3ForCausalLM": "gemma3_text",
    "Gemma3ForConditionalGeneration": "gemma3",
}
SMALL = dict(num_hidden_layers=3, hidden_size=64, intermediate_size=32, num_attention_heads=4, num_key_value_heads=2,
             vocab_size=200000, max_position_embeddings=512)
FULL, SLIDING = "full_attention", "sliding_attention"
LLAMA3 = dict(rope_type="llama3", factor=8.0, low_freq_factor=1.0, high_freq_factor=4.0,
              original_max_position_embeddings=64)
LONG = dict(short_factor=[1.0 + 0.1 * i for i in range(8)], long_factor=[1.5 + 0.5 * i for i in range(8)])


def cases():
    """Name of the case, architecture, keys beside it."""
    for name, kind in FAMILIES.items():
        nested = kind == "gemma3"
        yield "nothing said", name, {"text_config": {}} if nested else {}
        wrap = (lambda keys: {"text_config": keys}) if nested else (lambda keys: keys)
        yield "sizes", name, wrap(SMALL)
        without = {key: value for key, value in SMALL.items() if key != "num_key_value_heads"}
        if kind not in ("smollm3", "qwen2", "qwen3", "mistral", "gemma", "gemma2", "gemma3_text", "gemma3"):
            yield "kv heads missing", name, wrap(without)
        if kind in ("llama", "qwen2", "qwen3", "smollm3", "phi3"):
            yield "kv heads null", name, wrap(SMALL | dict(num_key_value_heads=None))
        yield "head_dim", name, wrap(SMALL | dict(head_dim=32))
        yield "model_type alone", name, wrap(SMALL) | dict(architectures=None)
        yield "tie true", name, wrap(SMALL | dict(tie_word_embeddings=True))
        yield "tie false", name, wrap(SMALL | dict(tie_word_embeddings=False))
        yield "theta", name, wrap(SMALL | dict(rope_theta=77777.0))
        yield "window", name, wrap(SMALL | dict(sliding_window=5))
        yield "window null", name, wrap(SMALL | dict(sliding_window=None))
        yield "window used", name, wrap(SMALL | dict(sliding_window=5, use_sliding_window=True, max_window_layers=1))
        yield "window by default", name, wrap(SMALL | dict(use_sliding_window=True, max_window_layers=1))
        yield "layer types", name, wrap(SMALL | dict(
            head_dim=16, sliding_window=5, use_sliding_window=True, layer_types=[FULL, SLIDING, "attention"]))
        yield "layer types, window not used", name, wrap(SMALL | dict(
            head_dim=16, sliding_window=5, layer_types=[SLIDING, FULL, FULL]))
        yield "layer types without a window", name, wrap(SMALL | dict(
            head_dim=16, sliding_window=None, layer_types=[SLIDING, FULL, FULL]))
        yield "biases", name, wrap(SMALL | dict(attention_bias=True, mlp_bias=True))
        yield "gelu", name, wrap(SMALL | dict(hidden_act="gelu"))
        yield "gelu and null", name, wrap(SMALL | dict(hidden_act="gelu", hidden_activation=None))
        yield "swish", name, wrap(SMALL | dict(hidden_act="swish"))
        yield "gelu_new", name, wrap(SMALL | dict(hidden_activation="gelu_new"))
        yield "eos null", name, wrap(SMALL | dict(eos_token_id=None))
        yield "eos list", name, wrap(SMALL | dict(eos_token_id=[7, 9]))
        yield "old linear", name, wrap(SMALL | dict(rope_theta=500.0, rope_scaling=dict(type="linear", factor=4.0)))
        yield "linear", name, wrap(SMALL | dict(rope_theta=500.0, rope_scaling=dict(rope_type="linear", factor=4.0)))
        yield "both", name, wrap(SMALL | dict(
            rope_parameters=dict(rope_type="linear", factor=4.0, rope_theta=9.0), rope_theta=7.0,
            rope_scaling=dict(rope_type="dynamic", factor=2.0)))
        yield "empty scaling", name, wrap(SMALL | dict(
            rope_parameters=dict(rope_type="linear", factor=4.0), rope_theta=7.0, rope_scaling={}))
        yield "llama3", name, wrap(SMALL | dict(rope_scaling=LLAMA3))
        yield "llama3, length outside, too", name, wrap(SMALL | dict(
            rope_scaling=LLAMA3, original_max_position_embeddings=32))
        yield "llama3, no length", name, wrap(SMALL | dict(
            rope_scaling={k: v for k, v in LLAMA3.items() if not k.startswith("original")}))
        yield "yarn", name, wrap(SMALL | dict(
            rope_parameters=dict(rope_type="yarn", factor=8.0, rope_theta=300.0,
                                 original_max_position_embeddings=64)))
        yield "yarn, mscale", name, wrap(SMALL | dict(
            rope_parameters=dict(rope_type="yarn", factor=8.0, rope_theta=300.0, mscale=0.7, mscale_all_dim=1.3,
                                 original_max_position_embeddings=64, truncate=False, beta_fast=16.0)))
        yield "longrope", name, wrap(SMALL | dict(
            head_dim=16, rope_scaling=dict(type="longrope", original_max_position_embeddings=64, **LONG)))
        yield "longrope, factor", name, wrap(SMALL | dict(
            head_dim=16, rope_parameters=dict(rope_type="longrope", factor=16.0, rope_theta=10000.0,
                                              original_max_position_embeddings=64, **LONG)))
        yield "su", name, wrap(SMALL | dict(
            head_dim=16, original_max_position_embeddings=64, rope_scaling=dict(type="su", **LONG)))
        yield "a part of each head", name, wrap(SMALL | dict(head_dim=16, partial_rotary_factor=0.5))
        if kind.startswith("gemma"):
            yield "score settings", name, wrap(SMALL | dict(
                query_pre_attn_scalar=24, attn_logit_softcapping=5.0, final_logit_softcapping=3.0))
            yield "caps null", name, wrap(SMALL | dict(attn_logit_softcapping=None, final_logit_softcapping=None))
            yield "no head_dim", name, wrap(SMALL)
            yield "bidirectional", name, wrap(SMALL | dict(use_bidirectional_attention=True))
        if kind.startswith("gemma3"):
            yield "pattern", name, wrap(SMALL | dict(sliding_window=5, sliding_window_pattern=2))
            yield "two thetas", name, wrap(SMALL | dict(
                rope_theta=5000.0, rope_local_base_freq=300.0, rope_scaling=dict(rope_type="linear", factor=8.0)))
            yield "parameters of each", name, wrap(SMALL | dict(rope_parameters={
                FULL: dict(rope_type="linear", factor=8.0), SLIDING: dict(rope_type="default", rope_theta=3.0)},
                rope_theta=5000.0, rope_local_base_freq=300.0))
            yield "parameters of each, and scaling", name, wrap(SMALL | dict(rope_parameters={
                FULL: dict(rope_type="linear", factor=8.0), SLIDING: dict(rope_type="default", rope_theta=3.0)},
                rope_scaling=dict(factor=2.0)))
            yield "parameters of one", name, wrap(SMALL | dict(rope_parameters={
                SLIDING: dict(rope_type="linear", factor=3.0)}))
        if kind == "gemma3":
            yield "tied outside only", name, {"tie_word_embeddings": True,
                                              "text_config": SMALL | dict(tie_word_embeddings=False)}
            yield "tied nowhere", name, {"tie_word_embeddings": False,
                                         "text_config": SMALL | dict(tie_word_embeddings=False)}
            yield "gemma-3-4b", name, {
                "eos_token_id": [1, 106], "text_config": dict(
                    hidden_size=2560, intermediate_size=10240, model_type="gemma3_text", num_hidden_layers=34,
                    rope_scaling=dict(factor=8.0, rope_type="linear"), sliding_window=1024)}
            yield "gemma-3-12b", name, {
                "eos_token_id": [1, 106], "text_config": dict(
                    hidden_size=3840, intermediate_size=15360, model_type="gemma3_text", num_attention_heads=16,
                    num_hidden_layers=48, num_key_value_heads=8, rope_scaling=dict(factor=8.0, rope_type="linear"),
                    sliding_window=1024)}
        if kind == "smollm3":
            yield "layers without positions", name, SMALL | dict(no_rope_layers=[0, 1, 0])
            yield "every other layer", name, SMALL | dict(no_rope_layer_interval=2)
            yield "windows there", name, SMALL | dict(
                no_rope_layers=[0, 1, 0], use_sliding_window=True, sliding_window=5)


def ends(configuration) -> list[int]:
    """What a model would stop at without a generation_config.json."""
    found = transformers.GenerationConfig.from_model_config(configuration).eos_token_id
    return [] if found is None else sorted([found] if isinstance(found, int) else found)


def visible(model, layers: int) -> list[int]:
    """How many of 12 tokens the last one sees in each layer, by the masks that the model makes."""
    seen = []
    hooks = []

    def note(_, args, kwargs):
        mask = kwargs["attention_mask"] if "attention_mask" in kwargs else args[1]
        seen.append(int((mask[0, 0, -1] >= 0).sum()))

    decoder = model.get_decoder()
    for layer in decoder.layers:
        hooks.append(layer.self_attn.register_forward_pre_hook(note, with_kwargs=True))
    with torch.no_grad():
        model(torch.arange(1, 13)[None])
    for hook in hooks:
        hook.remove()
    assert len(seen) == layers
    return seen


def cap(configuration, name: str):
    """A cap of the families that have any; the first Gemma keeps the key and does not look at it."""
    return getattr(configuration, name) if name in configuration.__dataclass_fields__ else None


def windows(configuration, attention) -> list:
    """Each layer's window by the attribute that its attention has, or that all share."""
    shared = configuration.sliding_window if configuration.model_type in ("mistral", "phi3") else None
    return [getattr(layer, "sliding_window", None) or shared for layer in attention]


def rotations(model, configuration, layer: int):
    """Frequencies and magnitude of one layer's rotation; for LongRoPE those of short texts."""
    embedding = model.get_decoder().rotary_emb
    kind = getattr(configuration, "layer_types", None)
    name = f"{kind[layer]}_inv_freq" if kind and hasattr(embedding, f"{kind[layer]}_inv_freq") else "inv_freq"
    scale = getattr(embedding, name.replace("inv_freq", "attention_scaling"))
    values = getattr(embedding, name).double().tolist()
    picked = sorted({1, len(values) // 3, len(values) - 1})
    return dict(count=len(values), at=picked, values=[short(values[i]) for i in picked], magnitude=short(float(scale)))


def short(value: float) -> float:
    """Eight digits, which is what an f32 has."""
    return float(f"{value:.8g}")


def together(rotations: dict[int, dict]) -> list:
    """Layers of the same rotation, and the rotation."""
    found = {}
    for layer, rotation in rotations.items():
        found.setdefault(json.dumps(rotation), []).append(layer)
    return [dict(layers=layers) | json.loads(rotation) for rotation, layers in found.items()]


def resolve(text: str) -> dict:
    with tempfile.TemporaryDirectory() as folder:
        (pathlib.Path(folder) / "config.json").write_text(text)
        whole = AutoConfig.from_pretrained(folder)
    configuration = whole.get_text_config()
    # What a mask lets through, and a rotation, do not depend on widths; the sizes are those of the configuration.
    sizes = dict(
        hidden_size=configuration.hidden_size, intermediate_size=configuration.intermediate_size,
        num_hidden_layers=configuration.num_hidden_layers, num_attention_heads=configuration.num_attention_heads,
        num_key_value_heads=configuration.num_key_value_heads, vocab_size=configuration.vocab_size,
        max_position_embeddings=configuration.max_position_embeddings, rms_norm_eps=configuration.rms_norm_eps)
    with torch.device("meta"):
        shapes = AutoModelForCausalLM.from_config(whole)
    names = dict(shapes.named_parameters())
    first = {name.split("layers.0.")[1]: parameter for name, parameter in names.items()
             if "layers.0." in name and "vision" not in name}
    # As many layers, but narrow ones: the model is run, and nothing of what is asked depends on its weights.
    less = dict(intermediate_size=2, vocab_size=64, pad_token_id=0)
    if configuration.hidden_size > 64:
        heads = configuration.num_attention_heads
        head = getattr(configuration, "head_dim", None) or configuration.hidden_size // heads
        less |= dict(hidden_size=heads, head_dim=head)
    narrow = type(configuration).from_dict(configuration.to_dict() | less)
    narrow._attn_implementation = "eager"
    model = AutoModelForCausalLM.from_config(narrow, attn_implementation="eager").eval()
    layers = sizes["num_hidden_layers"]
    attention = [layer.self_attn for layer in model.get_decoder().layers]
    used = getattr(configuration, "no_rope_layers", None)
    chosen = sorted({0, 1, layers - 1, min(5, layers - 1)})
    return sizes | dict(
        head_dim=attention[0].head_dim, tied=shapes.lm_head.weight is shapes.get_input_embeddings().weight,
        eos=ends(whole), activation=type(model.get_decoder().layers[0].mlp.act_fn if hasattr(
            model.get_decoder().layers[0].mlp, "act_fn") else model.get_decoder().layers[0].mlp.activation_fn).__name__,
        queryKeyValueBias="self_attn.q_proj.bias" in first, outputBias="self_attn.o_proj.bias" in first,
        feedForwardBias="mlp.down_proj.bias" in first, queryKeyNorm="self_attn.q_norm.weight" in first,
        outputNorms="post_feedforward_layernorm.weight" in first, fused="self_attn.qkv_proj.weight" in first,
        scale=attention[0].scaling, scoreCap=cap(configuration, "attn_logit_softcapping"),
        logitCap=cap(configuration, "final_logit_softcapping"),
        # How many of 12 tokens are seen, and what the layers say of windows that are wider.
        visible=visible(model, layers), windows=windows(configuration, attention),
        positions=[bool(used[i]) if used else True for i in range(layers)],
        rotations=together({i: rotations(model, configuration, i) for i in chosen}))


def main() -> None:
    found = []
    for title, architecture, keys in cases():
        config = dict(architectures=[architecture], model_type=FAMILIES[architecture]) | keys
        text = json.dumps(config)
        case = dict(title=title, architecture=architecture, config=text)
        try:
            case["expected"] = resolve(text)
        except Exception as error:
            case["refused"] = f"{type(error).__name__}: {error}".split("\n")[0][:120]
        print(architecture, title, case.get("refused", ""))
        found.append(case)
    (HERE / "configurations.json").write_text("[\n" + ",\n".join(json.dumps(case) for case in found) + "\n]\n")


main()
