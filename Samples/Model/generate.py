"""Texts with facts, and questions about them: the task families of the embedded model.

Every family asks for something that stands in the text, and every answer spells out whose fact it
tells, so that one skill, finding what followed a key, serves all of them:

  one      one fact in filler
  many     one of many facts of the same form
  all      the three values of one key, spread over the text
  several  the values of two to four keys
  chain    two or three hops from one name to the next
  repeat   a titled passage, word for word
"""

import dataclasses
import random
from collections.abc import Sequence

from filler import Filler
from words import Words

FAMILIES = ["one", "many", "all", "several", "chain", "repeat"]
ORDINALS = ["first", "second", "third"]
NUMBERS = {2: "two", 3: "three", 4: "four"}


@dataclasses.dataclass
class Task:
    """A text, and questions about it with their exact answers (each begins with a space)."""

    body: str
    questions: list[tuple[str, str]]

    def prompt(self, index: int, before: bool) -> str:
        """The text with one question, up to where the answer begins."""
        question = self.questions[index][0]
        if before:
            return f"Question: {question}\n\n{self.body}\n\nAnswer:"
        return f"{self.body}\n\nQuestion: {question}\nAnswer:"


def listed(items: list[str]) -> str:
    """`a, b and c`."""
    return items[0] if len(items) == 1 else ", ".join(items[:-1]) + " and " + items[-1]


def fact(rng: random.Random, relation: str, key: str, value: str) -> str:
    """One fact in one of several forms."""
    return rng.choice([
        f"The {relation} of {key} is {value}.",
        f"The {relation} of {key} is {value}.",
        f"Everyone knows that the {relation} of {key} is {value}.",
        f"By the way, the {relation} of {key} is {value}.",
        f"It is written that the {relation} of {key} is {value}.",
    ])


def lookup(relation: str, key: str, value: str) -> tuple[str, str]:
    """The question for one fact, and its answer."""
    return f"What is the {relation} of {key}?", f" The {relation} of {key} is {value}."


def compose(rng: random.Random, facts: list[str], length: int, filler: Filler, count) -> str:
    """The facts in their order, spread over filler until the text has `length` tokens by `count`."""
    used = sum(count(f) for f in facts)
    fillers: list[str] = []
    while used < length:
        fillers.append(filler.sentence())
        used += count(fillers[-1])
    places = sorted(rng.randrange(len(fillers) + 1) for _ in facts)
    pieces: list[str] = []
    for index in range(len(fillers) + 1):
        pieces += [f for f, place in zip(facts, places) if place == index]
        pieces += fillers[index:index + 1]
    # Paragraphs of a few sentences, so that the text reads as one.
    text = ""
    for piece in pieces:
        text += piece if not text else ("\n" if rng.random() < 0.12 else " ") + piece
    return text


def task(rng: random.Random, family: str, length: int, count, evaluation: bool = False,
         pool: Sequence[str] = ()) -> Task:
    """A text of about `length` tokens of one family, with every question that it answers."""
    words = Words(rng, evaluation, pool)
    filler = Filler(rng, evaluation, pool)
    room = max(1, length // 22)  # facts that fit; the rest is filler
    facts: list[str] = []
    questions: list[tuple[str, str]] = []
    if family == "one":
        keys = words.names(1 if rng.random() < 0.5 else min(room, rng.randint(1, 4)))
        for key in keys:
            relation = words.relation()
            value = words.value()
            facts.append(fact(rng, relation, key, value))
            questions.append(lookup(relation, key, value))
    elif family in ("many", "several"):
        size = max(2, min(room, rng.randint(3, 44)))
        relation = words.relation()
        pairs = [(key, words.value()) for key in words.names(size)]
        facts = [fact(rng, relation, k, v) for k, v in pairs]
        rng.shuffle(pairs)
        if family == "many":
            questions = [lookup(relation, k, v) for k, v in pairs]
        while family == "several" and len(pairs) >= 2:
            group, pairs = pairs[:rng.randint(2, 4)], pairs[4:]
            answer = ", ".join(f"the {relation} of {k} is {v}" for k, v in group)
            questions.append((f"What is the {relation} of {listed([k for k, _ in group])}?",
                              " T" + answer[1:] + "."))
    elif family == "all":
        keys = words.names(max(1, min(room // 4, rng.randint(1, 8))))
        relation = words.relation()
        told = []
        for key in keys:
            values = [words.value() for _ in ORDINALS]
            told += [(rng.random() + i, f"The {o} {relation} of {key} is {v}.")
                     for i, (o, v) in enumerate(zip(ORDINALS, values))]
            answer = ", ".join(f"the {o} {relation} of {key} is {v}" for o, v in zip(ORDINALS, values))
            questions.append((f"Name every {relation} of {key}.", " T" + answer[1:] + "."))
        facts = [f for _, f in sorted(told, key=lambda pair: pair[0])]
    elif family == "chain":
        names = words.names(max(4, min(room, rng.randint(4, 24))))
        links = list(zip(names, names[1:]))
        facts = [f"The road from {a} leads to {b}." for a, b in links]
        rng.shuffle(facts)
        for start in rng.sample(range(len(links) - 1), len(links) - 1):
            hops = rng.randint(2, 3) if start + 3 <= len(links) else 2
            answer = ", ".join(f"the road from {a} leads to {b}" for a, b in links[start:start + hops])
            questions.append((f"Follow {NUMBERS[hops]} roads from {names[start]}.", " T" + answer[1:] + "."))
    elif family == "repeat":
        keys = words.names(max(1, min(room // 4, rng.randint(1, 5))))
        for key in keys:
            passage = " ".join(passage_sentence(rng, words, filler) for _ in range(rng.randint(1, 3)))
            facts.append(f'The note of {key} reads: "{passage}"')
            questions.append((f"Repeat the note of {key}.", f' The note of {key} reads: "{passage}"'))
    rng.shuffle(questions)
    return Task(compose(rng, facts, length, filler, count), questions)


def passage_sentence(rng: random.Random, words: Words, filler: Filler) -> str:
    """A sentence of a passage: filler, or one with words of this split only."""
    if rng.random() < 0.4:
        return filler.sentence()
    adjective, noun = ((rng.choice(words.pool), rng.choice(words.pool)) if words.odd(0.4)
                       else (rng.choice(words.adjectives), rng.choice(words.nouns)))
    return rng.choice([
        f"Bring the {adjective} {noun} to {words.name()}.", f"{words.name()} has the {adjective} {noun}.",
        f"Count {words.number()} of the {adjective} kind.", f"Meet {words.name()} by the {noun}.",
    ])


def copying(rng: random.Random, length: int, pool: Sequence[str]) -> str:
    """A passage of random words and names, said twice: what induction is learnt from."""
    words = Words(rng, False, pool)
    filler = Filler(rng, False, pool)
    pieces = [rng.choice([words.name, words.value, words.number, filler.sentence])()
              for _ in range(max(2, length // 16))]
    passage = " ".join(pieces)
    return passage + "\n\n" + passage
