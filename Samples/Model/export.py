"""Writes the Hugging Face folder of a checkpoint, after checking that transformers reads it alike.

    export.py --scratch FOLDER --to FOLDER
"""

import argparse
import pathlib
import shutil

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

from model import Llama, Sizes, export

FILES = ["config.json", "generation_config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json"]
PROBE = "The passcode of Marlow is 48213.\n\nQuestion: What is the passcode of Marlow?\nAnswer:"


def check(model: Llama, folder: pathlib.Path) -> None:
    """Raises unless transformers loads the folder unchanged and computes what our model computes."""
    theirs = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
    tokenizer = AutoTokenizer.from_pretrained(folder)
    tokens = tokenizer(PROBE, return_tensors="pt").input_ids
    assert tokens[0, 0] == tokenizer.bos_token_id == 0 and tokenizer.eos_token_id == 1
    assert tokenizer.decode(tokens[0], skip_special_tokens=True) == PROBE
    # The weights of the file are rounded to bf16, so ours are rounded for the comparison.
    rounded = Llama(model.s)
    rounded.load_state_dict({k: v.bfloat16().float() for k, v in model.state_dict().items()})
    with torch.no_grad():
        difference = (rounded.logits(rounded(tokens)) - theirs(tokens).logits).abs().max().item()
    assert difference < 1e-3, f"logits differ by {difference}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scratch", type=pathlib.Path, required=True, help="train.py's folder")
    parser.add_argument("--to", type=pathlib.Path, required=True, help="the folder to write")
    arguments = parser.parse_args()
    saved = torch.load(arguments.scratch / "checkpoint.pt")
    model = Llama(Sizes())
    model.load_state_dict(saved["model"])
    made = arguments.scratch / "export"
    export(model, made)
    for name in FILES[3:]:
        shutil.copyfile(arguments.scratch / "model" / name, made / name)
    check(model, made)
    # Each file appears complete or not at all.
    arguments.to.mkdir(parents=True, exist_ok=True)
    for name in FILES:
        shutil.copyfile(made / name, arguments.to / f".{name}")
        (arguments.to / f".{name}").chmod(0o644)
        (arguments.to / f".{name}").rename(arguments.to / name)
    print(f"{arguments.to}: after {saved['state']['tokens'] / 1e6:.1f} M tokens")


if __name__ == "__main__":
    main()
