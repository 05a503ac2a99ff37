"""Puts the two needle results of a run of smollm2.sh beside each other, as SmolLM2.md shows them.

usage: smollm2_tables.py FOLDER [PROGRAM] [SCORE] [RUN]      RUN is needle, second, long or longer
"""

import pathlib
import subprocess
import sys


def rows(program: str, file: pathlib.Path, score: str) -> dict[tuple[str, str], dict[str, str]]:
    """The lines of a table that `eval show` prints, by policy and budget; cells by the names of their columns."""
    if not file.exists():
        return {}
    command = [program, "eval", "show", str(file), "--score", score]
    printed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    lines = [[cell.strip() for cell in line.strip("|").split("|")] for line in printed.splitlines() if line.startswith("| ")]
    heads = lines[0] if lines else []
    return {
        (cells[0].split(" (best")[0], cells[1]): dict(zip(heads, cells))
        for cells in lines[1:]
        if set(cells[0]) != {"-"}
    }


def main() -> None:
    folder = pathlib.Path(sys.argv[1])
    program = sys.argv[2] if len(sys.argv) > 2 else ".build/release/laq-tui"
    score = sys.argv[3] if len(sys.argv) > 3 else "recall"
    run = sys.argv[4] if len(sys.argv) > 4 else "needle"
    tables = {
        words: rows(program, folder / f"{run}-{part}.json", score)
        for words, part in (("", "all"), ("after, ", "context"))
    }
    tables = {words: table for words, table in tables.items() if table}
    if not tables:
        sys.exit(f"{folder}: neither {run}-all.json nor {run}-context.json is there; run RUNS={run} smollm2.sh {folder} first")
    first = next(iter(tables.values()))
    budgets = sorted({budget for _, budget in first if budget.isdigit()}, key=int)
    heads = ["policy", "window"] + [f"{words}B={budget}" for words in tables for budget in budgets]
    print("| " + " | ".join(heads) + " |")
    print("| --- | --- |" + " ---: |" * (len(heads) - 2))

    def score_of(table: dict[tuple[str, str], dict[str, str]], policy: str, budget: str) -> str:
        cells = table.get((policy, budget)) or table.get((policy, "all"))
        if cells is None:
            return "–"
        interval = cells.get("95 %", "–")
        return cells["mean"] + ("" if interval == "–" else f" ({interval})")

    for policy in dict.fromkeys(policy for policy, _ in first):
        window = next(cells["window"] for (name, _), cells in first.items() if name == policy)
        means = [score_of(table, policy, budget) for table in tables.values() for budget in budgets]
        print(f"| `{policy}` | {window.rstrip('!')} | " + " | ".join(means) + " |")


if __name__ == "__main__":
    main()
