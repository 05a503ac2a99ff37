"""Training sequences: tokens and loss weights, made in worker processes."""

import multiprocessing
import random

import numpy as np
from tokenizers import Tokenizer

from generate import FAMILIES, copying, task
from words import ADJECTIVES, NOUNS, held_out

TEXT_WEIGHT = 0.1
# Families by index, as often as they are drawn: the slowest to learn more often.
DRAWN = [0, 0, 1, 2, 3, 3, 3, 3, 4, 5, 5]
BOS, EOS = 0, 1


def rough(text: str) -> int:
    """About as many tokens as the tokenizer would make, without asking it."""
    return max(1, int(len(text) / 3.9))


def odd_words(tokenizer: Tokenizer) -> list[str]:
    """Words and pieces of words of the vocabulary, without the words kept for evaluation."""
    kept = {word for word in ADJECTIVES + NOUNS if held_out(word)}
    found = {tokenizer.decode([i]).strip() for i in range(tokenizer.get_vocab_size())}
    return sorted(w for w in found if len(w) >= 3 and w.isascii() and w.isalpha() and w.islower() and w not in kept)


def random_copy(rng: random.Random, length: int, vocabulary: int) -> tuple[list[int], list[float]]:
    """Any tokens at all, in segments; then the same segments, in their order or shuffled. It teaches that
    every token can be copied, those too that stand in no answer of the training texts."""
    segments = []
    size = 0
    while not segments or size < length // 2 - 4:
        segments.append([rng.randrange(2, vocabulary) for _ in range(rng.randint(4, 24))])
        size += len(segments[-1])
    again = rng.sample(segments, len(segments)) if rng.random() < 0.5 else segments
    tokens, weights = [BOS] + [t for s in segments for t in s], [0.0] * (size + 1)
    for segment in again:
        # Which segment comes next can't be known, nor (from one token) always where it goes on.
        tokens += segment
        weights += [0.0, 0.0] + [0.7] * (len(segment) - 2)
    return tokens, weights


def questions(rng: random.Random, ids, length: int, family: str, pool) -> tuple[list[int], list[float]]:
    """A text of one family and questions about everything in it, one or more of them."""
    # Part of the room goes to the text, part to the questions.
    share = rng.uniform(0.45, 0.8) if length < 1024 else rng.uniform(0.6, 0.92)
    made = task(rng, family, int(length * share), rough, pool=pool)
    tokens, weights = [BOS], [0.0]

    def add(text: str, weight: float) -> None:
        new = ids(text)
        tokens.extend(new)
        weights.extend([weight] * len(new))

    before = rng.random() < (0.4 if length < 512 else 0.7)
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
    return tokens, weights


def sequence(rng: random.Random, tokenizer: Tokenizer, length: int, copy_share: float, pool: list[str]):
    """`length + 1` tokens, the weight of each as a target, and the first family's index (-1: copying)."""
    def ids(text: str) -> list[int]:
        return tokenizer.encode(text, add_special_tokens=False).ids

    tokens: list[int] = []
    weights: list[float] = []
    family = -1 if rng.random() < copy_share else rng.choice(DRAWN)
    if family < 0 and rng.random() < 0.5:
        tokens, weights = random_copy(rng, length, tokenizer.get_vocab_size())
    elif family < 0:
        tokens = [BOS] + ids(copying(rng, int(length * 0.9), pool))
        half = len(tokens) // 2
        weights = [TEXT_WEIGHT] * half + [0.7] * (len(tokens) - half)
    # Room that is left goes to further texts, so that no row is padded much.
    chosen = family
    while chosen >= 0 and len(tokens) < length - 40:
        more, more_weights = questions(rng, ids, length - len(tokens), FAMILIES[chosen], pool)
        tokens += more
        weights += more_weights
    tokens, weights = tokens[:length + 1], weights[:length + 1]
    padding = length + 1 - len(tokens)
    return tokens + [EOS] * padding, weights + [0.0] * padding, family


def work(seed: int, tokenizer_path: str, requests, results) -> None:
    """Answers (length, rows, copy share) with arrays until it is told None."""
    tokenizer = Tokenizer.from_file(tokenizer_path)
    rng = random.Random(seed)
    pool = odd_words(tokenizer)
    while (request := requests.get()) is not None:
        length, rows, copy_share = request
        made = [sequence(rng, tokenizer, length, copy_share, pool) for _ in range(rows)]
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
