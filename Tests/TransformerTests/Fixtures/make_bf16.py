"""The likeliest next tokens by transformers in bfloat16, for TransformerTests: of the tiny models beside this file and of
the embedded model on a sample.

    pip install torch transformers tokenizers
    python make_bf16.py

Where transformers' own two likeliest tokens are equal, as happens among numbers of eight bits, both are right. The tiny
models are random, so that their likeliest tokens lie close together: `exact` are those that transformers finds in f32,
and how often the two differ says what rounding alone does to a model. Models whose rotation depends on the length are
left out: they are asked for all prefixes of a text at once.
"""
import json, pathlib

import torch
import transformers
from tokenizers import Tokenizer

HERE = pathlib.Path(__file__).parent
ROOT = HERE.parents[2]
EMBEDDED = ROOT / "Sources/EmbeddedModel/Resources/model"
LENGTH = 400

torch.set_num_threads(1)


def likeliest(folder, tokens, dtype=torch.bfloat16):
    name = json.loads((folder / "config.json").read_text())["architectures"][0]
    model = getattr(transformers, name).from_pretrained(folder, dtype=dtype, attn_implementation="eager").eval()
    with torch.no_grad():
        logits = model(torch.tensor([tokens])).logits[0]
    return [(row == row.max()).nonzero().flatten().tolist() for row in logits]


results = {}
for folder in sorted(path.parent for path in HERE.glob("*/expected.json")):
    if folder.name in ("llama-dynamic", "phi3-longrope"):
        continue
    tokens = json.loads((folder / "expected.json").read_text())["prompt"]
    results[folder.name] = {
        "tokens": tokens, "likeliest": likeliest(folder, tokens), "exact": likeliest(folder, tokens, torch.float32)}
text = (ROOT / "Samples/needle.txt").read_text()
tokens = Tokenizer.from_file(str(EMBEDDED / "tokenizer.json")).encode(text).ids[:LENGTH]
results["embedded"] = {
    "tokens": tokens, "likeliest": likeliest(EMBEDDED, tokens), "exact": likeliest(EMBEDDED, tokens, torch.float32)}
(HERE / "bf16.json").write_text(json.dumps(results, separators=(",", ":")))
