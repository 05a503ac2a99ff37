"""Writes prompts.jsonl, ten needles in filler for the embedded model, and embedded.json, what its heads are for them.

Run in the repository's folder: Samples/Heads/make_heads.py PROGRAM (needs the tokenizers package). Held-out words, fixed
seeds; the same bytes each time on a machine of the same products.
"""

import json
import pathlib
import random
import subprocess
import sys

HERE = pathlib.Path("Samples/Heads")
sys.path.insert(0, "Samples/Model")

from tokenizers import Tokenizer  # noqa: E402

from generate import task  # noqa: E402


def main(program: str) -> None:
    tokenizer = Tokenizer.from_file("Sources/EmbeddedModel/Resources/model/tokenizer.json")

    def count(text: str) -> int:
        return len(tokenizer.encode(text, add_special_tokens=False).ids)

    lines = []
    for seed in range(10):
        made = task(random.Random(100 + seed), "one", 400 + 40 * seed, count, evaluation=True)
        answer = made.questions[0][1].strip().removesuffix(".")
        lines.append(json.dumps({
            "text": made.prompt(0, False), "expected": answer.split(" is ", 1)[1], "needle": answer}))
    prompts = HERE / "prompts.jsonl"
    prompts.write_text("\n".join(lines) + "\n")
    subprocess.run([
        program, "eval", "heads", str(prompts), "--policy", "snapkv(w=32)", "--policy", "streaming", "--budget", "48",
        "--precision", "float32", "--plain", "--force", "--to", str(HERE / "embedded.json")], check=True)
    (HERE / "embedded.jsonl").unlink()


if __name__ == "__main__":
    main(sys.argv[1])
