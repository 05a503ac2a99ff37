"""Puts the two needle results of smollm2.sh beside each other, as SmolLM2.md shows them.

usage: smollm2_tables.py FOLDER [PROGRAM] [SCORE]
"""

import pathlib
import subprocess
import sys


def rows(program: str, file: pathlib.Path, score: str) -> dict[tuple[str, str], list[str]]:
    """The lines of a table that `eval show` prints, by policy and budget."""
    command = [program, "eval", "show", str(file), "--score", score]
    printed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    lines = [[cell.strip() for cell in line.strip("|").split("|")] for line in printed.splitlines() if line.startswith("| ")]
    return {(cells[0].split(" (best")[0], cells[1]): cells[2:] for cells in lines if cells[0] not in ("policy", "")}


def main() -> None:
    folder = pathlib.Path(sys.argv[1])
    program = sys.argv[2] if len(sys.argv) > 2 else ".build/release/laq-tui"
    score = sys.argv[3] if len(sys.argv) > 3 else "recall"
    seen = rows(program, folder / "needle-all.json", score)
    after = rows(program, folder / "needle-context.json", score)
    budgets = sorted({budget for _, budget in seen if budget.isdigit()}, key=int)
    policies = list(dict.fromkeys(policy for policy, _ in seen if set(policy) != {"-"}))
    heads = ["policy", "window"] + [f"B={budget}" for budget in budgets] + [f"after, B={budget}" for budget in budgets]
    print("| " + " | ".join(heads) + " |")
    print("| --- | --- |" + " ---: |" * (2 * len(budgets)))
    for policy in policies:
        window = next(cells[1] for (name, _), cells in seen.items() if name == policy)
        def mean(table: dict[tuple[str, str], list[str]], budget: str) -> str:
            return (table.get((policy, budget)) or table.get((policy, "all")) or ["–"])[-1]
        means = [mean(table, budget) for table in (seen, after) for budget in budgets]
        print(f"| `{policy}` | {window.rstrip('!')} | " + " | ".join(means) + " |")


if __name__ == "__main__":
    main()
