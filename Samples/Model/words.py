"""Words of the generated texts, split into training and held-out ones by a fixed rule."""

import random
import zlib
from collections.abc import Sequence

ONSETS = "b br c cl d dr f fl g gr h j k l m n p pr r s st t th tr v w".split()
VOWELS = "a e i o u ai ea io".split()
CODAS = "l m n r s t nd rn lt th".split()
ENDINGS = "a o in en is or el an us by ey ard ow wick ton ley mar dale".split()

ADJECTIVES = """amber ancient blue brass bright broken bronze calm carved cedar clear cold copper coral crimson curved
dark deep distant double dusty early empty faded fine flat folded forest frozen garden gentle gilded glass golden grand
green grey heavy hidden hollow iron ivory jade large late little long lost low marble narrow new noble oak old open
painted pale paper plain polished proud purple quiet rare red rough round royal rusty salt scarlet secret sharp short
silent silver simple small smooth soft spare square steel stone striped sunny tall thin tin violet warm white wide
winter wooden woven yellow young""".split()
NOUNS = """anchor apple arrow badge basket beacon bell bench blanket boat book bottle bowl box bridge broom brush bucket
button candle canvas cart chain chair chest clock cloak coat coin compass crown cup curtain desk dish door drum engine
fan feather fence flag flute fork frame garland gate gem glove hammer harp hat helmet hook horn inkwell jar jewel jug
kettle key kite knife ladder lamp lantern lens letter lock map mask medal mirror mug needle net oar orb paddle parcel
pen pipe plate pot purse quilt raft ribbon ring robe rope saddle sail scarf scroll shell shield ship shovel sign spade
spoon stamp statue stool sword table tent thread tile torch tower toy tray trunk umbrella urn vase vest violin wagon
wallet watch wheel whistle window wreath""".split()
RELATIONS = """passcode treasure emblem prize gift tool token talisman keepsake cargo heirloom signal password trophy
favour device symbol lot""".split()
PLACES = """harbour market library station mill orchard chapel square tavern workshop garden bakery school theatre
museum quarry lighthouse castle village farm valley bridge forge stable cellar attic kitchen courtyard tower
ferry""".split()
PEOPLE = """clerk baker sailor teacher miller gardener painter porter captain doctor tailor farmer fisherman singer
carpenter weaver hunter mason judge guard traveller merchant student cook scribe pilot shepherd printer""".split()


def held_out(word: str) -> bool:
    """One word in six never occurs in training; the rule needs no list."""
    return zlib.crc32(("laq " + word).encode()) % 6 == 0


class Words:
    """Draws words of one split with a seeded generator."""

    def __init__(self, rng: random.Random, evaluation: bool, pool: Sequence[str] = ()):
        """`pool` holds odd words and pieces of words, for training only: with them a key, a relation or a
        value can be nearly anything, and what is learnt is copying rather than a list of nouns."""
        self.rng = rng
        self.evaluation = evaluation
        self.pool = pool
        self.adjectives = [w for w in ADJECTIVES if held_out(w) == evaluation]
        self.nouns = [w for w in NOUNS if held_out(w) == evaluation]
        if not evaluation and rng.random() < 0.4:
            # Few words, so that values are alike.
            self.adjectives = rng.sample(self.adjectives, rng.randint(4, 20))
            self.nouns = rng.sample(self.nouns, rng.randint(4, 20))

    def odd(self, share: float) -> bool:
        """Whether the next word comes from the pool."""
        return bool(self.pool) and self.rng.random() < share

    def relation(self) -> str:
        """What the facts of a text tell of their keys."""
        return self.rng.choice(self.pool if self.odd(0.2) else RELATIONS)

    def name(self) -> str:
        """A made-up name of two or three syllables."""
        rng = self.rng
        if self.odd(0.15):
            return "".join(rng.choice(self.pool) for _ in range(rng.randint(1, 2))).capitalize()
        while True:
            word = rng.choice(ONSETS) + rng.choice(VOWELS) + rng.choice(CODAS)
            if rng.random() < 0.35:
                word += rng.choice(VOWELS) + rng.choice(CODAS)
            word = (word + rng.choice(ENDINGS)).capitalize()
            if held_out(word) == self.evaluation:
                return word

    def names(self, count: int) -> list[str]:
        """Different names."""
        found: dict[str, None] = {}
        while len(found) < count:
            found[self.name()] = None
        return list(found)

    def value(self) -> str:
        """What a fact says of its key: an object, a number, a name, or two of them."""
        if self.odd(0.45):
            return " ".join(self.rng.choice(self.pool) for _ in range(self.rng.randint(1, 3)))
        kind = self.rng.random()
        if kind < 0.5:
            return f"{self.rng.choice(self.adjectives)} {self.rng.choice(self.nouns)}"
        if kind < 0.7:
            return self.number()
        if kind < 0.85:
            return self.name()
        return f"{self.rng.choice(self.nouns)} {self.number()}"

    def number(self) -> str:
        """Three to five digits; the held-out split has those divisible by six."""
        while True:
            text = str(self.rng.randrange(10 ** self.rng.choice([2, 3, 3, 4]), 10 ** 5) % 10 ** self.rng.choice([3, 4, 5]))
            if len(text) >= 3 and held_out(text) == self.evaluation:
                return text
