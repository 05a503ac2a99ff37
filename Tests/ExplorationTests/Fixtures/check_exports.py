"""Reads the program's exports back with the readers that people use: numpy, safetensors, csv, jsonschema.

    python check_exports.py PROGRAM TEXT [OPTION ...]

runs PROGRAM on TEXT once per format in a new folder, with the given options (--policy, --budget, ...), and compares the
formats with each other. It needs the packages numpy, safetensors and jsonschema; the Swift tests need none of this.
"""

import csv
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as xml
from html.parser import HTMLParser

import jsonschema
import numpy as np
from safetensors import safe_open

SCHEMA = pathlib.Path(__file__).with_name("kept.schema.json")
SESSION_SCHEMA = pathlib.Path(__file__).with_name("session.schema.json")


def export(program, text, options, target, repeats=True):
    """Writes a file; then it is refused, and with --force written again, with the same bytes unless it shows times."""
    subprocess.run([program, text, *options, "--export", target], check=True)
    first = target.read_bytes()
    refused = subprocess.run([program, text, *options, "--export", target], capture_output=True, text=True)
    assert refused.returncode == 1 and "exists already" in refused.stderr, refused
    subprocess.run([program, text, *options, "--export", target, "--force"], check=True)
    assert not repeats or target.read_bytes() == first, f"{target.name}: other bytes the second time"


def check_arrays(kept, names, array):
    """The arrays of `.npz` and safetensors files against the JSON export."""
    tokens = kept["prompt"]["tokens"]
    for key in ("id", "start", "end"):
        assert array(f"tokens/{key}").tolist() == [token[key] for token in tokens], key
    expected = {f"tokens/{key}" for key in ("id", "start", "end")}
    model = kept["model"]
    heads = model["kvHeads" if kept["settings"]["granularity"] == "kv" else "queryHeads"]
    for policy in kept["policies"]:
        name = policy["name"]
        mask = array(f"kept/{name}")
        assert mask.dtype == bool and mask.shape == (model["layers"], heads, len(tokens)), (name, mask.shape)
        positions = [[np.flatnonzero(head).tolist() for head in layer] for layer in mask]
        if name == "full":
            assert mask.all()
        else:
            assert positions == policy["keptPerLayerAndHead"], name
            assert int(mask.sum()) == policy["keptTokens"], name
            scores = array(f"scores/{name}")
            assert scores.dtype == np.float32 and scores.shape == mask.shape, name
            assert mask[np.isnan(scores)].all(), f"{name}: a token without a score was evicted"
            expected.add(f"scores/{name}")
        expected.add(f"kept/{name}")
    assert set(names) - {"summary"} == expected, set(names) ^ expected


def check_summary(summary, kept):
    bare = json.loads(json.dumps(kept))
    del bare["prompt"]["tokens"]
    for policy in bare["policies"]:
        del policy["keptPerLayerAndHead"]
    assert summary == bare


def check_csv(path, kept):
    with open(path, newline="", encoding="utf-8") as file:
        # A policy without a result has one row, which says why.
        rows = [row for row in csv.DictReader(file) if not row.get("unavailable")]
    found = {}
    for row in rows:
        found.setdefault((row["policy"], int(row["layer"]), int(row["head"])), []).append(int(row["position"]))
    for policy in kept["policies"]:
        for layer, heads in enumerate(policy["keptPerLayerAndHead"]):
            for head, positions in enumerate(heads):
                assert found.get((policy["name"], layer, head), []) == positions
    assert len(rows) == sum(policy["keptTokens"] for policy in kept["policies"])


def check_session(program, text, options, target):
    """A session with edits, other settings and a question fits its schema, and opens."""
    keys = f"AvllKSXSXiWho?<Enter>b3.:w {target}<Enter>"
    subprocess.run([program, text, *options, "--keys", keys, "--screen", "text"], check=True, capture_output=True)
    session = json.loads(target.read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(json.loads(SESSION_SCHEMA.read_text())).validate(session)
    assert session["setup"]["question"] == "Who?" and "other" in session and "edits" in session["setup"]["policies"][-1]
    subprocess.run([program, target, "--screen", "text"], check=True, capture_output=True)


class Page(HTMLParser):
    """Counts the tokens of a page and gathers its data and whatever could reach a network."""

    def __init__(self):
        super().__init__()
        self.tokens, self.depth, self.data, self.inside, self.addresses = 0, 0, "", False, []

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        if attributes.get("id") == "text":
            self.depth = 1
        elif self.depth and tag == "span":
            self.tokens += 1
        self.inside = attributes.get("id") == "data"
        self.addresses += [value for key, value in attributes.items() if key in ("src", "href", "xlink:href", "action")]

    def handle_endtag(self, tag):
        if tag == "div":
            self.depth = 0
        self.inside = False

    def handle_data(self, data):
        if self.inside:
            self.data += data


def check_page(path, kept):
    text = path.read_text(encoding="utf-8")
    page = Page()
    page.feed(text)
    assert page.tokens == len(kept["prompt"]["tokens"]), (page.tokens, len(kept["prompt"]["tokens"]))
    assert page.addresses == [] and not re.search(r"url\(|@import", text), page.addresses
    assert "default-src 'none'" in text
    data = json.loads(page.data)
    assert [token["id"] for token in data["tokens"]] == [token["id"] for token in kept["prompt"]["tokens"]]
    assert [policy["title"] for policy in data["policies"]] == [policy["title"] for policy in kept["policies"]]


def main(program, text, *options):
    program = str(pathlib.Path(program).resolve())
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        for ending in ("json", "csv", "npz", "safetensors", "html"):
            export(program, text, options, folder / f"kept.{ending}")
        for ending in ("svg", "txt", "ansi"):
            export(program, text, [*options, "--screen", "compare"], folder / f"compare.{ending}", repeats=False)
        export(program, text, [*options, "--screen", "text"], folder / "text.html", repeats=False)

        check_session(program, str(pathlib.Path(text).resolve()), options, folder / "session.laq")
        kept = json.loads((folder / "kept.json").read_text(encoding="utf-8"))
        jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text())).validate(kept)
        with np.load(folder / "kept.npz", allow_pickle=False) as arrays:
            check_arrays(kept, arrays.files, lambda name: arrays[name])
            check_summary(json.loads(arrays["summary"].tobytes()), kept)
        with safe_open(folder / "kept.safetensors", "np") as tensors:
            check_arrays(kept, tensors.keys(), tensors.get_tensor)
            assert tensors.metadata()["schema"] == kept["schema"] and tensors.metadata()["version"] == "1"
            check_summary(json.loads(tensors.metadata()["summary"]), kept)
        check_csv(folder / "kept.csv", kept)
        check_page(folder / "kept.html", kept)
        check_page(folder / "text.html", kept)
        assert xml.parse(folder / "compare.svg").getroot().tag == "{http://www.w3.org/2000/svg}svg"
        assert "\x1b" not in (folder / "compare.txt").read_text(encoding="utf-8")
        sizes = ", ".join(f"{path.name} {path.stat().st_size:,}" for path in sorted(folder.iterdir()))
    print(f"{len(kept['policies'])} policies, {len(kept['prompt']['tokens'])} tokens: all read back. Bytes: {sizes}")


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    main(*sys.argv[1:])
