"""Files of kept tokens as NumPy writes them, in every shape that --kept reads (Samples/Traces/README.md).

    pip install numpy
    python make_kept.py                                 writes kept/ for KeptFileTests
    python make_kept.py --check PROGRAM TEXT [OPTION ...]   has the program read back what it has exported, in every shape

expected.json has the kept sets of each file, [layer][head], and the ids of the prompt. The files are tiny: 2 layers, 2 KV
heads, 4 query heads, 12 tokens. With --check the maps are those of the program's own policies on a real prompt.
"""
import json, pathlib, subprocess, sys, tempfile

import numpy as np

HERE = pathlib.Path(__file__).parent / "kept"
LAYERS, KV_HEADS, QUERY_HEADS, TOKENS = 2, 2, 4, 12


def sets(mask):
    return [[np.flatnonzero(head).tolist() for head in layer] for layer in mask]


def positions(mask, order=None):
    """[layers, heads, kept] of a mask that keeps as many tokens in every head; in the order of a ranking, as topk's."""
    result = np.array(sets(mask))
    return result if order is None else order.permuted(result, axis=-1)


def write(folder, ragged, even, query, ids, random):
    """Writes every shape; the mask that each file holds, by its name."""
    layers, heads, tokens = ragged.shape
    counts = ragged.sum(-1)
    padded = np.full((layers, heads, counts.max()), -1, np.int16)
    for place in np.ndindex(layers, heads):
        padded[place][: counts[place]] = np.flatnonzero(ragged[place])
    topk = positions(even, random)
    gone = [np.stack(np.nonzero(~mask[None])) for mask in ragged]
    single = {f"layer_{l}.head_{h}": np.flatnonzero(ragged[l, h]).astype(np.uint16) for l, h in np.ndindex(layers, heads)}
    np.savez(folder / "mask.npz", kept=ragged)
    np.savez_compressed(folder / "deflated.npz", kept=ragged, input_ids=ids[None], scores=np.zeros((2, 3), np.float32))
    np.savez(folder / "fortran.npz", kept=np.asfortranarray(ragged[:, None]))
    np.savez(folder / "ones.npz", kept=ragged.astype(np.uint8))
    np.savez(folder / "evicted.npz", evicted=~ragged)
    np.savez(folder / "query.npz", kept=query)
    np.savez(folder / "layers.npz", **{f"kept.{layer}": mask for layer, mask in enumerate(ragged)})
    np.savez(folder / "topk.npz", *[indices[None] for indices in topk], input_ids=ids[None])
    np.savez(folder / "whole.npz", indices=topk.astype(np.int32))
    np.savez(folder / "big-endian.npz", indices=np.asfortranarray(topk.astype(">i4")))
    np.savez(folder / "padded.npz", indices=padded)
    np.savez_compressed(folder / "masked.npz", **{f"masked_{layer}": triples for layer, triples in enumerate(gone) if triples.size})
    np.savez(folder / "heads.npz", **single)
    for version in (2, 3):
        with open(folder / f"version-{version}.npy", "wb") as file:
            np.lib.format.write_array(file, ragged, version=(version, 0))
    masks = dict.fromkeys(["topk.npz", "whole.npz", "big-endian.npz"], even) | {"query.npz": query}
    return {path.name: masks.get(path.name, ragged) for path in sorted(folder.glob("*.np[yz]"))}


def make():
    random = np.random.default_rng(7)
    HERE.mkdir(exist_ok=True)
    ragged = random.random((LAYERS, KV_HEADS, TOKENS)) < 0.4
    ragged[1] = [[True] * TOKENS] * KV_HEADS  # a layer in which nothing is masked
    ragged[0, 1, 3:] = False
    even = random.random((LAYERS, KV_HEADS, TOKENS)).argsort(-1) < 5
    query = random.random((LAYERS, QUERY_HEADS, TOKENS)) < 0.5
    ids = random.integers(0, 1000, TOKENS)
    expected = {name: sets(mask) for name, mask in write(HERE, ragged, even, query, ids, random).items()}
    (HERE / "expected.json").write_text(json.dumps({"ids": ids.tolist(), "files": expected}, indent=1) + "\n")
    # What is not read.
    np.savez(HERE / "objects.npz", kept=np.array([[1, 2], [3]], dtype=object))
    np.savez(HERE / "floats.npz", kept=ragged.astype(np.float32))
    np.savez(HERE / "structured.npz", kept=np.zeros(3, dtype=[("layer", "<i4"), ("token", "<i4")]))
    np.savez_compressed(HERE / "bomb.npz", kept=np.zeros((LAYERS, KV_HEADS, 1 << 22), bool))


def check(program, text, *options):
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)

        def export(target, *more):
            subprocess.run([program, text, *options, *more, "--export", str(folder / target)], check=True)
            return json.loads((folder / target).read_text())

        def mask(kept, name):
            policy = next(policy for policy in kept["policies"] if policy["name"] == name)
            mask = np.zeros((len(policy["keptPerLayerAndHead"]), len(policy["keptPerLayerAndHead"][0]), n), bool)
            for place in np.ndindex(mask.shape[:2]):
                mask[place][policy["keptPerLayerAndHead"][place[0]][place[1]]] = True
            return mask

        first = export("own.json", "--policy", "snapkv", "--policy", "snapkv/ada")
        n = len(first["prompt"]["tokens"])
        query = export("query.json", "--policy", "snapkv", "--granularity", "query")
        ids = np.array([token["id"] for token in first["prompt"]["tokens"]])
        (folder / "kept").mkdir()
        written = write(
            folder / "kept", mask(first, "snapkv/ada"), mask(first, "snapkv"), mask(query, "snapkv"), ids,
            np.random.default_rng(1))
        given = [each for name in written for each in ("--kept", str(folder / "kept" / name))]
        read = export("read.json", "--policy", "snapkv", *given)
        for name, expected in written.items():
            assert (mask(read, name) == expected).all(), name
        own = next(policy for policy in read["policies"] if policy["name"] == "snapkv")
        for name in ("topk.npz", "whole.npz"):
            again = next(policy for policy in read["policies"] if policy["name"] == name)
            assert [again[key] for key in ("recall", "massRecall", "answer")] == [own[key] for key in ("recall", "massRecall", "answer")]
    print(f"{len(written)} files read back, {n} tokens")


if __name__ == "__main__":
    check(*sys.argv[2:]) if sys.argv[1:2] == ["--check"] else make()
