"""Writes one example prompt per family, question after and before, as Markdown. Run: examples.py FILE"""

import pathlib
import random
import sys

from generate import FAMILIES, task

TITLES = {
    "one": "One fact in filler", "many": "One of many facts of the same form",
    "all": "All values of one key", "several": "Several keys", "chain": "A chain of hops",
    "repeat": "Repeat a passage",
}


def main(file: pathlib.Path) -> None:
    parts = ["# Examples of every task family\n\nThe prompt ends where the answer begins: after `Answer:`, "
             "with no space or line end.\nThe answer begins with a space and ends with `<|eos|>`.\n"]
    for family in FAMILIES:
        for before in (False, True):
            made = task(random.Random(3 + before), family, 240, lambda text: max(1, int(len(text) / 3.9)), True)
            parts.append(f"\n## {TITLES[family]} (`{family}`), question {'before' if before else 'after'} the text\n\n"
                         f"```text\n{made.prompt(0, before)}\n```\n\nAnswer:\n\n```text\n{made.questions[0][1]}\n```\n")
    file.write_text("".join(parts))


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
