"""Writes the generated files of Samples/ (the prose of sample.txt is written by hand).

Run: make_samples.py MODEL_FOLDER SAMPLES_FOLDER. Held-out words and filler, fixed seeds.
"""

import pathlib
import random
import sys

from tokenizers import Tokenizer

from generate import task

# file, family, tokens of text, question before the text, seed, which question
SAMPLES = [
    ("needle.txt", "one", 1150, False, 11, 0),
    ("many-needles.txt", "many", 1100, False, 12, 0),
    ("question-first.txt", "many", 900, True, 13, 0),
    ("chain.txt", "chain", 1000, False, 14, 0),
    ("all-values.txt", "all", 1100, False, 15, 0),
    ("passage.txt", "repeat", 900, False, 21, 0),
]


def main(model: pathlib.Path, folder: pathlib.Path) -> None:
    tokenizer = Tokenizer.from_file(str(model / "tokenizer.json"))

    def count(text: str) -> int:
        return len(tokenizer.encode(text, add_special_tokens=False).ids)

    for name, family, length, before, seed, index in SAMPLES:
        made = task(random.Random(seed), family, length, count, evaluation=True)
        (folder / name).write_text(made.prompt(index, before))
        print(name, count(made.prompt(index, before)), "tokens; answer:" + made.questions[index][1])


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]))
