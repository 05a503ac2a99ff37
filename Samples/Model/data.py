"""Training sequences: tokens and loss weights, made in worker processes."""

import multiprocessing
import random

import numpy as np
from tokenizers import Tokenizer

from generate import FAMILIES, copying, task

TEXT_WEIGHT = 0.1
BOS, EOS = 0, 1


def rough(text: str) -> int:
    """About as many tokens as the tokenizer would make, without asking it."""
    return max(1, int(len(text) / 3.9))


def sequence(rng: random.Random, tokenizer: Tokenizer, length: int, copy_share: float):
    """`length` tokens, the weight of each as a target, and the family's index (-1: copying)."""
    def ids(text: str) -> list[int]:
        return tokenizer.encode(text, add_special_tokens=False).ids

    if rng.random() < copy_share:
        tokens = [BOS] + ids(copying(rng, int(length * 0.9)))
        half = len(tokens) // 2
        weights = [TEXT_WEIGHT] * half + [0.7] * (len(tokens) - half)
        family = -1
    else:
        family = rng.randrange(len(FAMILIES))
        # Part of the room goes to the text, part to questions about every fact in it.
        share = rng.uniform(0.45, 0.8) if length < 1024 else rng.uniform(0.6, 0.9)
        made = task(rng, FAMILIES[family], int(length * share), rough)
        tokens, weights = [BOS], [0.0]

        def add(text: str, weight: float) -> None:
            new = ids(text)
            tokens.extend(new)
            weights.extend([weight] * len(new))

        before = rng.random() < 0.3
        for index, (question, answer) in enumerate(made.questions):
            if index == 0 and before:
                add(f"Question: {question}\n\n{made.body}\n\nAnswer:", TEXT_WEIGHT)
            else:
                add(("" if index else made.body) + f"\n\nQuestion: {question}\nAnswer:", TEXT_WEIGHT)
            add(answer, 1.0)
            tokens.append(EOS)
            weights.append(1.0)
            if len(tokens) > length:
                break
    tokens, weights = tokens[:length + 1], weights[:length + 1]
    padding = length + 1 - len(tokens)
    return tokens + [EOS] * padding, weights + [0.0] * padding, family


def work(seed: int, tokenizer_path: str, requests, results) -> None:
    """Answers (length, rows, copy share) with arrays until it is told None."""
    tokenizer = Tokenizer.from_file(tokenizer_path)
    rng = random.Random(seed)
    while (request := requests.get()) is not None:
        length, rows, copy_share = request
        made = [sequence(rng, tokenizer, length, copy_share) for _ in range(rows)]
        results.put((np.array([m[0] for m in made], dtype=np.int64),
                     np.array([m[1] for m in made], dtype=np.float32), np.array([m[2] for m in made])))


class Batches:
    """Batches made ahead by one worker process."""

    def __init__(self, seed: int, tokenizer_path: str, schedule):
        context = multiprocessing.get_context("spawn")
        self.requests, self.results = context.Queue(), context.Queue()
        self.schedule = schedule
        self.process = context.Process(
            target=work, args=(seed, tokenizer_path, self.requests, self.results), daemon=True)
        self.process.start()
        for _ in range(3):
            self.requests.put(schedule())

    def next(self):
        """The next batch; another is asked for at once."""
        self.requests.put(self.schedule())
        return self.results.get()
