"""A tiny model, a tiny gate beside it, and the gate's logits of a few prompts, all random: the fixture of GateTests.

Run: make_gate.py. The network is Samples/Model/gate.py's, the model Samples/Model/model.py's; everything in f32.
"""

import dataclasses
import json
import pathlib
import random
import sys

import torch
from safetensors.torch import save_file

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[2] / "Samples/Model"))

from frozen import prefill  # noqa: E402
from gate import Gate, GateSizes, save  # noqa: E402
from model import Llama, Sizes  # noqa: E402

SIZES = Sizes(vocabulary=64, hidden=24, inner=32, layers=3, heads=4, kv_heads=2, head=8, context=128, theta=10000.0)
GATE = GateSizes(layers=3, hidden=24, kv_heads=2, width=20, heads=2, rank=6, reach=3, inner=12, first=3, last=5)
# One token, fewer than the places at both ends, more than a block of rows.
LENGTHS = [1, 4, 75]


def main() -> None:
    torch.manual_seed(1)
    model = Llama(SIZES).requires_grad_(False)
    gate = Gate(GATE).requires_grad_(False)
    # What training begins with zeros or equal has to differ here.
    for parameter in gate.parameters():
        parameter.add_(torch.randn_like(parameter) * 0.3)
    folder = HERE / "gate"
    folder.mkdir(exist_ok=True)
    (folder / "config.json").write_text(json.dumps(SIZES.config(), indent=2) + "\n")
    save_file({"model." + k: v for k, v in model.state_dict().items()}, folder / "model.safetensors")
    save(gate, folder / "gate.safetensors", torch.float32)
    rng = random.Random(1)
    prompts = []
    for length in LENGTHS:
        tokens = [rng.randrange(SIZES.vocabulary) for _ in range(length)]
        logits = torch.stack(gate(prefill(model, tokens)[0])).mT
        prompts.append({"tokens": tokens, "logits": [[[round(x, 6) for x in head] for head in layer]
                                                     for layer in logits.tolist()]})
    (folder / "expected.json").write_text(json.dumps({"gate": dataclasses.asdict(GATE), "prompts": prompts}) + "\n")


if __name__ == "__main__":
    main()
