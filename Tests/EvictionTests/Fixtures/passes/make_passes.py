"""Kept sets of the policies that pass the context through the model again, made by kvpress on tiny models.

Run: python3 make_passes.py    (needs torch, transformers, kvpress 0.5.5; everything is seeded)

The models are those of TransformerTests/Fixtures (multi-head, grouped-query, query and key norms), in f32. KVzip's
prompts are tokenized by a stand-in: a byte b is the token 3 + b mod 93, and `template` says what a chat template would
put around the context. Their ids are written down, so that the other side feeds the same.

Kept sets are bitmaps, the first token in the lowest bit of the first byte. topk is made stable, so that of equal scores the
lower index wins (KVCompose lifts layer 0 to the largest of all layers, so that equal scores are certain); cases whose
scores are closer at the border than rounding could move are refused, and another prompt is drawn.
"""

import json
import pathlib
import sys
import unittest.mock

import torch
from transformers import AutoModelForCausalLM, DynamicCache

import kvpress
from kvpress.presses import kvcompose_press, kvzip_press

HERE = pathlib.Path(__file__).parent
MODELS = HERE.parents[2] / "TransformerTests/Fixtures"
NAMES = ("mha-untied", "gqa-tied", "qwen3")
LENGTHS = (60, 101, 150)
RATIOS = (0.25, 0.5, 0.75, 0.9)
CLOSE = 2e-5
WHOLE = "\n\nRepeat the previous context exactly."
PART = "\n\nRepeat the part of the previous context exactly, starting with"

torch.set_num_threads(1)
plain_topk, plain_argsort, plain_sort = torch.topk, torch.argsort, torch.Tensor.sort
margin = float("inf")


def look(sorted_scores, k):
    """Takes note of how close the k-th place is, unless it is a tie."""
    global margin
    if 0 < k < len(sorted_scores) and sorted_scores[k - 1] != sorted_scores[k]:
        margin = min(margin, float((sorted_scores[k - 1] - sorted_scores[k]).abs() / sorted_scores[k - 1].abs().clamp_min(1e-6)))


def stable_topk(scores, k, dim=-1, **_):
    k = int(k)
    values, indices = plain_sort(scores, dim=dim, descending=True, stable=True)
    for row in values.reshape(-1, values.shape[-1]):
        look(row, k)
    return torch.return_types.topk((values.narrow(dim, 0, k), indices.narrow(dim, 0, k)))


def stable_argsort(scores, dim=-1, descending=False, **_):
    return plain_argsort(scores, dim=dim, descending=descending, stable=True)


class Tokenizer:
    """As much of a tokenizer as the press asks for."""
    template: tuple[str, str] | None = None

    @classmethod
    def from_pretrained(cls, _):
        return cls()

    @property
    def chat_template(self):
        return self.template

    def encode(self, text, return_tensors=None, add_special_tokens=False):
        return torch.tensor([[3 + byte % 93 for byte in text.encode()]], dtype=torch.long)

    def apply_chat_template(self, turns, **_):
        return self.template[0] + turns[0]["content"] + self.template[1]


def ids(text):
    return Tokenizer().encode(text)[0].tolist()


def bitmap(kept, count):
    return sum(1 << position for position in kept).to_bytes((count + 7) // 8, "little").hex()


def remaining(model, count):
    """What is left where a press masks keys."""
    kept = []
    for layer in model.model.layers:
        heads = [set(range(count)) for _ in range(model.config.num_key_value_heads)]
        _, head_indices, positions = layer.self_attn.masked_key_indices
        for head, position in zip(head_indices.tolist(), positions.tolist()):
            heads[head].discard(position)
        kept.append([sorted(head) for head in heads])
    return kept


def kvzip(model, tokens, ratio, **settings):
    press = kvpress.KVzipPress(compression_ratio=ratio, **settings)
    scores = {}
    original = kvzip_press.KVzipPress.compress_post

    def compress_post(self, model):
        original(self, model)
        scores["all"] = self.score_val[:, 0].clone()
        # Bottom-k within a layer leaves ties open; the layer's count is what the reference does with them.
        global margin
        for layer, module in enumerate(model.model.layers):
            gone = len(module.self_attn.masked_key_indices[0])
            look(plain_sort(scores["all"][layer].reshape(-1))[0], gone)

    with unittest.mock.patch.object(kvzip_press.KVzipPress, "compress_post", compress_post):
        with torch.no_grad(), press(model):
            model.model(input_ids=tokens, past_key_values=DynamicCache())
    return remaining(model, tokens.shape[1]), scores["all"]


def kvcompose(model, tokens, ratio, **settings):
    press = kvpress.KVComposePress(compression_ratio=ratio, **settings)
    found = {}
    original = kvcompose_press.KVComposePress.compress_cache

    def compress_cache(self, model):
        found["kept"] = [[head.nonzero()[:, 0].tolist() for head in layer] for layer in self.important_mask_per_kv_head]
        found["scores"] = self.scores.clone()
        counts = [[len(head) for head in layer] for layer in found["kept"]]
        for layer, heads in enumerate(counts):
            for head, count in enumerate(heads):
                look(plain_sort(found["scores"][layer, head], descending=True)[0], count)
        original(self, model)

    with unittest.mock.patch.object(kvcompose_press.KVComposePress, "compress_cache", compress_cache):
        with torch.no_grad(), press(model):
            model.model(input_ids=tokens, past_key_values=DynamicCache())
    return found["kept"], found["scores"]


# policy, press, settings, template, ratios
CASES = [
    ("kvzip/global", kvzip, {}, None, RATIOS),
    ("kvzip/global(within=layer)", kvzip, {"layerwise": True}, None, RATIOS),
    ("kvzip+/global", kvzip, {"kvzip_plus_normalization": True}, None, RATIOS),
    ("kvcompose/compose", kvcompose, {}, None, RATIOS),
    # Half of the scores is a whole number: kvpress rounds what stays here, and what goes with KVzip.
    ("kvcompose/global", kvcompose, {"structured": False}, None, (0.5,)),
    ("kvzip(chunk=40)/global", kvzip, {"chunk_size": 40}, None, (0.5, 0.9)),
    ("kvzip(chunk=40)/global", kvzip, {"chunk_size": 40}, ("<user>", "<bot>"), (0.5, 0.9)),
    ("kvzip(chunk=6,sinks=2)/global", kvzip, {"chunk_size": 6, "n_sink": 2}, ("<user>", "<bot>"), (0.75,)),
    ("kvzip+(chunk=40)/global(within=layer)", kvzip,
     {"chunk_size": 40, "layerwise": True, "kvzip_plus_normalization": True}, ("<user>", "<bot>"), (0.75,)),
]


def run(name, count, seed):
    generator = torch.Generator().manual_seed(seed)
    tokens = torch.randint(3, 96, (1, count), generator=generator)
    result = []
    for policy, press, settings, template, ratios in CASES:
        Tokenizer.template = template
        model = AutoModelForCausalLM.from_pretrained(
            MODELS / name, dtype=torch.float32, attn_implementation="eager" if press is kvcompose else "sdpa").eval()
        for ratio in ratios:
            kept, scores = press(model, tokens, ratio, **settings)
            result.append({
                "policy": policy, "ratio": ratio, "isChat": template is not None,
                "kept": [[bitmap(head, count) for head in heads] for heads in kept],
                "scores": [float(f"{value:.7g}") for value in scores[-1, 0].tolist()] if ratio == 0.5 else []})
    return tokens[0].tolist(), result


def main():
    global margin
    torch.topk = torch.Tensor.topk = stable_topk
    torch.argsort = stable_argsort
    kvzip_press.AutoTokenizer = Tokenizer
    prompts = []
    for name in NAMES:
        for count in LENGTHS:
            for seed in range(100):
                margin = float("inf")
                tokens, expected = run(name, count, seed)
                if margin > CLOSE:
                    break
            else:
                raise SystemExit(f"no prompt of {count} tokens keeps {name} clear of rounding")
            print(name, count, "seed", seed, "margin", margin, file=sys.stderr)
            prompts.append({"model": name, "seed": seed, "tokens": tokens, "expected": expected})
    text = json.dumps({
        "whole": ids(WHOLE), "part": ids(PART), "plainSuffix": ids("\n"),
        "chatPrefix": ids("<user>"), "chatSuffix": ids("<bot>"), "prompts": prompts}, separators=(",", ":"))
    (HERE / "passes.json").write_text(text.replace('{"policy"', '\n{"policy"') + "\n")


main()
