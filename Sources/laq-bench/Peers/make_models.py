"""GGUF files of random weights in the sizes of public models, for laq-bench and llama.cpp's llama-bench.

    pip install numpy gguf
    python make_models.py FOLDER [--model NAME ...] [--type TYPE ...]

Without options the two models that laq-bench makes itself, in bf16 and q8_0. `--model llama-3.1-8b --type q4_k_m` takes
4.9 GB of disk, and little memory: a matrix is written a few rows at a time.

Weights are uniform and 1/sqrt(columns) wide, as in ModelSizes.swift: no value depends on another, so a matrix repeats one
block of rows. The `gguf` package quantises them where it can; of the formats that it only reads, blocks of random bits
get scales that make them as large: speed does not hang on what the weights are.
"""
import argparse
import pathlib

import gguf
import numpy as np
from gguf import GGMLQuantizationType as Type

MODELS = {
    "smollm2-135m": dict(
        architecture="llama", hidden=576, inner=1536, layers=30, heads=9, kv_heads=3, vocabulary=49152, base=100_000),
    "qwen2.5-403m": dict(
        architecture="qwen2", hidden=896, inner=4864, layers=24, heads=14, kv_heads=2, vocabulary=50257,
        base=1_000_000),
    "llama-3.2-1b": dict(
        architecture="llama", hidden=2048, inner=8192, layers=16, heads=32, kv_heads=8, vocabulary=128256,
        base=500_000),
    "llama-3.1-8b": dict(
        architecture="llama", hidden=4096, inner=14336, layers=32, heads=32, kv_heads=8, vocabulary=128256,
        base=500_000, own_head=True),
    # To see that everything works; nothing is measured with it.
    "tiny": dict(
        architecture="llama", hidden=512, inner=768, layers=2, heads=8, kv_heads=2, vocabulary=512, base=10_000,
        own_head=True),
}
# Mixtures, as `llama-quantize` makes them: the matrices that are most sensitive have more bits.
MIXTURES = {"q4_k_m": Type.Q4_K}
TYPES = {kind.name.lower(): kind for kind in [
    Type.F16, Type.BF16, Type.Q4_0, Type.Q4_1, Type.Q5_0, Type.Q5_1, Type.Q8_0, Type.Q2_K, Type.Q3_K, Type.Q4_K,
    Type.Q5_K, Type.Q6_K, Type.IQ4_NL, Type.IQ4_XS, Type.MXFP4]} | MIXTURES
# What stands in for blocks of 256 in rows that are no multiple of it, as in `llama-quantize`.
SHORTER = {Type.Q2_K: Type.IQ4_NL, Type.Q3_K: Type.IQ4_NL, Type.Q4_K: Type.Q5_0, Type.Q5_K: Type.Q5_1,
           Type.Q6_K: Type.Q8_0, Type.IQ4_XS: Type.IQ4_NL}
# Of the formats that are only read: where a block has its scales in half precision, and the standard deviation of what
# they are multiplied by in a block of random bits.
SCALES = {Type.Q2_K: ([80, 82], 12.8), Type.Q3_K: ([108], 43.5), Type.Q4_K: ([0, 2], 217), Type.Q5_K: ([0, 2], 442),
          Type.Q6_K: ([208], 1356), Type.IQ4_NL: ([0], 67), Type.IQ4_XS: ([0], 1246)}
# Rows that are made together.
BLOCK = 512


def has_more_bits(layer, layers):
    """Whether a mixture gives a layer's values and down projections more: its first and last eighth, and every third."""
    eighth = layers // 8
    return layer < eighth or layer >= 7 * layers // 8 or (layer - eighth) % 3 == 2


def type_of(name, wanted, sizes, columns):
    kind = TYPES[wanted]
    if wanted in MIXTURES:
        part = name.split(".")
        if part[0] == "output" or part[0] == "token_embd" and not sizes.get("own_head"):
            kind = Type.Q6_K
        elif part[0] == "blk" and part[2] in ("attn_v", "ffn_down") and has_more_bits(int(part[1]), sizes["layers"]):
            kind = Type.Q6_K
    return SHORTER[kind] if columns % gguf.GGML_QUANT_SIZES[kind][0] else kind


def rows_of(random, kind, rows, columns):
    """Rows of a matrix as a file has them."""
    if kind not in SCALES:
        width = (3 / columns) ** 0.5
        return gguf.quantize(random.uniform(-width, width, (rows, columns)).astype(np.float32), kind)
    length, size = gguf.GGML_QUANT_SIZES[kind]
    places, deviation = SCALES[kind]
    blocks = random.integers(0, 256, (rows * columns // length, size), dtype=np.uint8)
    for place in places:
        blocks[:, place:place + 2] = np.array([columns ** -0.5 / deviation], "<f2").view(np.uint8)
    return blocks.reshape(rows, -1)


class Repeated:
    """A matrix that repeats its first rows, written as it is asked for."""

    def __init__(self, block, rows):
        self.block, self.shape, self.dtype = block, (rows, block.shape[1]), block.dtype
        self.nbytes = rows * block.shape[1] * block.itemsize

    def tofile(self, file):
        for first in range(0, self.shape[0], len(self.block)):
            self.block[:self.shape[0] - first].tofile(file)


def write(path, sizes, wanted):
    random = np.random.default_rng(1)
    writer = gguf.GGUFWriter(path, sizes["architecture"])
    writer.add_name(path.stem)
    writer.add_context_length(65536)
    writer.add_embedding_length(sizes["hidden"])
    writer.add_block_count(sizes["layers"])
    writer.add_feed_forward_length(sizes["inner"])
    writer.add_head_count(sizes["heads"])
    writer.add_head_count_kv(sizes["kv_heads"])
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_rope_freq_base(sizes["base"])
    writer.add_rope_dimension_count(sizes["hidden"] // sizes["heads"])
    writer.add_vocab_size(sizes["vocabulary"])
    writer.add_tokenizer_model("no_vocab")
    writer.add_file_type(gguf.LlamaFileType["MOSTLY_" + {"mxfp4": "mxfp4_moe", "q2_k": "q2_k", "q3_k": "q3_k_m",
        "q4_k": "q4_k_m", "q5_k": "q5_k_m"}.get(wanted, wanted).upper()])
    made = {}

    def matrix(name, rows, columns):
        kind = type_of(name, wanted, sizes, columns)
        # The same rows for every matrix of a kind and width: a model of 8B is made in seconds.
        if (kind, columns) not in made:
            made[kind, columns] = np.ascontiguousarray(rows_of(random, kind, BLOCK, columns)).view(np.uint8)
        weights = Repeated(made[kind, columns], rows)
        writer.add_tensor_info(name, weights.shape, weights.dtype, weights.nbytes, raw_dtype=kind)
        tensors.append(weights)

    def vector(name, count, value):
        weights = np.full(count, value, np.float32)
        writer.add_tensor_info(name, weights.shape, weights.dtype, weights.nbytes)
        tensors.append(weights)

    tensors = []
    hidden, inner = sizes["hidden"], sizes["inner"]
    dimension = hidden // sizes["heads"]
    widths = {"q": hidden, "k": sizes["kv_heads"] * dimension, "v": sizes["kv_heads"] * dimension}
    matrix("token_embd.weight", sizes["vocabulary"], hidden)
    if sizes.get("own_head"):
        matrix("output.weight", sizes["vocabulary"], hidden)
    vector("output_norm.weight", hidden, 1)
    for layer in range(sizes["layers"]):
        block = f"blk.{layer}."
        vector(block + "attn_norm.weight", hidden, 1)
        vector(block + "ffn_norm.weight", hidden, 1)
        for part, width in widths.items():
            matrix(f"{block}attn_{part}.weight", width, hidden)
            if sizes["architecture"] == "qwen2":
                vector(f"{block}attn_{part}.bias", width, 0)
        matrix(block + "attn_output.weight", hidden, hidden)
        matrix(block + "ffn_gate.weight", inner, hidden)
        matrix(block + "ffn_up.weight", inner, hidden)
        matrix(block + "ffn_down.weight", hidden, inner)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_ti_data_to_file()
    for weights in tensors:
        writer.write_tensor_data(weights)
    writer.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--model", choices=MODELS, nargs="+", default=["smollm2-135m", "qwen2.5-403m"])
    parser.add_argument("--type", choices=TYPES, nargs="+", default=["bf16", "q8_0"])
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    for model in options.model:
        for kind in options.type:
            write(options.folder / f"{model}-{kind}.gguf", MODELS[model], kind)
