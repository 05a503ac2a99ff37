"""Held-out accuracy of an exported model, or its greedy answer to one prompt.

    evaluate.py --model FOLDER [--count 50] [--lengths 512 1024 2048] [--json FILE]
    evaluate.py --model FOLDER --prompt FILE

Keys, values, filler templates and seeds are those of the held-out split. A text has one question, after
or before it. An answer counts only if the greedy answer equals it token for token, `<|eos|>` included.
That is measured in one pass over prompt and answer: greedy decoding gives the answer exactly when every
token of it is the most likely one after the tokens before it. `--decode` decodes instead.
"""

import argparse
import json
import pathlib
import random
import time

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

from generate import FAMILIES, task

TARGETS = {"one": 0.98, "many": 0.95, "all": 0.85, "several": 0.85, "chain": 0.85, "repeat": 0.85}
ATTEMPTS = 200


def encode(tokenizer, text: str) -> list[int]:
    """The tokens of a prompt, BOS first."""
    return tokenizer(text).input_ids


def sample(tokenizer, family: str, length: int, before: bool, seed: int) -> tuple[list[int], list[int]]:
    """A held-out prompt and its answer; together they have at most `length` tokens, and nearly as many."""
    aim = length
    for attempt in range(ATTEMPTS):
        # Held-out words cost more tokens than the generator's guess, so it is asked for less until it fits.
        made = task(random.Random(f"held out {family} {length} {before} {seed} {attempt}"), family, int(aim * 0.85),
                    lambda text: max(1, len(text) // 4), evaluation=True)
        if not made.questions:
            continue
        prompt = encode(tokenizer, made.prompt(0, before))
        answer = tokenizer(made.questions[0][1], add_special_tokens=False).input_ids + [tokenizer.eos_token_id]
        total = len(prompt) + len(answer)
        if length * 0.9 <= total <= length:
            return prompt, answer
        aim = aim * length * 0.95 / total
    raise RuntimeError(f"no {family} text of {length} tokens")


@torch.no_grad()
def answers(model, prompt: list[int], answer: list[int]) -> bool:
    """Whether the greedy answer is `answer`."""
    tokens = torch.tensor([prompt + answer])
    logits = model(tokens, logits_to_keep=len(answer) + 1).logits[0, :-1]
    return logits.argmax(-1).tolist() == answer


@torch.no_grad()
def decode(model, prompt: list[int], limit: int) -> list[int]:
    """The greedy answer, with the key-value cache."""
    tokens = torch.tensor([prompt])
    found = model.generate(tokens, attention_mask=torch.ones_like(tokens), do_sample=False, max_new_tokens=limit,
                           pad_token_id=model.config.eos_token_id)
    return found[0, len(prompt):].tolist()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=pathlib.Path, required=True)
    parser.add_argument("--prompt", type=pathlib.Path, help="print the greedy answer to this file's text")
    parser.add_argument("--count", type=int, default=50, help="texts of each family, length and question place")
    parser.add_argument("--lengths", type=int, nargs="+", default=[512, 1024, 2048])
    parser.add_argument("--families", nargs="+", default=FAMILIES)
    parser.add_argument("--seed", type=int, default=0, help="first seed")
    parser.add_argument("--json", type=pathlib.Path)
    parser.add_argument("--dtype", choices=["float32", "bfloat16"], default="float32", help="of the arithmetic")
    parser.add_argument("--decode", action="store_true", help="decode token by token instead")
    parser.add_argument("--misses", type=int, default=0, help="show this many wrong answers of each row")
    arguments = parser.parse_args()
    tokenizer = AutoTokenizer.from_pretrained(arguments.model)
    model = AutoModelForCausalLM.from_pretrained(arguments.model, dtype=getattr(torch, arguments.dtype)).eval()
    if arguments.prompt:
        found = decode(model, encode(tokenizer, arguments.prompt.read_text().rstrip("\n")), 256)
        print(tokenizer.decode(found, skip_special_tokens=True))
        return

    rows = []
    print(f"{'family':8} {'question':8} " + " ".join(f"{n:>6}" for n in arguments.lengths), flush=True)
    began = time.time()
    for family in arguments.families:
        for before in (False, True):
            row = {"family": family, "question": "before" if before else "after", "target": TARGETS[family],
                   "count": arguments.count, "exact": {}}
            missed = []
            for length in arguments.lengths:
                right = 0
                for seed in range(arguments.seed, arguments.seed + arguments.count):
                    prompt, answer = sample(tokenizer, family, length, before, seed)
                    if arguments.decode:
                        hit = decode(model, prompt, len(answer) + 8) == answer
                    else:
                        hit = answers(model, prompt, answer)
                    right += hit
                    if not hit and len(missed) < arguments.misses:
                        missed.append((tokenizer.decode(answer), tokenizer.decode(decode(model, prompt, len(answer)))))
                row["exact"][length] = right / arguments.count
            rows.append(row)
            print(f"{family:8} {row['question']:8} " + " ".join(f"{v:6.3f}" for v in row["exact"].values()), flush=True)
            for wanted, found in missed:
                print(f"    wanted{wanted}\n    found {found}", flush=True)
    print(f"{time.time() - began:.0f} s")
    if arguments.json:
        arguments.json.write_text(json.dumps({
            "model": "embedded", "seeds": [arguments.seed, arguments.seed + arguments.count - 1],
            "dtype": arguments.dtype, "rows": rows}, indent=2) + "\n")


if __name__ == "__main__":
    main()
