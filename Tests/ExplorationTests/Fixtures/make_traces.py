"""Traces of tiny random transformers models, and what kvpress keeps in them, for RecordedTraceTests.

    pip install torch transformers safetensors numpy; pip install --no-deps kvpress    # 0.5.5
    python make_traces.py

Writes traces/NAME.safetensors, by Samples/Traces/record_trace.py, and traces/NAME.json. The Llama and the Qwen3 are those of
EvictionTests (Fixtures/models), with a prompt and the kept sets of their expected.json; the Mistral is made here, and
compressed by the same code. Kept sets of LAQ and LAQ++ are computed from the recorded vectors, in f64 (laq.md).
"""
import copy, json, pathlib, sys

import torch
from safetensors.torch import load_file, save_file
from safetensors import safe_open
from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import AutoModelForCausalLM, MistralConfig, PreTrainedTokenizerFast

HERE = pathlib.Path(__file__).resolve().parent
POLICIES = HERE.parents[1] / "EvictionTests/Fixtures"
sys.path[:0] = [str(HERE.parents[2] / "Samples/Traces"), str(POLICIES)]
import record_trace  # noqa: E402

TOKENS, RATIOS, BUDGET = 90, (0.5, 0.9), 40


def words():
    """A tokenizer of whose texts the ids can be chosen: `t17` is token 17."""
    tokenizer = Tokenizer(models.WordLevel({f"t{token}": token for token in range(304)}, unk_token="t0"))
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer)


def record(name, model, prompt):
    """Records with all queries, in f32, and packs the file without room for a longer header."""
    text, target = HERE / "traces/prompt.txt", HERE / f"traces/{name}.safetensors"
    text.write_text(" ".join(f"t{token}" for token in prompt))
    options = record_trace.parse(
        ["--model", name, "--text", str(text), "--to", str(target), "--steps", "6", "--top", "4", "--budgets", str(BUDGET)])
    record_trace.record(model, words(), record_trace.asked_prompt(words(), options), options)
    text.unlink()
    with safe_open(target, "pt") as file:
        metadata = file.metadata()
    tensors = {key: tensor.clone() for key, tensor in load_file(target).items() if key != "padding"}
    assert tensors["tokens"].tolist() == prompt
    save_file(tensors, target, metadata=metadata)
    return tensors


def laq(tensors, window):
    """[layer][KV head] positions that LAQ keeps, w2 = window: rows over the prompt's keys alone, summed, pooled, averaged."""
    kept, layer = [], 0
    while f"layers.{layer}.keys" in tensors:
        keys = tensors[f"layers.{layer}.keys"].double()
        rows = tensors[f"layers.{layer}.lookaheads.0.queries"].double().transpose(0, 1)
        local = tensors[f"layers.{layer}.queries"].double()[:, TOKENS - window :]
        logits = torch.cat([local, rows], 1) @ keys.repeat_interleave(len(rows) // len(keys), 0).transpose(1, 2)
        for row in range(window):
            logits[:, row, TOKENS - window + row + 1 :] = -torch.inf
        received = (logits / keys.shape[-1] ** 0.5).softmax(-1).sum(1)[:, : TOKENS - window]
        pooled = torch.nn.functional.max_pool1d(received, 7, stride=1, padding=3)
        scores = pooled.unflatten(0, (len(keys), -1)).mean(1)
        best = scores.sort(dim=-1, descending=True, stable=True).indices[:, : BUDGET - window]
        kept.append([sorted(head) + list(range(TOKENS - window, TOKENS)) for head in best.tolist()])
        layer += 1
    return kept


def mistral():
    torch.manual_seed(3)
    configuration = MistralConfig(
        vocab_size=304, hidden_size=32, intermediate_size=32, num_hidden_layers=2, num_attention_heads=4,
        num_key_value_heads=1, head_dim=8, max_position_embeddings=1024, initializer_range=0.25, sliding_window=None,
        bos_token_id=1, eos_token_id=2)
    return AutoModelForCausalLM.from_config(configuration).eval(), (torch.randperm(300) + 3).tolist()[:TOKENS]


def main():
    torch.set_num_threads(1)
    (HERE / "traces").mkdir(exist_ok=True)
    found = {}
    for name, folder in (("llama", "gqa"), ("qwen3", "qwen3")):
        fixture = json.loads((POLICIES / "models" / folder / "expected.json").read_text())
        model = AutoModelForCausalLM.from_pretrained(POLICIES / "models" / folder).eval()
        expected = [
            {key: case[key] for key in ("policy", "ratio", "kept", "open") if key in case} for case in fixture["expected"]
            if case["prompt"] == 0 and case["tokens"] == TOKENS and case["ratio"] in RATIOS and "critical" not in case["policy"]]
        found[name] = record(name, model, fixture["prompts"][0][:TOKENS]), expected
    model, prompt = mistral()
    own = record("mistral", model, prompt)

    import make_models  # makes torch's rankings stable, and refuses close calls: not before everything is recorded
    model.set_attn_implementation("sdpa")
    exact, expected = copy.deepcopy(model).double(), []
    for policy, (press, is_plain) in make_models.PRESSES.items():
        if "critical" in policy or policy == "observed":
            continue
        for ratio in RATIOS:
            try:
                case = make_models.compare(model, exact, policy, press, is_plain, prompt, ratio)
            except make_models.Refused as reason:
                print("mistral", policy, ratio, reason)
            else:
                expected.append({"policy": policy, "ratio": ratio} | {key: case[key] for key in ("kept", "open") if key in case})
    found["mistral"] = own, expected
    for name, (tensors, expected) in found.items():
        lookahead = [
            {"policy": policy, "budget": BUDGET, "kept": make_models.bitmaps(laq(tensors, window), TOKENS)}
            for policy, window in (("laq", 0), ("laq++", 8))]
        text = json.dumps(expected + lookahead, separators=(",", ":"))
        (HERE / f"traces/{name}.json").write_text(text.replace('{"policy"', '\n{"policy"') + "\n")
        print(name, len(expected) + 2, "expectations", (HERE / f"traces/{name}.safetensors").stat().st_size, "bytes")


if __name__ == "__main__":
    main()
