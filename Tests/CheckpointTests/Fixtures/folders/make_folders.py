"""Writes what transformers' AutoTokenizer makes of folders whose small files add tokens beside tokenizer.json: ids of
texts and the names of special tokens.

python make_folders.py   (with `transformers` 5.24 and `tokenizers` 0.23)
"""

import copy
import json
import os
import pathlib
import tempfile

os.environ["HF_HUB_OFFLINE"] = "1"
from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import AutoTokenizer

here = pathlib.Path(__file__).parent
TEXTS = ["<|im_start|>user\nHi<|im_end|> <pad> <extra><x> <n>  y", "<s>a</s><unk> <a> <b><q>", "<|endoftext|>z <mask>", ""]


def token(content, **flags):
    return {"content": content, "lstrip": False, "normalized": False, "rstrip": False, "single_word": False, "special": True, **flags}


def byte_level():
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    description = json.loads(Tokenizer(models.BPE({entry: i for i, entry in enumerate(alphabet)}, [])).to_str())
    level = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True}
    return {**description, "pre_tokenizer": level, "decoder": level}


def pieces():
    vocabulary = ["<unk>", "<s>", "</s>", *(f"<0x{byte:02X}>" for byte in range(256)), "▁", "a", "b", "x", "y", "z"]
    space = {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "first", "split": False}
    decoders = [
        {"type": "Replace", "pattern": {"String": "▁"}, "content": " "}, {"type": "ByteFallback"}, {"type": "Fuse"},
        {"type": "Strip", "content": " ", "start": 1, "stop": 0}]
    return {
        "version": "1.0", "truncation": None, "padding": None, "normalizer": None, "pre_tokenizer": space, "post_processor": None,
        "added_tokens": [{"id": i, **token(content)} for i, content in enumerate(vocabulary[:3])],
        "decoder": {"type": "Sequence", "decoders": decoders},
        "model": {"type": "BPE", "dropout": None, "unk_token": "<unk>", "continuing_subword_prefix": None, "end_of_word_suffix": None,
                  "fuse_unk": True, "byte_fallback": True, "ignore_merges": False,
                  "vocab": {entry: i for i, entry in enumerate(vocabulary)}, "merges": []}}


def marked():
    """As Gemma's class builds it whatever the file says."""
    decoders = [{"type": "Replace", "pattern": {"String": "▁"}, "content": " "}, {"type": "ByteFallback"}, {"type": "Fuse"}]
    return {
        **pieces(), "normalizer": {"type": "Replace", "pattern": {"String": " "}, "content": "▁"},
        "pre_tokenizer": {"type": "Split", "pattern": {"String": " "}, "behavior": "MergedWithPrevious", "invert": False},
        "decoder": {"type": "Sequence", "decoders": decoders}}


TOKENIZERS = {"bytes": byte_level(), "pieces": pieces(), "marked": marked()}
FAST = "PreTrainedTokenizerFast"


def cases():
    """Name, tokenizer, its added tokens, model type, tokenizer_config, special_tokens_map, added_tokens.json."""
    def case(name, configuration=None, map=None, added=None, tokenizer="bytes", listed=None, model="llama"):
        return {"name": name, "tokenizer": tokenizer, "listed": listed, "files": {
            "config.json": {"model_type": model, "architectures": ["X"]}, "tokenizer_config.json": configuration,
            "special_tokens_map.json": map, "added_tokens.json": added}}

    def typed(*arguments, **flags):
        return {"__type": "AddedToken", **token(*arguments, **flags)}

    a, b, start, end = token("<a>"), token("<b>"), token("<|im_start|>"), token("<|im_end|>")
    yield case("decoder", {"tokenizer_class": FAST, "eos_token": "<|im_end|>", "pad_token": "<pad>", "added_tokens_decoder": {
        "256": start, "257": end, "258": token("<extra>", special=False, normalized=True)}})
    yield case("ids with a gap", {"added_tokens_decoder": {"300": token("<|im_end|>", rstrip=True), "256": start}})
    yield case("other flags than the tokenizer's", {"bos_token": "<s>", "added_tokens_decoder": {
        "256": token("<a>", rstrip=True), "257": token("<b>", special=False), "258": start}},
        listed=[{"id": 256, **token("<a>", special=False)}, {"id": 257, **b}])
    yield case("flags left out", {"added_tokens_decoder": {"256": {"content": "<extra>"}, "257": {"content": "<x>", "special": True}}})
    yield case("added_tokens.json", {"eos_token": "<|im_end|>"}, added={"<|im_end|>": 256, "<|im_start|>": 257, "<extra>": 258})
    yield case("an id that the tokenizer has", {}, added={"<b>": 256, "<|im_start|>": 257}, listed=[{"id": 256, **a}])
    yield case("a map and added_tokens.json", None, {"bos_token": token("<s>"), "additional_special_tokens": ["<|im_start|>", "<x>"],
        "eos_token": "</s>"}, {"<|im_start|>": 256, "<extra>": 257})
    yield case("additional tokens", {"additional_special_tokens": ["<|im_start|>", "<|im_end|>"], "pad_token": "<pad>"})
    yield case("additional tokens as objects", {
        "additional_special_tokens": [typed("<|im_start|>", rstrip=True)], "pad_token": typed("<pad>", lstrip=True)})
    yield case("extra tokens", {"extra_special_tokens": ["<extra>", "<x>"], "additional_special_tokens": ["<n>"]})
    yield case("names of the model's own", {"extra_special_tokens": {"image_token": "<extra>"}, "boi_token": "<x>"})
    yield case("extra tokens in the map", {"extra_special_tokens": ["<n>"]}, {"extra_special_tokens": ["<extra>"], "pad_token": "<pad>"})
    yield case("a map beside the decoder", {"added_tokens_decoder": {"256": end}}, {"additional_special_tokens": ["<x>"]})
    yield case("Qwen 2's names", {"tokenizer_class": "Qwen2Tokenizer"}, listed=[{"id": 256, **start}], model="qwen2")
    yield case("Qwen 3's names without a class", {}, listed=[{"id": 256, **start}], model="qwen3")
    yield case("Qwen 2's names in spite of another class", {"tokenizer_class": "LlamaTokenizerFast", "eos_token": "<|im_end|>"}, model="qwen2")
    yield case("Qwen 3 by another class", {"tokenizer_class": "LlamaTokenizerFast", "eos_token": "<|im_end|>"}, model="qwen3")
    yield case("Gemma's names", {}, tokenizer="marked", model="gemma3_text")
    yield case("Llama's class on bytes", {"tokenizer_class": "LlamaTokenizer"})
    yield case("Llama's names", {"tokenizer_class": "LlamaTokenizerFast"}, tokenizer="pieces")
    yield case("Llama's names and more", {"tokenizer_class": "LlamaTokenizer", "additional_special_tokens": ["<pad>", "<|im_end|>"]}, tokenizer="pieces")
    yield case("GPT-2's names", {"tokenizer_class": "GPT2Tokenizer"})
    yield case("Mistral has no names", {"tokenizer_class": "LlamaTokenizer"}, tokenizer="pieces", model="mistral")
    yield case("Phi 3 has no names", {"tokenizer_class": "LlamaTokenizer"}, tokenizer="pieces", model="phi3")
    yield case("nothing beside it")


def main():
    result = []
    for case in cases():
        description = copy.deepcopy(TOKENIZERS[case["tokenizer"]])
        if case["listed"]:
            description["added_tokens"] = case["listed"]
        with tempfile.TemporaryDirectory() as folder:
            for name, contents in {"tokenizer.json": description, **case["files"]}.items():
                if contents is not None:
                    (pathlib.Path(folder) / name).write_text(json.dumps(contents), encoding="utf-8")
            tokenizer = AutoTokenizer.from_pretrained(folder)
            result.append({**case, "ids": [tokenizer(text)["input_ids"] for text in TEXTS], "names": dict(tokenizer.special_tokens_map)})
    contents = {"texts": TEXTS, "tokenizers": TOKENIZERS, "cases": result}
    (here / "expected.json").write_text(json.dumps(contents, ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8")


main()
