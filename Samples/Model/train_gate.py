"""Trains a gate (gate.py) for the embedded model, whose weights stay as they are. Seeded; resumes from its checkpoint.

    train_gate.py --model FOLDER --scratch FOLDER [--steps 600] [--to FILE]

A step shows TEXTS texts of generate.py's families, their question before or after them, and adds three losses:

  answer    cross entropy of the answer's tokens, which see of the prompt only what a budget of the best logits
            leaves; the budget is drawn anew for each text, and holds for each head alone, or for all of them together.
            Kept or evicted is a step function; its gradient is taken from a sigmoid (straight-through).
  eviction  the sigmoids' mean is to be the share of tokens that the budget keeps: the squared logarithm of their ratio.
  attention logits are to be large where the full cache's answer attends: cross entropy with the largest attention
            that any token of the answer pays. No part of Attention-Gate; with it alone the gate begins, because a
            hard choice among a thousand tokens teaches little before the logits mean something.
"""

import argparse
import json
import math
import pathlib
import random
import time

import torch
import torch.nn.functional as F
from tokenizers import Tokenizer

from data import BOS, DRAWN, EOS, odd_words, rough
from frozen import answer, base, prefill
from gate import Gate, GateSizes, save
from generate import FAMILIES, task

TEXTS = 4
LENGTHS = (128, 256, 384, 512, 768, 1024)
BUDGETS = (24, 256)
RATE = 3e-3
# Shares of the steps: how long only short texts are shown, where the answer's loss begins, and how long it grows.
SHORT_UNTIL, ANSWER_FROM, ANSWER_GROWTH = 0.5, 0.6, 0.2
# The weights of the three losses once all of them count.
ANSWER, EVICTION, ATTENTION = 1.0, 0.1, 1.0
# A flag's gradient is that of an infinitesimal step, which is no measure where nearly all attention is evicted.
FLAG_GRADIENT = 0.05


def sample(rng: random.Random, ids, pool, length: int) -> tuple[list[int], list[int]]:
    """A training prompt of about `length` tokens, and its answer with the end token."""
    while True:
        made = task(rng, FAMILIES[rng.choice(DRAWN)], int(length * rng.uniform(0.7, 1)), rough, pool=pool)
        if made.questions:
            break
    prompt = [BOS] + ids(made.prompt(0, rng.random() < 0.5))
    return prompt, ids(made.questions[0][1]) + [EOS]


def straight_through(logits, budget: int, together: bool):
    """Flags 0 or 1 `[layer, n, kv_heads]` of the best logits, with a sigmoid's gradient; and the sigmoids.

    Every head keeps `budget` tokens, or all of them `budget` in the mean.
    """
    layers, n, kv_heads = logits.shape
    if together:
        limit = logits.flatten().topk(budget * layers * kv_heads).values[-1]
    else:
        limit = logits.topk(budget, dim=1).values[:, -1:]
    hard = (logits.detach() >= limit.detach()).float()
    soft = torch.sigmoid(logits - limit)
    flags = hard + soft - soft.detach()
    if flags.requires_grad:
        flags.register_hook(lambda gradient: gradient.clamp(-FLAG_GRADIENT, FLAG_GRADIENT))
    return flags, soft


def losses(model, gate, rng, prompt, target, with_answer: bool):
    """The three losses of one text, and whether the answer was right under the budget."""
    n = len(prompt)
    inputs, cache = prefill(model, prompt)
    with torch.no_grad():
        _, attention = answer(model, target[:-1], n, cache)
    logits = torch.stack(gate(inputs))
    truth = torch.stack(attention).mT
    truth = truth / truth.sum(1, keepdim=True)
    attended = -(truth * logits.log_softmax(1)).sum(1).mean()
    if not with_answer:
        return attended, None, None, None
    budget = min(n - 1, int(math.exp(rng.uniform(*map(math.log, BUDGETS)))))
    flags, soft = straight_through(logits, budget, rng.random() < 0.4)
    states, _ = answer(model, target[:-1], n, cache, flags)
    found = model.logits(states)
    wanted = torch.tensor(target[1:])
    right = bool((found.argmax(-1) == wanted).all())
    return attended, F.cross_entropy(found, wanted), (soft.mean() / (budget / n)).log().square(), right


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=pathlib.Path, required=True, help="the embedded model's folder")
    parser.add_argument("--scratch", type=pathlib.Path, required=True, help="checkpoint and log")
    parser.add_argument("--steps", type=int, default=600)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--to", type=pathlib.Path, help="where the parameters are written in the end")
    arguments = parser.parse_args()
    torch.set_num_threads(1)  # the same sums, whatever the machine
    torch.manual_seed(arguments.seed)
    model = base(arguments.model)
    gate = Gate(GateSizes())
    adam = torch.optim.AdamW(gate.parameters(), lr=RATE, betas=(0.9, 0.98), weight_decay=0.01)
    tokenizer = Tokenizer.from_file(str(arguments.model / "tokenizer.json"))
    pool = odd_words(tokenizer)
    step, spent = 0, 0.0
    checkpoint = arguments.scratch / "gate.pt"
    arguments.scratch.mkdir(parents=True, exist_ok=True)
    if checkpoint.exists():
        saved = torch.load(checkpoint)
        gate.load_state_dict(saved["gate"])
        adam.load_state_dict(saved["adam"])
        step, spent = saved["step"], saved["seconds"]

    def ids(text: str) -> list[int]:
        return tokenizer.encode(text, add_special_tokens=False).ids

    sums: dict[str, list[float]] = {}
    began = time.time()
    while step < arguments.steps:
        # Every step has a seed of its own, so that a run that was interrupted shows the same texts.
        rng = random.Random(f"gate {arguments.seed} {step}")
        done = step / arguments.steps
        for group in adam.param_groups:
            group["lr"] = RATE * min(1, (step + 1) / 30) * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * done)))
        # Short texts first; the answer's loss comes in when the logits mean something.
        lengths = LENGTHS[:3] if done < SHORT_UNTIL else LENGTHS
        share = min(1.0, max(0.0, (done - ANSWER_FROM) / ANSWER_GROWTH))
        for _ in range(TEXTS):
            prompt, target = sample(rng, ids, pool, rng.choice(lengths))
            attended, spoken, evicted, right = losses(model, gate, rng, prompt, target, share > 0)
            loss = attended * (1 + share * (ATTENTION - 1))
            if spoken is not None:
                loss = loss + share * (ANSWER * spoken + EVICTION * evicted)
            (loss / TEXTS).backward()
            for name, value in (("attention", attended), ("answer", spoken), ("eviction", evicted), ("right", right)):
                if value is not None:
                    sums.setdefault(name, []).append(float(value.detach() if torch.is_tensor(value) else value))
        torch.nn.utils.clip_grad_norm_(gate.parameters(), 1.0)
        adam.step()
        adam.zero_grad()
        step += 1
        if step % 25 == 0 or step == arguments.steps:
            seconds = spent + time.time() - began
            line = {"step": step, "seconds": round(seconds)} | {k: round(sum(v) / len(v), 4) for k, v in sums.items()}
            print(json.dumps(line), flush=True)
            sums = {}
            partial = checkpoint.with_name("partial.pt")
            saved = {"gate": gate.state_dict(), "adam": adam.state_dict(), "step": step, "seconds": seconds}
            torch.save(saved, partial)
            partial.rename(checkpoint)
    if arguments.to:
        save(gate, arguments.to)


if __name__ == "__main__":
    main()
