"""Result folders of kvpress' own evaluations, for KVPressImportTests.

    pip install "transformers<5.3" torch pandas pyyaml fire rouge nltk; pip install --no-deps kvpress    # 0.5.5
    git clone https://github.com/NVIDIA/kvpress    # its evaluation/ is not in the package
    PYTHONHASHSEED=0 python make_kvpress.py kvpress/evaluation    # columns come in a set's order

Its `EvaluationRunner` runs as it is, with this project's embedded model and a few questions in place of the data sets that it
would download; LAQ is registered as Samples/Kvpress/laq_press.py says. Writes folders beside this file.
"""
import importlib.machinery, importlib.util, logging, pathlib, random, shutil, sys, unittest.mock

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[3]
sys.path[:0] = [sys.argv[1], str(ROOT / "Samples/Kvpress")]
for name in ("datasets", "cachetools", "fire", "peft", "jieba", "fuzzywuzzy", "bert_score", "rouge", "nltk", "nltk.tokenize"):
    if importlib.util.find_spec(name.split(".")[0]) is None:
        sys.modules[name] = unittest.mock.MagicMock(__spec__=importlib.machinery.ModuleSpec(name, None))

import pandas as pd
import torch
import evaluate
from laq_press import PRESSES, LAQPress

MODEL = ROOT / "Sources/EmbeddedModel/Resources/model"
NAMES = ["Munathow", "Belgrova", "Tirandel", "Oskivane"]


def filler(draw, count):
    things = ["a lens", "a wallet", "a door", "a spoon", "a rope"]
    people = ["shepherd", "gardener", "judge", "student", "tailor"]
    return [f"The {draw.choice(people)} lost {draw.choice(things)} on the way to the ferry, but found it again."
            for _ in range(count)]


def ruler():
    draw, rows = random.Random(5), []
    for task, count in (("niah_single_1", 4), ("niah_multivalue", 2), ("qa_1", 2)):
        for _ in range(count):
            name, values = draw.choice(NAMES), draw.sample(range(100, 1000), 2 if task == "niah_multivalue" else 1)
            lines = filler(draw, 12)
            for value in values:
                lines.insert(draw.randrange(len(lines)), f"The favour of {name} is {value}.")
            rows.append({
                "context": " ".join(lines) + "\n\n", "question": f"Question: What is the favour of {name}?",
                "answer_prefix": "Answer:",
                "answer": [str(value) for value in values] + (["none, \"said\" nobody"] if task == "qa_1" else []),
                "task": task, "max_new_tokens": 14})
    return pd.DataFrame(rows)


def math():
    return pd.DataFrame([
        {"context": f"{a} and {b}.", "question": f"What is {a} + {b}?", "answer_prefix": "\\boxed{", "answer": str(a + b),
         "max_new_tokens": 6} for a, b in ((1, 2), (3, 4))])


def needles():
    return pd.DataFrame([{
        "context": " ".join(filler(random.Random(6), 400)), "needle": " The favour of Munathow is 905. ",
        "question": "\n\nQuestion: What is the favour of Munathow?", "answer_prefix": "Answer:", "max_new_tokens": 16}])


FRAMES = {"simonjegou/ruler": ruler, "alessiodevoto/math500": math, "alessiodevoto/paul_graham_essays": needles}


def run(dataset, press, ratio, **options):
    config = evaluate.EvaluationConfig(
        dataset=dataset, model=str(MODEL), device="cpu", press_name=press, compression_ratio=ratio,
        output_dir=str(HERE / "results"), log_level="ERROR", **options)
    target = config.get_results_dir(HERE / "results")
    shutil.rmtree(target)

    runner = evaluate.EvaluationRunner(config)
    runner._setup_model_pipeline = lambda: setattr(runner, "pipeline", pipeline())
    runner.run_evaluation()
    # What hangs on where this ran.
    target = next(path.parent for path in (HERE / "results").rglob("predictions.csv") if str(MODEL).replace("/", "--") in str(path))
    (target / "config.yaml").write_text((target / "config.yaml").read_text().replace(str(MODEL), "laq/embedded")
                                        .replace(str(HERE) + "/", ""))
    target.rename(HERE / "results" / target.name.replace(str(MODEL).replace("/", "--"), "laq--embedded"))


made = []


def pipeline():
    if not made:
        made.append(evaluate.pipeline("kv-press-text-generation", model=str(MODEL), device="cpu", dtype=torch.float32))
        made[0].model.eval()
    return made[0]


def main():
    torch.set_num_threads(1)
    logging.disable(logging.WARNING)
    shutil.rmtree(HERE / "results", ignore_errors=True)
    evaluate.PRESS_REGISTRY |= PRESSES | {"laq_64": LAQPress(budget=64)}
    for dataset in ("aime25", "math500"):
        evaluate.SCORER_REGISTRY.setdefault(dataset, None)
    frame = lambda name, **_: unittest.mock.Mock(to_pandas=FRAMES[name])
    with unittest.mock.patch.object(evaluate, "load_dataset", frame):
        for press, ratio in (("no_press", 0.0), ("snapkv", 0.75), ("laq", 0.75), ("laq++", 0.75), ("adakv_snapkv", 0.75),
                             ("snapkv", 0.5), ("laq_64", 0.5)):
            run("ruler", press, ratio, data_dir="512")
        run("math500", "knorm", 0.5)
        for depth in (10, 90):
            for press, ratio in (("no_press", 0.0), ("snapkv", 0.9), ("laq", 0.9)):
                run("needle_in_haystack", press, ratio, max_context_length=400, needle_depth=depth)


if __name__ == "__main__":
    main()
