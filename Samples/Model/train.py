"""Trains the embedded model. Seeded; resumes from its checkpoint.

    train.py --scratch FOLDER --until HH:MM     (or --hours H)

Muon for the matrices of the layers, AdamW for the rest. The learning rate is constant and falls to zero
over the second half of the time. Lengths grow as the answers get right (STAGES).
"""

import argparse
import datetime
import json
import math
import pathlib
import random
import time

import torch
import torch.nn.functional as F

from data import Batches
from generate import FAMILIES
from model import Llama, Sizes, export

# (lengths, share of copying, share of the time at which it ends at the latest, answer accuracy that ends it)
STAGES = [
    ((64, 128), 0.4, 0.1, 0.85),
    ((128, 256), 0.3, 0.2, 0.94),
    ((256, 512), 0.2, 0.4, 0.97),
    ((512, 1024, 1024, 2048, 2048), 0.1, 1.0, 2.0),
]
BATCH_TOKENS = 6144
THETA_STEPS = 200


def orthogonal(update: torch.Tensor) -> torch.Tensor:
    """Newton-Schulz iteration of Muon: the nearest orthogonal matrix, roughly. `[n, rows, columns]`."""
    x = update.bfloat16()
    tall = x.shape[-2] > x.shape[-1]
    x = x.mT if tall else x
    x = x / (x.norm(dim=(-2, -1), keepdim=True) + 1e-7)
    for _ in range(5):
        gram = x @ x.mT
        x = 3.4445 * x + (-4.7750 * gram + 2.0315 * gram @ gram) @ x
    return (x.mT if tall else x).float()


class Muon:
    """Momentum, orthogonalised, for the layers' matrices; those of one shape go together."""

    def __init__(self, parameters):
        self.groups = {}
        for parameter in parameters:
            self.groups.setdefault(tuple(parameter.shape), []).append(parameter)
        self.momenta = {shape: torch.zeros(len(ps), *shape) for shape, ps in self.groups.items()}

    @torch.no_grad()
    def step(self, rate: float) -> None:
        for shape, parameters in self.groups.items():
            gradient = torch.stack([p.grad for p in parameters])
            momentum = self.momenta[shape].mul_(0.95).add_(gradient)
            update = orthogonal(gradient + 0.95 * momentum)
            scale = rate * math.sqrt(max(1.0, shape[0] / shape[1]))
            for parameter, change in zip(parameters, update):
                parameter.mul_(1 - rate * 0.02).add_(change, alpha=-scale)


def loss_of(model, tokens, weights):
    """Weighted cross entropy, and which weighted targets were right."""
    with torch.autocast("cpu", torch.bfloat16):
        states = model(tokens[:, :-1])
        targets, weights = tokens[:, 1:], weights[:, 1:]
        # All answers, and a quarter of the text at four times its weight: the head is dear.
        chosen = (weights >= 0.5) | ((weights > 0) & (torch.rand_like(weights) < 0.25))
        logits = model.logits(states[chosen])
    scale = torch.where(weights[chosen] < 0.5, weights[chosen] * 4, weights[chosen])
    losses = F.cross_entropy(logits.float(), targets[chosen], reduction="none")
    right = torch.full(targets.shape, -1, dtype=torch.int8)
    right[chosen] = (logits.argmax(-1) == targets[chosen]).to(torch.int8)
    return (losses * scale).sum() / scale.sum(), right


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scratch", type=pathlib.Path, required=True, help="tokenizer, checkpoint and log")
    parser.add_argument("--until", help="wall-clock time HH:MM at which the learning rate reaches zero")
    parser.add_argument("--hours", type=float, default=1.5)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--start", type=pathlib.Path, help="begin with this exported model's weights, at the last stage")
    arguments = parser.parse_args()
    scratch = arguments.scratch
    began = time.time()
    end = began + arguments.hours * 3600
    if arguments.until:
        hour, minute = map(int, arguments.until.split(":"))
        moment = datetime.datetime.now().replace(hour=hour, minute=minute, second=0)
        end = moment.timestamp() + (86400 if moment.timestamp() < began else 0)

    torch.manual_seed(arguments.seed)
    model = Llama(Sizes())
    matrices = [p for n, p in model.named_parameters() if p.dim() == 2 and n.startswith("layers")]
    others = [p for n, p in model.named_parameters() if not (p.dim() == 2 and n.startswith("layers"))]
    muon = Muon(matrices)
    adam = torch.optim.AdamW(others, lr=1, betas=(0.9, 0.97), weight_decay=0.0, fused=True)
    state = {"tokens": 0, "step": 0, "stage": 0, "theta": Sizes.theta}
    checkpoint = scratch / "checkpoint.pt"
    if arguments.start and not checkpoint.exists():
        from safetensors.torch import load_file
        exported = load_file(arguments.start / "model.safetensors")
        model.load_state_dict({k.removeprefix("model."): v.float() for k, v in exported.items()})
        state["stage"] = len(STAGES) - 1
        state["theta"] = json.loads((arguments.start / "config.json").read_text())["rope_theta"]
    if checkpoint.exists():
        saved = torch.load(checkpoint)
        model.load_state_dict(saved["model"])
        adam.load_state_dict(saved["adam"])
        muon.momenta = saved["muon"]
        state = {"theta": 10000.0} | saved["state"]
    # Weights of another rotary base are led to this one's in small steps.
    growth = (Sizes.theta / state["theta"]) ** (1 / THETA_STEPS)

    draw = random.Random(arguments.seed * 1000 + state["step"])

    def schedule():
        lengths, copy_share, _, _ = STAGES[state["stage"]]
        length = draw.choice(lengths)
        return length, max(1, BATCH_TOKENS // length), copy_share

    batches = Batches(arguments.seed * 7919 + state["step"], str(scratch / "model/tokenizer.json"), schedule)
    log = open(scratch / "log.txt", "a", buffering=1)
    right = {f: [0, 0] for f in range(-1, len(FAMILIES))}
    mean_loss, last_log, last_save, tokens_then, accuracy = 0.0, time.time(), time.time(), state["tokens"], 0.0
    while time.time() < end:
        tokens, weights, families = batches.next()
        tokens, weights = torch.from_numpy(tokens), torch.from_numpy(weights)
        left = (end - time.time()) / (end - began)
        rate = min(1.0, (state["step"] + 1) / 60) * min(1.0, max(left, 0.0) / 0.5)
        if state["theta"] != Sizes.theta:
            state["theta"] = min(state["theta"] * growth, Sizes.theta)
            model.rotate_by(state["theta"])
        loss, hits = loss_of(model, tokens, weights)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        for group in adam.param_groups:
            group["lr"] = 3e-3 * rate
        muon.step(0.02 * rate)
        adam.step()
        model.zero_grad(set_to_none=True)
        mean_loss = 0.98 * mean_loss + 0.02 * loss.item() if state["step"] else loss.item()
        state["step"] += 1
        state["tokens"] += tokens.numel()
        answers = weights[:, 1:] >= 0.5
        for row, family in enumerate(families.tolist()):
            right[family][0] += int((hits[row][answers[row]] == 1).sum())
            right[family][1] += int(answers[row].sum())
        if state["step"] % 50 == 0:
            now = time.time()
            shares = {k: v[0] / max(1, v[1]) for k, v in right.items()}
            accuracy = sum(v for k, v in shares.items() if k >= 0) / len(FAMILIES)
            log.write(f"{datetime.datetime.now():%H:%M:%S} step {state['step']} tokens {state['tokens'] / 1e6:.2f}M stage {state['stage']} "
                      f"loss {mean_loss:.3f} rate {rate:.2f} {(state['tokens'] - tokens_then) / (now - last_log):.0f} tok/s  copy {shares[-1]:.3f} "
                      + " ".join(f"{FAMILIES[k]} {shares[k]:.3f}" for k in range(len(FAMILIES))) + "\n")
            last_log, tokens_then = now, state["tokens"]
            right = {f: [0, 0] for f in right}
            _, _, latest, enough = STAGES[state["stage"]]
            if state["stage"] + 1 < len(STAGES) and (accuracy > enough or 1 - left > latest):
                state["stage"] += 1
        if time.time() - last_save > 120 or time.time() >= end:
            torch.save({"model": model.state_dict(), "adam": adam.state_dict(), "muon": muon.momenta, "state": state},
                       scratch / "checkpoint.tmp")
            (scratch / "checkpoint.tmp").rename(checkpoint)
            export(model, scratch / "model")
            last_save = time.time()


if __name__ == "__main__":
    main()
