"""Exact answers under every policy and budget, counted with the program itself.

    evaluate_policies.py --program ../../.build/release/laq-tui [--count 50] [--budgets 48 96 192] [--gate FILE]

Texts are those of evaluate.py (held-out words, filler templates and seeds), half of each cell with the question behind
the text and half with it before. The program exports every policy's answer; one counts if it is the expected one token
for token and ends there.
"""

import argparse
import json
import pathlib
import subprocess
import tempfile

from transformers import AutoTokenizer

from evaluate import sample
from generate import FAMILIES

MODEL = pathlib.Path(__file__).resolve().parents[2] / "Sources/EmbeddedModel/Resources/model"
POLICIES = ["gate", "gate/ada", "gate/global", "snapkv", "h2o", "streaming", "laq", "laq++", "oracle"]


def right(
        program: str, text: str, answer: list[int], budget: int, policies: list[str], gate: str | None) -> dict[str, bool]:
    """Which policies, the full cache (`full`) among them, give the answer, whose last token is the end."""
    with tempfile.TemporaryDirectory() as folder:
        prompt, target = pathlib.Path(folder, "prompt.txt"), pathlib.Path(folder, "kept.json")
        prompt.write_text(text)
        command = [program, str(prompt), "--export", str(target), "--budget", str(budget), "--precision", "float32",
                   "--steps", str(len(answer) + 4)]
        command += [word for policy in policies for word in ("--policy", policy)]
        command += ["--gate", gate] if gate else []
        subprocess.run(command, check=True, stdin=subprocess.DEVNULL)
        return {p["name"]: p["answerTokens"] == answer[:-1] for p in json.loads(target.read_text())["policies"]}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", required=True, help="the built laq-tui")
    parser.add_argument("--count", type=int, default=50, help="texts of each family")
    parser.add_argument("--length", type=int, default=1024, help="tokens of a text with its answer, about")
    parser.add_argument("--budgets", type=int, nargs="+", default=[48, 96, 192])
    parser.add_argument("--families", nargs="+", default=FAMILIES)
    parser.add_argument("--policies", nargs="+", default=POLICIES)
    parser.add_argument("--gate", help="a gate's file; unless given, the one beside the model")
    parser.add_argument("--seed", type=int, default=0, help="first seed")
    arguments = parser.parse_args()
    tokenizer = AutoTokenizer.from_pretrained(MODEL)
    columns = ["full"] + arguments.policies
    print("| task | budget | " + " | ".join(columns) + " |\n| --- " + "| ---: " * (len(columns) + 1) + "|", flush=True)
    totals = {budget: dict.fromkeys(columns, 0) for budget in arguments.budgets}
    for family in arguments.families:
        counts = {budget: dict.fromkeys(columns, 0) for budget in arguments.budgets}
        for index in range(arguments.count):
            prompt, answer = sample(tokenizer, family, arguments.length, index % 2 == 1, arguments.seed + index // 2)
            text = tokenizer.decode(prompt, skip_special_tokens=True)
            for budget in arguments.budgets:
                for name, hit in right(
                        arguments.program, text, answer, budget, arguments.policies, arguments.gate).items():
                    counts[budget][name] += hit
                    totals[budget][name] += hit
        for budget in arguments.budgets:
            show(family, budget, counts[budget], arguments.count)
    for budget in arguments.budgets:
        show("mean", budget, totals[budget], arguments.count * len(arguments.families))


def show(family: str, budget: int, counts: dict[str, int], count: int) -> None:
    """One line of the table, per cent."""
    print(f"| {family} | {budget} | " + " | ".join(f"{100 * c / count:.0f}" for c in counts.values()) + " |", flush=True)


if __name__ == "__main__":
    main()
