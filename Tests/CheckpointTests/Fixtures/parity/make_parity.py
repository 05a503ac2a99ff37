"""Writes small tokenizers of each family and, for them and for the real ones beside the project, hashes of the
ids that Hugging Face's `tokenizers` gives to a million characters of mixed text and to 10,000 random strings.

python make_parity.py [../shared/data]   (with `tokenizers` 0.22, `transformers` 5 and `sentencepiece` 0.2)

The texts are made from snippets.json by a linear congruential generator, here and in ParityTexts.swift alike, so
that only hashes need to be kept. Everything is seeded: the files come out the same.
"""

import base64
import json
import pathlib
import sys
import tempfile

import sentencepiece
from sentencepiece import sentencepiece_model_pb2
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

here = pathlib.Path(__file__).parent
SNIPPETS = json.loads((here / "snippets.json").read_text(encoding="utf-8"))["snippets"]
BLOCKS = 20


class Generator:
    """Knuth's MMIX constants; the upper 31 bits of the state."""

    def __init__(self, seed):
        self.state = seed

    def below(self, count):
        self.state = (self.state * 6364136223846793005 + 1442695040888963407) % 2**64
        return (self.state >> 33) % count


def mixed_texts():
    """1,000 texts of at least 1,000 characters."""
    generator = Generator(1)
    for _ in range(1000):
        parts, length = [], 0
        while length < 1000:
            snippet = SNIPPETS[generator.below(len(SNIPPETS))]
            parts.append(snippet)
            length += len(snippet)
            if generator.below(3) == 0:
                parts.append(" ")
                length += 1
        yield "".join(parts)


RANGES = [
    (0x20, 0x5F), (0x61, 0x1A), (0x00, 0x20), (0xA0, 0x160), (0x300, 0x70), (0x370, 0x190), (0x590, 0x170), (0x900, 0x80),
    (0x1100, 0x100), (0x2000, 0x70), (0x3040, 0xC0), (0x4E00, 0x5000), (0xAC00, 0x2BA4), (0xFF00, 0xF0), (0x1F300, 0x350),
    (0x20, 1), (0x0, 0xD800), (0xE000, 0x102000),
]


def random_texts():
    """10,000 strings of 0 to 39 characters."""
    generator = Generator(2)
    for _ in range(10000):
        scalars = []
        for _ in range(generator.below(40)):
            start, count = RANGES[generator.below(len(RANGES))]
            scalars.append(chr(start + generator.below(count)))
        yield "".join(scalars)


def hashes(encode, texts):
    """FNV-1a over each id in four bytes, and over four bytes of ones after each text, for each block of texts."""
    texts = list(texts)
    size = len(texts) // BLOCKS
    result = []
    for start in range(0, len(texts), size):
        value = 0xCBF29CE484222325
        for text in texts[start : start + size]:
            for number in [*encode(text), 0xFFFFFFFF]:
                for byte in number.to_bytes(4, "little"):
                    value = (value ^ byte) * 0x100000001B3 % 2**64
        result.append(f"{value:016x}")
    return result


# The patterns of the families' own tokenizer.json.
CONTRACTIONS = "(?i:'s|'t|'re|'ve|'m|'ll|'d)"
END = r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
LLAMA3 = CONTRACTIONS + r"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}" + END
QWEN2 = CONTRACTIONS + r"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}" + END
UPPER, LOWER = r"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]", r"[\p{Ll}\p{Lm}\p{Lo}\p{M}]"
O200K = (
    rf"[^\r\n\p{{L}}\p{{N}}]?{UPPER}*{LOWER}+{CONTRACTIONS}?|[^\r\n\p{{L}}\p{{N}}]?{UPPER}+{LOWER}*{CONTRACTIONS}?"
    r"|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
SPECIAL = ["<unk>", "<s>", "</s>"]


def trained(tokenizer, size, alphabet=()):
    trainer = trainers.BpeTrainer(
        vocab_size=size, initial_alphabet=list(alphabet), show_progress=False, special_tokens=SPECIAL)
    tokenizer.train_from_iterator(list(mixed_texts())[:60], trainer)
    return tokenizer


def byte_level(*steps, normalizer=None, prefix_space=False, **changes):
    tokenizer = Tokenizer(models.BPE())
    if normalizer:
        tokenizer.normalizer = normalizer
    level = pre_tokenizers.ByteLevel(add_prefix_space=prefix_space, use_regex=not steps or "digits" in changes)
    changes.pop("digits", None)
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([*steps, level])
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.post_processor = processors.Sequence([
        processors.ByteLevel(trim_offsets=False),
        processors.TemplateProcessing(single="<s> $A </s>", special_tokens=[("<s>", 1), ("</s>", 2)])])
    trained(tokenizer, 600, sorted(pre_tokenizers.ByteLevel.alphabet()))
    # A special token that takes the space after it, and ones that are looked for as words and in normalized text.
    tokenizer.add_special_tokens([AddedToken("<|end|>", rstrip=True), AddedToken("<mask>", lstrip=True)])
    tokenizer.add_tokens([AddedToken("ab", single_word=True, normalized=False), AddedToken("café", normalized=True)])
    description = json.loads(tokenizer.to_str())
    description["model"].update(changes)
    return description


def split(pattern, behavior="isolated", invert=False):
    return pre_tokenizers.Split(Regex(pattern), behavior, invert)


def sentence_piece(normalizer, pre_tokenizer, decoder):
    tokenizer = Tokenizer(models.BPE(unk_token="<unk>", fuse_unk=True, byte_fallback=True))
    if normalizer:
        tokenizer.normalizer = normalizer
    # Words, so that merges stay within them, whatever the family does at inference.
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="never")
    trained(tokenizer, 500, ["▁"])
    tokenizer.decoder = decoder
    tokenizer.post_processor = processors.TemplateProcessing(single="<s> $A", special_tokens=[("<s>", 1)])
    description = json.loads(tokenizer.to_str())
    description["pre_tokenizer"] = json.loads(pre_tokenizer.__getstate__()) if pre_tokenizer else None
    vocabulary = description["model"]["vocab"]
    for byte in range(256):
        vocabulary[f"<0x{byte:02X}>"] = len(vocabulary)
    flags = {"single_word": False, "lstrip": False, "rstrip": False, "special": False}
    description["added_tokens"] += [
        {"id": len(vocabulary), "content": "<tool>", "normalized": True, **flags},
        # One that is in the vocabulary, too.
        {"id": vocabulary["\n\n"], "content": "\n\n", "normalized": False, **flags}]
    return description


# A small normalization table: code points, and what they become.
RULES = """FF21\t41
FF41\t61
FB01\t66 69
B2\t32
BD\t31 20 32
FF76\t30AB
FF76 FF9E\t30AC
65 301\tE9
3000\t20
A0\t20
9\t20
A\t20
AD\t
200B\t
2126\t3A9
2177\t76 69 69 69
"""


def unigram(pre_tokenizer, byte_fallback, decoder):
    """Trained by SentencePiece, whose file has the compiled normalization table."""
    with tempfile.TemporaryDirectory() as folder:
        rules, text = pathlib.Path(folder) / "rules.tsv", pathlib.Path(folder) / "text"
        rules.write_text(RULES, encoding="utf-8")
        text.write_text("\n".join(t.replace("\n", " ").replace("\0", "") for t in list(mixed_texts())[:60]), encoding="utf-8")
        sentencepiece.SentencePieceTrainer.train(
            input=str(text), model_prefix=folder + "/m", vocab_size=700, model_type="unigram", character_coverage=0.98,
            byte_fallback=byte_fallback, normalization_rule_tsv=str(rules), hard_vocab_limit=False, num_threads=1,
            minloglevel=2, max_sentence_length=100000)
        model = sentencepiece_model_pb2.ModelProto()
        model.ParseFromString((pathlib.Path(folder) / "m.model").read_bytes())
    vocabulary = [[piece.piece, piece.score] for piece in model.pieces]
    table = base64.b64encode(model.normalizer_spec.precompiled_charsmap).decode()
    flags = {"single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": True}
    return {
        "version": "1.0", "truncation": None, "padding": None,
        "added_tokens": [{"id": i, "content": vocabulary[i][0], **flags} for i in range(3)],
        "normalizer": {"type": "Sequence", "normalizers": [
            {"type": "Precompiled", "precompiled_charsmap": table},
            {"type": "Replace", "pattern": {"Regex": " {2,}"}, "content": " "}]},
        "pre_tokenizer": json.loads(pre_tokenizer.__getstate__()),
        "post_processor": {"type": "RobertaProcessing", "sep": ["</s>", 2], "cls": ["<s>", 1], "trim_offsets": True, "add_prefix_space": True},
        "decoder": json.loads(decoder.__getstate__()),
        "model": {"type": "Unigram", "unk_id": 0, "vocab": vocabulary, "byte_fallback": byte_fallback},
    }


def small():
    metaspace = pre_tokenizers.Metaspace
    pieces = [decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse()]
    stripped = decoders.Sequence([*pieces, decoders.Strip(" ", 1, 0)])
    yield "llama-3", byte_level(split(LLAMA3), ignore_merges=True)
    yield "qwen2", byte_level(split(QWEN2), normalizer=normalizers.NFC())
    yield "smollm", byte_level(pre_tokenizers.Digits(individual_digits=True), digits=True)
    yield "o200k", byte_level(split(O200K), normalizer=normalizers.NFKC())
    yield "deepseek", byte_level(
        split(r"[\r\n]"), split(r"\s?\p{L}+"), split(r"\s?[!-/:-~！-／：-～‘-‟　-。]+"), split(r"\s+$"),
        split("[一-龥ࠀ-一가-퟿]+"), pre_tokenizers.Digits(individual_digits=True))
    yield "behaviors", byte_level(
        split("[aeiou]+", "merged_with_previous"), split("[.,]", "merged_with_next"), split(r"\d", "contiguous"),
        split("[^ ]+", "isolated", True), split("[!-/:-@]", "contiguous"), prefix_space=True,
        normalizer=normalizers.Sequence([normalizers.NFD(), normalizers.Lowercase(), normalizers.Strip()]))
    yield "words", byte_level(pre_tokenizers.Whitespace(), normalizer=normalizers.NFKD())
    yield "gemma", sentence_piece(
        normalizers.Replace(" ", "▁"), pre_tokenizers.Split(" ", "merged_with_previous"), decoders.Sequence(pieces))
    yield "mistral", sentence_piece(None, metaspace(prepend_scheme="first", split=False), stripped)
    yield "llama-2", sentence_piece(
        normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")]), None, stripped)
    yield "unigram", unigram(metaspace(prepend_scheme="always"), True, decoders.Metaspace(prepend_scheme="always"))
    yield "unigram-words", unigram(
        pre_tokenizers.Sequence([pre_tokenizers.WhitespaceSplit(), metaspace(prepend_scheme="always")]), False,
        decoders.Metaspace(prepend_scheme="always"))


def both(tokenizer, special):
    def encode(text):
        return tokenizer.encode(text, add_special_tokens=special).ids

    def decoded(text):
        return tokenizer.decode(encode(text)).encode("utf-8", "surrogatepass")

    return {
        "mixed": hashes(encode, mixed_texts()), "random": hashes(encode, random_texts()),
        "decoded": hashes(decoded, list(mixed_texts())[:100] + list(random_texts())[:1000]),
    }


def main():
    result = {}
    for name, description in small():
        text = json.dumps(description, ensure_ascii=False, separators=(",", ":"))
        (here / f"{name}.tokenizer.json").write_text(text, encoding="utf-8")
        result[name] = both(Tokenizer.from_str(text), special=True)
    if len(sys.argv) > 1:
        shared = pathlib.Path(sys.argv[1]) / "tokenizers"
        for name in ["gpt2", "llama2"]:
            result[name] = both(Tokenizer.from_file(str(shared / name / "tokenizer.json")), special=False)
        from transformers import AutoTokenizer

        qwen = AutoTokenizer.from_pretrained(shared / "qwen2.5")
        result["qwen2.5"] = both(qwen.backend_tokenizer, special=False)
    else:
        kept = json.loads((here / "hashes.json").read_text())
        result = {**kept, **result}
    (here / "hashes.json").write_text(json.dumps(result, indent=0) + "\n")


if __name__ == "__main__":
    main()
