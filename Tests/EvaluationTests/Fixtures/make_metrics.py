"""Records what the official scorers of LongBench and RULER give 1,000 made-up predictions, as metrics.json.

Needs checkouts of github.com/THUDM/LongBench and github.com/NVIDIA/RULER, and the packages that their scorers import:
rouge 1.0.1, fuzzywuzzy 0.18.0, python-Levenshtein, jieba, numpy.

    python make_metrics.py LongBench/LongBench RULER/scripts/eval > metrics.json

All texts are made here, from a seed; the scores are the official code's. The texts go through what the metrics
are particular about: articles, punctuation within words, sentences of spaces, letters of other scripts, combining marks,
classes that are parts of each other, comments before code, frequent characters of long lines, deep recursion.
"""
import ast
import difflib
import importlib.util
import json
import random
import re
import sys

sys.setrecursionlimit(1000)  # Python's own; rouge fails beyond it, and the scorer counts that as 0
LONGBENCH, RULER = sys.argv[1:3]
sys.path.insert(0, LONGBENCH)
from fuzzywuzzy import fuzz  # noqa: E402
import Levenshtein  # noqa: E402,F401
import eval as longbench  # noqa: E402

LEVENSHTEIN = fuzz.SequenceMatcher
spec = importlib.util.spec_from_file_location("constants", f"{RULER}/synthetic/constants.py")
ruler = importlib.util.module_from_spec(spec)
spec.loader.exec_module(ruler)
# evaluate.py imports a speech toolkit; of it, the one function is needed.
tree = ast.parse(open(f"{RULER}/evaluate.py").read())
tree.body = [node for node in tree.body if getattr(node, "name", "") == "postprocess_pred"]
scope = {"re": re}
exec(compile(tree, "evaluate.py", "exec"), scope)

random.seed(20334)
WORDS = (
    "the a an The An A cat Cat cats dog river mayor of in Rome 1999 3.5 U.S. don't well-known café cafe\u0301 naïve "
    "ΟΔΟΣ οδός İstanbul straße STRASSE Война война 東京 ２０ ½ x_y (the) [a] \"an\" «the» a. the, yes no unanswerable "
    "theory another that – — … ' ` * ἀ \u01c5 a\u0301 \u1e9e"
).split()
SPACES = [" "] * 12 + ["  ", "\n", "\t", "\u3000", "\x1c", "\x85", " ."]
CODE = ["x = 1", "return self.value", "# note", "// note", "```python", "if (a && b) {", "}", "    y += x  # add", "", "é = λ(ß)"]


def words(low, high, vocabulary=WORDS):
    text = ""
    for _ in range(random.randint(low, high)):
        text += random.choice(vocabulary) + random.choice(SPACES)
    return text


def near(text):
    """A text that has some of another's words, in about its order."""
    parts = [part for part in text.split(" ") if random.random() > 0.25]
    for _ in range(random.randint(0, 4)):
        parts.insert(random.randint(0, len(parts)), random.choice(WORDS))
    return random.choice(["", "\n", "\n\n"]) * (random.random() < 0.2) + " ".join(parts)


def sentences(count, low, high):
    return "".join(words(low, high).strip() + random.choice([". ", ".", ".\n", " . ", "", "... "]) for _ in range(count))


rows = []


def longbench_row(dataset, prediction, answers, classes=None, variant=None):
    """The score before it is rounded, by the loop of `eval.scorer`, and the scorer's own."""
    fuzz.SequenceMatcher = difflib.SequenceMatcher if variant != "levenshtein" else LEVENSHTEIN
    score = 0.0
    trimmed = prediction
    if dataset in ["trec", "triviaqa", "samsum", "lsht"]:
        trimmed = prediction.lstrip("\n").split("\n")[0]
    for answer in answers:
        score = max(score, longbench.dataset2metric[dataset](trimmed, answer, all_classes=classes))
    sys.setrecursionlimit(1001)  # called from here, not from the program itself, it is one call deeper
    rounded = longbench.scorer(dataset, [prediction], [answers], classes)
    sys.setrecursionlimit(1000)
    row = {"dataset": dataset, "prediction": prediction, "answers": answers, "score": score, "rounded": rounded}
    if classes is not None:
        row["classes"] = classes
    if variant:
        row["variant"] = variant
    rows.append(row)


for dataset, count in [("hotpotqa", 140), ("triviaqa", 50)]:
    for _ in range(count):
        answers = [words(0, 6) for _ in range(random.randint(1, 3))]
        longbench_row(dataset, near(random.choice(answers)) if random.random() < 0.8 else words(0, 8), answers)
for dataset, count in [("gov_report", 130), ("samsum", 30)]:
    for _ in range(count):
        answer = sentences(random.randint(0, 4), 1, 12)
        prediction = near(answer) if random.random() < 0.8 else sentences(random.randint(0, 3), 0, 10)
        longbench_row(dataset, prediction, [answer])
for prediction, answer in [("", "a"), (".", "a."), (" ", "a"), (". .", ". ."), ("a", ""), ("\x1c", " "), ("3.5", "3. 5")]:
    longbench_row("gov_report", prediction, [answer])
for length in [988, 989, 990, 991, 1200]:
    longbench_row("gov_report", "x" + " y" * length, ["x"])

CLASSES = ["Number", "Number of something", "Date", "City", "City or country", "Other entity", "entity", "Location", "Dat"]
for _ in range(110):
    classes = random.sample(CLASSES, random.randint(2, len(CLASSES)))
    named = random.sample(CLASSES, random.randint(0, 4))
    prediction = random.choice(["", "\n", "Type: ", "date "]) + ", ".join(named) + random.choice(["", "\nType: Date", "."])
    longbench_row("trec", prediction, [random.choice(classes)], classes)

for dataset, name in [("passage_retrieval_en", "Paragraph "), ("passage_retrieval_zh", "段落")]:
    for _ in range(45):
        right = random.randint(1, 30)
        numbers = [random.choice([right, random.randint(1, 30), f"0{right}", "٣", "１２"]) for _ in range(random.randint(0, 4))]
        prediction = random.choice(["", "The answer is "]) + random.choice([", ", " and ", "-", "²"]).join(
            f"{random.choice([name, ''])}{number}" for number in numbers)
        longbench_row(dataset, prediction, [f"{name}{right}"])
for _ in range(60):
    right = str(random.randint(1, 12))
    longbench_row("passage_count", " ".join(random.choice([right, words(0, 2), f"{right}.", f"1{right}"]) for _ in range(4)), [right])

for index in range(130):
    answer = random.choice(CODE[:2] + CODE[5:]) + random.choice(["", " ", f" // {random.randint(0, 99)}"])
    if index % 5 == 0:
        answer = "".join(random.choice("abcde    (),.=_λ") for _ in range(random.randint(190, 330)))
    changed = "".join(c if random.random() > 0.2 else random.choice(["", "x", c + " "]) for c in answer)
    before = [random.choice(CODE) for _ in range(random.randint(0, 2))]
    prediction = "\n" * random.randint(0, 2) + "\n".join(random.sample(before + [changed, random.choice(CODE)], len(before) + 2))
    for variant in ["difflib", "levenshtein"]:
        longbench_row(random.choice(["lcc", "repobench-p"]), prediction, [answer], variant=variant)
fuzz.SequenceMatcher = difflib.SequenceMatcher

while len(rows) < 1000:
    task = random.choice(["niah", "variable_tracking", "qa"])
    references = [random.choice([words(1, 2).strip(), "VAR" + random.choice("ABC"), str(random.randint(1, 99))])
                  for _ in range(random.randint(1, 5))]
    prediction = random.choice(["\x00 ", "", " \x1f", "\u3000"]) + words(0, 3) + " ".join(
        random.choice([str.lower, str.upper, str])(r) for r in random.sample(references, random.randint(0, len(references)))
    ) + random.choice(["", "\x07end\x07", " \n"])
    trimmed = scope["postprocess_pred"](prediction, {})
    rows.append({
        "dataset": task, "prediction": prediction, "answers": references, "trimmed": trimmed,
        "rounded": ruler.TASKS[task]["metric_fn"]([trimmed], [references])})

print("[" + ",\n".join(json.dumps(row, ensure_ascii=False, sort_keys=True) for row in rows) + "]")
