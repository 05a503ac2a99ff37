"""GGUF files of random weights in the sizes that laq-bench measures, for llama.cpp's llama-bench.

    pip install numpy gguf
    python make_models.py FOLDER [--model smollm2-135m|qwen2.5-403m] [--type bf16|q8_0]

Without options all four. Weights are uniform and 1/sqrt(columns) wide, as in ModelSizes.swift: no value depends on
another, so a matrix repeats one block of rows.
"""
import argparse, pathlib

import gguf
import numpy as np

MODELS = {
    "smollm2-135m": dict(
        architecture="llama", hidden=576, inner=1536, layers=30, heads=9, kv_heads=3, vocabulary=49152, base=100_000),
    "qwen2.5-403m": dict(
        architecture="qwen2", hidden=896, inner=4864, layers=24, heads=14, kv_heads=2, vocabulary=50257,
        base=1_000_000),
}
TYPES = {"bf16": gguf.GGMLQuantizationType.BF16, "q8_0": gguf.GGMLQuantizationType.Q8_0}
FILE_TYPES = {"bf16": gguf.LlamaFileType.MOSTLY_BF16, "q8_0": gguf.LlamaFileType.MOSTLY_Q8_0}


def write(path, sizes, kind):
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
    writer.add_file_type(FILE_TYPES[kind])

    def matrix(name, rows, columns):
        width = (3 / columns) ** 0.5
        block = random.uniform(-width, width, (min(rows, 512), columns)).astype(np.float32)
        weights = np.resize(block, (rows, columns))
        writer.add_tensor(name, gguf.quantize(weights, TYPES[kind]), raw_dtype=TYPES[kind])

    def vector(name, count, value):
        writer.add_tensor(name, np.full(count, value, np.float32))

    hidden, inner = sizes["hidden"], sizes["inner"]
    dimension = hidden // sizes["heads"]
    widths = {"q": hidden, "k": sizes["kv_heads"] * dimension, "v": sizes["kv_heads"] * dimension}
    matrix("token_embd.weight", sizes["vocabulary"], hidden)
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
    writer.write_tensors_to_file()
    writer.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--model", choices=MODELS)
    parser.add_argument("--type", choices=TYPES)
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    for model in [options.model] if options.model else MODELS:
        for kind in [options.type] if options.type else TYPES:
            write(options.folder / f"{model}-{kind}.gguf", MODELS[model], kind)
