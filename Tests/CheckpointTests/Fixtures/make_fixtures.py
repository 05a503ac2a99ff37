"""Writes the tokenizers of this folder and what Hugging Face's `tokenizers` makes of texts.json with them.

python make_fixtures.py   (with `tokenizers` 0.23; everything is seeded, so the files come out the same)
"""

import json
import pathlib
import random

from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers
from tokenizers.processors import TemplateProcessing

here = pathlib.Path(__file__).parent

SENTENCES = """Once upon a time, there was a little girl named Lily. She loved to play outside in the park.
One day, she saw a big, red ball. "I don't think we'll go", he said; they've gone, and I'm here.
The quick brown fox jumps over the lazy dog 1234567890 times, then 42 more. It's what you'd expect.
Der Fluß fließt über die Brücke. Où est le café? ¿Dónde está el niño? Ωμέγα und Ohm: 5 Ω, 7 Ω.
これは日本語の文章です。今天天气很好。مرحبا بالعالم. Привет, мир! 안녕하세요
for (int i = 0; i < 10; ++i) { printf("%d\\n", i); }  // a comment
cafe\u0301 re\u0301sume\u0301 cafe\u0301 re\u0301sume\u0301
""".splitlines()

# Tokenizers whose offsets are bytes, too: nothing is put before the text, left out of it or changed.
OFFSETS = ["gpt2", "digits", "ignore-merges"]

ATOMS = [
    "the", " little", "Once", " upon", "girl", "I'm", "don't", " they've", "we'll", "he'd", "you're", "'s", "'S",
    "'re", "'", "''", "1", "12", "2024", " 7", "3.14", "٣", "²", "½", "Ⅷ", "一二三", " ", "  ", "   ", "      ", "\t", "\n",
    "\n\n", "\r\n", "\u00a0", "\u3000", "\u2028", "\u200b", "é", "e\u0301", "\u0301", "Ω", "\u2126", "ñ", "ß", "Å", "\u212b", "日本語", "今天",
    "天气。", "مرحبا", "العالم", "שלום", "Привет", "안녕", "हिन्दी", "ไทย", "😀", "👩‍👩‍👧", "🇩🇪", "🏳️‍🌈", "🦙", "\u0000", "\u0001", "\u001b[31m",
    "\u007f", "\u0085", "!", "?!", "...", "—", "“x”", "{}", "<|end|>", "<s>", "</s>", "<0x41>", "▁", "Ġ", "_", "a", "b", "Z", "ﬁ", "\U00010400", "\ufffd",
    "\ufeff", "==", "<tool>", " <tool>", "x²y", "#include", "http://a.b/c?d=e&f", "ABC", "camelCase", "ʼn", "ǅ",
]


def texts():
    generator = random.Random(7)
    result = ["", *ATOMS, *SENTENCES, " leading", "trailing ", "  two  spaces  ", "\n line", "a\n\n\nb", "a \n b", "x  \ty"]
    while len(result) < 220:
        result.append("".join(generator.choice(ATOMS) for _ in range(generator.randint(2, 9))))
    return result


def train(tokenizer, alphabet, size):
    trainer = trainers.BpeTrainer(
        vocab_size=size, initial_alphabet=alphabet, show_progress=False, special_tokens=["<unk>", "<s>", "</s>"])
    tokenizer.train_from_iterator(SENTENCES * 3, trainer)
    return json.loads(tokenizer.to_str())


def byte_level(pre_tokenizer, size, **changes):
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizer
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.post_processor = TemplateProcessing(single="<s> $A", special_tokens=[("<s>", 1)])
    description = train(tokenizer, sorted(pre_tokenizers.ByteLevel.alphabet()), size)
    description["model"].update(changes)
    top = max(description["model"]["vocab"].values())
    flags = {"single_word": False, "lstrip": False, "rstrip": False, "normalized": False}
    description["added_tokens"] += [
        {"id": top + 1, "content": "<|end|>", "special": True, **flags},
        {"id": top + 2, "content": "<tool>", "special": False, **flags},
    ]
    return description


def sentence_piece(size, byte_fallback, fuse):
    """SentencePiece's way; the vocabulary holds both ohm signs and a merge of a combining mark."""
    tokenizer = Tokenizer(models.BPE(unk_token="<unk>"))
    tokenizer.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    tokenizer.decoder = decoders.Sequence(
        [decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)])
    tokenizer.post_processor = TemplateProcessing(single="<s> $A", special_tokens=[("<s>", 1)])
    tokenizer.pre_tokenizer = pre_tokenizers.Split("▁", "merged_with_next")
    description = train(tokenizer, ["Ω", "\u2126", "é", "e", "\u0301", "▁"], size)
    description["pre_tokenizer"] = None
    model = description["model"]
    model["byte_fallback"], model["fuse_unk"] = byte_fallback, fuse
    # "a b" instead of ["a", "b"], the older spelling: the separator may meet a combining mark.
    pairs = [tuple(pair) for pair in model["merges"]]
    for pair in [("▁", "\u2126"), ("\u0301", "\u0301")]:
        if pair not in pairs:
            pairs.append(pair)
            model["vocab"].setdefault("".join(pair), len(model["vocab"]))
    model["merges"] = [" ".join(pair) for pair in pairs]
    if byte_fallback:
        for byte in range(256):
            model["vocab"][f"<0x{byte:02X}>"] = len(model["vocab"])
    return description


# Bytes that a vocabulary lacks, as SmolLM2's does: of control characters, a mark, beginnings and ends of characters.
LACKED = [0x00, 0x01, 0x04, 0x1B, 0x21, 0x7F, 0x85, 0x95, 0xC3, 0xE3, 0xF0]


def lacking(**changes):
    """A byte-level vocabulary without some bytes and the tokens that have them."""
    description = byte_level(pre_tokenizers.ByteLevel(add_prefix_space=False), 420)
    pairs = [pair for pair in description["model"]["merges"]]
    alphabet = bytes_to_unicode()
    lacked = {alphabet[byte] for byte in LACKED}
    model = description["model"]
    model["vocab"] = {token: i for token, i in model["vocab"].items() if not lacked & set(token)}
    model["merges"] = [pair for pair in pairs if all("".join(part) in model["vocab"] for part in [*pair, pair])]
    if changes.get("byte_fallback"):
        for byte in range(256):
            model["vocab"][f"<0x{byte:02X}>"] = 1000 + byte
    model.update(changes)
    return description


def bytes_to_unicode():
    """GPT-2's character of each byte, as the byte-level normalizer writes it."""
    plain = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = [byte for byte in range(256) if byte not in plain]
    return {byte: chr(byte) for byte in plain} | {byte: chr(256 + i) for i, byte in enumerate(others)}


def normalized(normalizer, **changes):
    description = byte_level(pre_tokenizers.ByteLevel(add_prefix_space=False), 420)
    description["normalizer"] = json.loads(normalizer.__getstate__())
    description.update(changes)
    return description


def write(name, description, inputs):
    text = json.dumps(description, ensure_ascii=False, separators=(",", ":"))
    (here / f"{name}.tokenizer.json").write_text(text, encoding="utf-8")
    tokenizer = Tokenizer.from_str(text)
    expected = []
    for entry in inputs:
        encoding = tokenizer.encode(entry)
        record = {"ids": encoding.ids}
        if description["pre_tokenizer"] and entry.isascii() and name in OFFSETS:
            record["offsets"] = [offset for pair in encoding.offsets for offset in pair]
        expected.append(record)
    (here / f"{name}.expected.json").write_text(
        json.dumps({"expected": expected}, separators=(",", ":")), encoding="utf-8")


def main():
    inputs = texts()
    (here / "texts.json").write_text(json.dumps({"texts": inputs}, separators=(",", ":")), encoding="utf-8")
    level, digits = pre_tokenizers.ByteLevel, pre_tokenizers.Digits
    write("gpt2", byte_level(level(add_prefix_space=False), 420), inputs)
    write("digits", byte_level(
        pre_tokenizers.Sequence([digits(individual_digits=True), level(add_prefix_space=False)]), 380), inputs)
    write("prefix-space", byte_level(
        pre_tokenizers.Sequence([digits(individual_digits=False), level(add_prefix_space=True)]), 380), inputs)
    write("ignore-merges", byte_level(level(add_prefix_space=False), 420, ignore_merges=True, merges=[]), inputs)
    write("sentencepiece", sentence_piece(420, byte_fallback=True, fuse=True), inputs)
    write("lacking", lacking(), inputs)
    write("lacking-unknown", lacking(unk_token="?", fuse_unk=True), inputs)
    write("lacking-fallback", lacking(byte_fallback=True), inputs)
    write("lacking-ignore-merges", lacking(ignore_merges=True), inputs)
    write("simplified", normalized(
        normalizers.Sequence([normalizers.Nmt(), normalizers.NFD(), normalizers.StripAccents()])), inputs)
    split = json.loads(pre_tokenizers.Split(Regex(r"Ġ?[^Ġ]+|Ġ"), "isolated").__getstate__())
    write("byte-normalizer", normalized(normalizers.ByteLevel(), pre_tokenizer=split), inputs)
    write("unknown", sentence_piece(300, byte_fallback=False, fuse=False), inputs)
    write("unknown-fused", sentence_piece(300, byte_fallback=False, fuse=True), inputs)


main()
