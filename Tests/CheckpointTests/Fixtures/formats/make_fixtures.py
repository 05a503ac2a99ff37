"""Writes this folder's GGUF files and what they have to be read as.

python make_fixtures.py [LLAMA_CPP]   (needs gguf, torch, transformers 5, safetensors; LLAMA_CPP is a llama.cpp source
folder with its packages `conversion` and `gguf-py`, without which the families' files stay; everything is seeded)

* blocks.gguf: random blocks of every type that is read; blocks.safetensors: the same tensors in f32, by
  `gguf.quants.dequantize`
* FAMILY.gguf: a tiny random model, converted by llama.cpp; FAMILY/: the model as transformers saved it
* metadata.gguf: every type of metadata
"""

import pathlib
import shutil
import sys
import tempfile

for llama in sys.argv[1:]:
    sys.path[:0] = [llama, llama + "/gguf-py"]

import gguf
import numpy
import safetensors.numpy
import torch
import transformers
from gguf import GGMLQuantizationType as Type

HERE = pathlib.Path(__file__).parent
TYPES = [Type.F32, Type.F16, Type.BF16, Type.Q8_0, Type.Q4_0, Type.Q4_1, Type.Q5_0, Type.Q5_1, Type.Q2_K,
         Type.Q3_K, Type.Q4_K, Type.Q5_K, Type.Q6_K, Type.IQ4_NL, Type.IQ4_XS, Type.MXFP4]
# Where each block's half-precision numbers stand.
HALVES = {Type.Q8_0: [0], Type.Q4_0: [0], Type.Q4_1: [0, 2], Type.Q5_0: [0], Type.Q5_1: [0, 2],
          Type.Q2_K: [80, 82], Type.Q3_K: [108], Type.Q4_K: [0, 2], Type.Q5_K: [0, 2], Type.Q6_K: [208],
          Type.IQ4_NL: [0], Type.IQ4_XS: [0], Type.MXFP4: []}
ROWS, COLUMNS = 3, 512


def blocks() -> None:
    generator = numpy.random.default_rng(5)
    writer = gguf.GGUFWriter(HERE / "blocks.gguf", "blocks")
    expected = {}
    for kind in TYPES:
        length, size = gguf.GGML_QUANT_SIZES[kind]
        count = ROWS * COLUMNS // length
        if kind in HALVES:
            data = generator.integers(0, 256, (count, size), dtype=numpy.uint8)
            for offset in HALVES[kind]:
                halves = (generator.standard_normal(count) * 2.0 ** generator.integers(-20, 4, count)).astype("<f2")
                # The smallest and largest there are.
                halves[:2] = numpy.array([6e-8, -65504], dtype="<f2")
                data[:, offset:offset + 2] = generator.permutation(halves).view(numpy.uint8).reshape(count, 2)
            if kind == Type.MXFP4:
                # The subnormal exponents, the first that is none, and the largest.
                data[:4, 0] = [0, 1, 2, 255]
        else:
            floats = generator.standard_normal((count, length)).astype("<f4")
            data = gguf.quants.quantize(floats, kind)
        data = numpy.ascontiguousarray(data).view(numpy.uint8).reshape(ROWS, -1)
        expected[kind.name] = gguf.quants.dequantize(data, kind).reshape(ROWS, COLUMNS)
        writer.add_tensor(kind.name, data, raw_dtype=kind)
    finish(writer)
    safetensors.numpy.save_file(expected, HERE / "blocks.safetensors")


def metadata() -> None:
    writer = gguf.GGUFWriter(HERE / "metadata.gguf", "none")
    kinds = gguf.GGUFValueType
    for kind, value in [("uint8", 255), ("int8", -128), ("uint16", 65535), ("int16", -32768), ("uint32", 2**32 - 1),
                        ("int32", -2**31), ("uint64", 2**64 - 1), ("int64", -2**63), ("float32", 0.1),
                        ("float64", 0.1)]:
        writer.add_key_value(f"one.{kind}", value, kinds[kind.upper()])
        # The writer has no opinion on the width of numbers in lists but this one.
        writer.add_key_value(f"list.{kind}", [value, 1], kinds.ARRAY, sub_type=kinds[kind.upper()])
    writer.add_key_value("one.bool", True, kinds.BOOL)
    writer.add_key_value("one.string", "Grüße\x1b", kinds.STRING)
    writer.add_key_value("list.bool", [True, False], kinds.ARRAY)
    writer.add_key_value("list.string", ["a", "", "Ω"], kinds.ARRAY)
    writer.add_key_value("list.list", [[1, 2], [3]], kinds.ARRAY)
    writer.add_key_value("general.alignment", 64, kinds.UINT32)
    writer.data_alignment = 64
    writer.add_tensor("odd", numpy.arange(3, dtype=numpy.float32))
    writer.add_tensor("last", numpy.arange(6, dtype=numpy.float32).reshape(2, 3))
    finish(writer)


def finish(writer: gguf.GGUFWriter) -> None:
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def scaled(kind: str, rope_theta=10000.0, **values) -> dict:
    return {"rope_type": kind, "rope_theta": rope_theta, **values}


SIZES = dict(
    vocab_size=40, hidden_size=24, intermediate_size=32, num_hidden_layers=2, num_attention_heads=4,
    num_key_value_heads=2, head_dim=8, max_position_embeddings=256, rms_norm_eps=1e-5, bos_token_id=1, eos_token_id=2,
    pad_token_id=0)
FAMILIES = {
    "llama": ("Llama", dict(tie_word_embeddings=False, attention_bias=True, mlp_bias=True)),
    "llama-llama3": ("Llama", dict(tie_word_embeddings=True, rope_parameters=scaled(
        "llama3", 500000.0, factor=8.0, low_freq_factor=1.0, high_freq_factor=4.0, original_max_position_embeddings=8192))),
    "llama-yarn": ("Llama", dict(tie_word_embeddings=True, rope_parameters=scaled(
        "yarn", factor=4.0, original_max_position_embeddings=64, beta_fast=24.0, beta_slow=2.0))),
    "qwen2": ("Qwen2", dict(tie_word_embeddings=True, head_dim=6)),
    "qwen3": ("Qwen3", dict(tie_word_embeddings=False)),
    "smollm3": ("SmolLM3", dict(num_hidden_layers=4)),
    "phi3": ("Phi3", dict(head_dim=6, sliding_window=100, original_max_position_embeddings=256)),
    "phi3-longrope": ("Phi3", dict(
        # √(1 + ln(256 / 4) / ln(4)) = 2, which f32 holds exactly.
        hidden_size=32, head_dim=8, sliding_window=None, original_max_position_embeddings=4,
        rope_parameters=scaled("longrope", partial_rotary_factor=0.75, short_factor=[1.0, 1.25, 1.5],
                               long_factor=[1.5, 2.0, 4.0], original_max_position_embeddings=4))),
    "gemma": ("Gemma", dict()),
    "gemma2": ("Gemma2", dict(
        sliding_window=40, query_pre_attn_scalar=8, attn_logit_softcapping=5.0, final_logit_softcapping=3.0)),
    "gemma3": ("Gemma3", dict(
        num_hidden_layers=6, sliding_window=40, query_pre_attn_scalar=8,
        rope_parameters={"sliding_attention": {"rope_type": "default", "rope_theta": 1000.0},
                         "full_attention": {"rope_type": "linear", "factor": 4.0, "rope_theta": 50000.0}})),
}


def family(name: str) -> None:
    from conversion import get_model_class
    kind, sizes = FAMILIES[name]
    configuration = getattr(transformers, kind + ("TextConfig" if kind == "Gemma3" else "Config"))
    torch.manual_seed(11)
    model = getattr(transformers, kind + "ForCausalLM")(configuration(**SIZES | sizes))
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.copy_(torch.randn_like(parameter))
    folder = HERE / name
    model.to(torch.bfloat16).save_pretrained(folder)
    converted = get_model_class(model.config.architectures[0])

    class Converter(converted):
        """Without a tokenizer: the vocabulary is the numbers."""
        model_arch = converted.model_arch

        def set_vocab(self):
            self.gguf_writer.add_tokenizer_model("none")
            self.gguf_writer.add_token_list([str(number) for number in range(SIZES["vocab_size"])])
            self.gguf_writer.add_token_types([3] * SIZES["vocab_size"])
            self.gguf_writer.add_eos_token_id(SIZES["eos_token_id"])

    with tempfile.TemporaryDirectory() as scratch:
        # Gemma 3's converter counts the tokens of a tokenizer.json.
        shutil.copytree(folder, scratch, dirs_exist_ok=True)
        vocabulary = ", ".join(f'"{number}": {number}' for number in range(SIZES["vocab_size"]))
        (pathlib.Path(scratch) / "tokenizer.json").write_text(
            '{"model": {"vocab": {%s}}, "added_tokens": []}' % vocabulary)
        Converter(pathlib.Path(scratch), gguf.LlamaFileType.MOSTLY_BF16, HERE / f"{name}.gguf").write()
    (folder / "generation_config.json").unlink(missing_ok=True)


blocks()
metadata()
for wanted in FAMILIES if sys.argv[1:] else []:
    family(wanted)
