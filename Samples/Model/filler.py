"""Filler prose: sentences that say nothing about any key, from templates and words."""

import random
import re
from collections.abc import Sequence

from words import ADJECTIVES, NOUNS, PEOPLE, PLACES

TEMPLATES = [
    "The {p} walked slowly from the {l} to the {l2} and back again.",
    "In the morning the {l} was {a}, and nobody spoke for an hour.",
    "A {a} wind came over the {l} while the {p} was still at work.",
    "It was said that the {p} had once owned a {a} {n}.",
    "Some of the older people remembered the {l} before the {l2} was built.",
    "The {p} and the {p2} talked about the weather near the {l}.",
    "Nobody knew why the {n} had been left in the {l}.",
    "There were {a} stones along the path, and a {n} stood beside them.",
    "Every evening the {p} closed the {l} and went home.",
    "The rain stopped, and a {a} light fell on the {l}.",
    "For many years the {l} had been the quietest part of the town.",
    "A {p} sat by the {l} and mended a {a} {n}.",
    "When the bells rang, the {p} put down the {n} and listened.",
    "They carried the {n} up the hill, past the {l} and the {a} {l2}.",
    "The {l} smelled of smoke, bread and old paper.",
    "On market days the {p} sold apples beside the {l}.",
    "The children liked the {a} {n} best, although it was very old.",
    "Before noon the road to the {l} was full of carts.",
    "A letter about the {l} arrived, but the {p} did not open it.",
    "Later that week the {p} painted the door of the {l}.",
    "The {p2} laughed when the {p} dropped the {n}.",
    "Most of the rooms in the {l} were cold and {a}.",
    "The river behind the {l} was low, and the boats lay in the mud.",
    "It took two days to repair the roof of the {l}.",
    "The {p} counted the steps between the {l} and the {l2} every day.",
    "In winter the {l} stayed closed, and the {p} went to the coast.",
    "A {a} dog slept in front of the {l} until the sun went down.",
    "No one could say who had planted the trees around the {l}.",
    "The {p} wrote a short report about the {n} and put it away.",
    "After supper they told stories about the {a} {l}.",
]
HELD_OUT_TEMPLATES = [
    "Once a year the {p} invited everyone to the {l} for soup.",
    "The {a} {n} was older than the {l} itself.",
    "From the window of the {l} you could see the {p} with a {n}.",
    "The {p} lost a {n} on the way to the {l}, but found it again.",
    "Snow covered the {l}, and the {p2} stayed indoors with the {p}.",
    "Somebody had drawn a {n} on the wall of the {a} {l}.",
]


FUNCTION_WORDS = """and but then when because after before with without near under over from to at of for all some no
was were had would could never always often still""".split()


class Filler:
    """The filler of one text. Half of the training texts have a few templates only, some of them invented from
    odd words: their sentences are alike, so that copying one needs more than its last words."""

    def __init__(self, rng: random.Random, evaluation: bool, pool: Sequence[str] = ()):
        self.rng = rng
        self.templates = HELD_OUT_TEMPLATES if evaluation else TEMPLATES
        if not evaluation and rng.random() < 0.5:
            invented = [invent(rng, pool) for _ in range(rng.randint(2, 8))] if pool else []
            self.templates = rng.sample(TEMPLATES, rng.randint(2, 6)) + invented

    def sentence(self) -> str:
        """One sentence; templates of the other split are never used."""
        rng = self.rng
        place, place2 = rng.sample(PLACES, 2)
        person, person2 = rng.sample(PEOPLE, 2)
        text = rng.choice(self.templates).format(
            l=place, l2=place2, p=person, p2=person2, a=rng.choice(ADJECTIVES), n=rng.choice(NOUNS))
        return re.sub(r"\b([Aa]) (?=[aeiou])", r"\1n ", text)


def invent(rng: random.Random, pool: Sequence[str]) -> str:
    """A template of odd words, function words and two to four places for words, with a comma now and then."""
    pieces = [rng.choice(FUNCTION_WORDS) if rng.random() < 0.5 else rng.choice(pool)
              for _ in range(rng.randint(3, 8))]
    slots = rng.sample(["the {p}", "the {p2}", "the {l}", "the {l2}", "a {n}", "the {a} {n}"], rng.randint(2, 4))
    for slot in slots:
        pieces.insert(rng.randrange(len(pieces) + 1), slot)
    if rng.random() < 0.3:
        pieces[rng.randrange(len(pieces) - 1)] += ","
    text = " ".join(pieces)
    return text[0].upper() + text[1:] + "."
