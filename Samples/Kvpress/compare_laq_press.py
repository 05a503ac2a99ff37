"""Compares what laq_press.py keeps with what laq-tui keeps of the same tokens, head by head.

    pip install torch transformers safetensors numpy; pip install --no-deps kvpress    # 0.5.5
    python compare_laq_press.py --program ../../.build/release/laq-tui MODEL... [--text FILE...] [--budgets 24 12.5% ...]

A model is a Hugging Face folder; one without a tokenizer, as the tests' tiny ones are, gets letters for tokens and random
prompts of them. Both compute in float32. A head whose sets differ is printed with how close, relative to the cut, the scores
are that decided: by laq-tui's own scores. The last line says how many heads were compared, and how many were equal.
"""
import argparse, contextlib, io, json, os, pathlib, random, re, subprocess, sys, tempfile

import numpy as np
import torch

from kvpress_here import transformers as tf
from laq_press import LAQPlusPlusPress, LAQPress

POLICIES = ["laq", "laq++", "laq(m=1)", "laq(m=16)", "laq++(m=3)", "laq(w1=B/4)", "laq(w1=5)", "laq++(w2=5)", "laq++(w2=B/2)",
            "laq(mask=reference)", "laq++(mask=reference)", "laq(style=authors)", "laq++(style=authors)", "laq(cheap=full)",
            "laq(kernel=5,pool=avg)", "laq++(pool=none)", "laq(eos=stop)"]
BUDGETS = ["5", "24", "48", "37.5%", "10%"]


def press_named(name, **options):
    """The press that a policy's name stands for."""
    scorer, _, settings = name.rstrip(")").partition("(")
    values = dict(each.split("=") for each in settings.split(",") if each)
    whole = {key: int(value) if value.isdecimal() else value for key, value in values.items()}
    return {"laq": LAQPress, "laq++": LAQPlusPlusPress}[scorer](**whole, **options)


def budgeted(text):
    """The press' words for a budget as laq-tui reads it; of a share, one less in decimal, as kvpress' ratios are written."""
    if not text.endswith("%"):
        return {"budget": int(text)}
    return {"compression_ratio": round(1 - float(text[:-1]) / 100, 9)}


@contextlib.contextmanager
def with_tokenizer(folder):
    """The folder, or one beside it with a letter for each token where it has no tokenizer."""
    if (folder / "tokenizer.json").exists():
        yield folder, None
        return
    config = json.loads((folder / "config.json").read_text())
    size = min(config.get("text_config", config)["vocab_size"], 95)
    letters = ["\u0120", *map(chr, range(0x21, 0x7F))][:size]
    with tempfile.TemporaryDirectory() as place:
        place = pathlib.Path(place)
        for each in folder.iterdir():
            (place / each.name).symlink_to(each.resolve())
        (place / "tokenizer.json").write_text(json.dumps({
            "version": "1.0", "added_tokens": [], "pre_tokenizer": {
                "type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True},
            "decoder": {"type": "ByteLevel", "add_prefix_space": True, "trim_offsets": True, "use_regex": True},
            "model": {"type": "BPE", "vocab": {letter: index for index, letter in enumerate(letters)}, "merges": []}}))
        yield place, "".join(letters).replace("\u0120", " ")


def texts(options, letters, context):
    """Names and texts: the files that were named, or random ones that the model's context has room for."""
    if letters is None:
        return [(path.name, path.read_text()) for path in options.text]
    draw = random.Random(3)
    lengths = [count for count in (22, 44, 130, 230, 400) if count + 16 <= context]
    return [(f"random {count}", "".join(draw.choices(letters, k=count))) for count in lengths]


def exported(options, folder, text, budget):
    """laq-tui's kept sets and scores of a text."""
    with tempfile.TemporaryDirectory() as place:
        source, target = pathlib.Path(place) / "text.txt", pathlib.Path(place) / "kept.npz"
        source.write_text(text)
        policies = [word for policy in options.policies for word in ("--policy", policy)]
        done = subprocess.run(
            [options.program, source, "--model", folder, "--budget", budget, *policies, "--precision", "float32", "--steps",
             "1", "--no-config", "--export", target], capture_output=True, text=True)
        if done.returncode:
            sys.exit(done.stderr)
        return dict(np.load(target))


def margin(scores, ours, theirs):
    """How far from the cut, relative to it, the scores are of tokens that only one of two sets has."""
    cut = np.nanmin(np.where(ours, scores, np.nan))
    only = ours ^ theirs
    return float(np.nanmax(np.abs(scores[only] - cut)) / max(cut, 1e-30))


def compare(options, folder, model, name, text, counts):
    for budget in options.budgets:
        export = exported(options, folder, text, budget)
        tokens = torch.tensor(export["tokens/id"].astype(np.int64))[None]
        about = {each["name"]: each for each in json.loads(export["summary"].tobytes())["policies"]}
        for policy in options.policies:
            press, key = press_named(policy, **budgeted(budget)), f"kept/{policy}"
            cache = tf.DynamicCache()
            try:
                with torch.no_grad(), press(model), contextlib.redirect_stderr(io.StringIO()):
                    model.model(tokens, past_key_values=cache)
            except ValueError as error:
                counts["refused"].append(f"{name}: {error}")
                return
            kept = export[key]
            if kept.all() and not press.kept:  # nothing to evict
                counts["whole"] += kept.shape[0] * kept.shape[1]
                continue
            if press.pseudo_tokens != about[policy]["pseudoTokens"]:
                print(f"{name}, {budget}, {policy}: pseudo tokens {press.pseudo_tokens}, of laq-tui "
                      f"{about[policy]['pseudoTokens']}")
            for layer, positions in enumerate(press.kept):
                for head, own in enumerate(positions):
                    mine = np.zeros(kept.shape[2], bool)
                    mine[own.numpy()] = True
                    counts["heads"] += 1
                    if (mine == kept[layer, head]).all():
                        counts["equal"] += 1
                        continue
                    place = margin(export[f"scores/{policy}"][layer, head], kept[layer, head], mine)
                    counts["margins"].append(place)
                    print(f"{name}, {budget}, {policy}, layer {layer + 1}, head {head + 1}: "
                          f"{(mine & ~kept[layer, head]).sum()} tokens differ, within {place:.1e} of the cut")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("models", nargs="+", type=pathlib.Path)
    parser.add_argument("--program", default="laq-tui")
    parser.add_argument("--text", nargs="+", type=pathlib.Path, default=[])
    parser.add_argument("--budgets", nargs="+", default=BUDGETS)
    parser.add_argument("--policies", nargs="+", default=POLICIES)
    options = parser.parse_args()
    torch.set_num_threads(1)
    all_counts = []
    for folder in options.models:
        counts = {"heads": 0, "equal": 0, "whole": 0, "margins": [], "refused": []}
        with with_tokenizer(folder) as (place, letters):
            model = tf.AutoModelForCausalLM.from_pretrained(place, dtype=torch.float32).eval()
            context = getattr(model.config.get_text_config(), "max_position_embeddings", 1 << 30)
            for name, text in texts(options, letters, context):
                compare(options, place, model, f"{folder.name}, {name}", text, counts)
        said = f"{folder.name}: {counts['equal']} of {counts['heads']} heads equal"
        if counts["margins"]:
            said += f", the others within {max(counts['margins']):.1e} of the cut"
        print(said + "".join(f"\n  refused: {each}" for each in counts["refused"]), flush=True)
        all_counts.append(counts)
    heads, equal = (sum(each[key] for each in all_counts) for key in ("heads", "equal"))
    print(f"{heads} heads compared, {equal} equal; transformers {tf.__version__}")


if __name__ == "__main__":
    main()
