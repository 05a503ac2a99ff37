"""Writes what Oniguruma, which Hugging Face's `tokenizers` use, makes of patterns: their matches in texts, and the
characters of the properties that it knows by name.

python make_regex.py   (with `tokenizers` 0.23; everything is seeded, so the file comes out the same)
"""

import json
import pathlib
import random

from tokenizers import Regex, normalizers, pre_tokenizers

here = pathlib.Path(__file__).parent

SCRIPTS = ["Arabic", "Bopomofo", "Cyrillic", "Devanagari", "Greek", "Han", "Hangul", "Hebrew", "Hiragana", "Katakana", "Latin", "Thai"]
CLASSES = ["alpha", "alnum", "upper", "lower", "digit", "word", "space", "blank", "punct", "cntrl", "graph", "print", "xdigit", "ascii"]
PROPERTIES = [rf"\p{{{name}}}" for name in [
    *SCRIPTS, "han", "HAN", "Letter", "Lowercase_Letter", "Punctuation", "Alphabetic", "^Han", "Alnum", "lu"]]
PROPERTIES += [f"[[:{name}:]]" for name in CLASSES] + ["[[:^alpha:]]", r"\P{Han}", r"[\p{L}&&[^\p{Han}]]"]

CASED = r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}&&[^\p{Han}]]*[\p{Ll}\p{Lm}\p{Lo}\p{M}&&[^\p{Han}]]+"
PATTERNS = [
    # Possessive repetitions, a look behind, classes in classes.
    r"[^\r\n\p{L}\p{N}]?+\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]++[\r\n]*|\s*[\r\n]|\s+(?!\S)|\s+",
    r"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n/]*+|\s++$|\s*[\r\n]|\s+(?!\S)|\s",
    r"\p{L}++\p{L}|\p{L}", r"\p{N}*+\p{N}|x", r"a?+a|b", r"\s?+\p{L}", r"(?:a?+b)+", r"[^\n]*+\n|.",
    r"(?<=\s)\p{L}+", r"(?<!\p{L})\p{L}", r"(?<![\p{L}\p{N}])[\p{L}\p{N}]+", r"(?<=\p{Ll})\p{Lu}", r"(?<=a|e|i)[a-z]",
    r"\p{N}(?<=1)|\p{L}+(?<!e)", r"(?<!\n)\s+(?!\S)|\s", r"(?<=[ab])b", r"(?i:(?<=E)[a-z])",
    r"(?<=\p{Han})[^\p{Han}]+(?=\p{Han})", r"[\p{Han}]+|" + CASED, r"[[:alpha:]]+|[[:^alpha:][:digit:]]",
    r"[[:space:][:punct:]]+", r"[^[:alnum:]\s]+", r"[a-z&&[^aeiou]]+", r"[^a-z&&\p{L}]+", r"[a[b-d]e]+", r"[\p{Han}\p{Hiragana}\p{Katakana}ー]+",
    r"[[:upper:]]?[[:lower:]]+|[[:upper:]]+(?![[:lower:]])", r"\p{N}{1,3}(?!\p{N})", r"[^\n]+|[\n]+", r"(?:\p{L}\p{M}*(?: \p{L}\p{M}*)*)+",
    r" ?[^(\s|.,!?…。，、।۔،)]+", r"[\p{P}\$\+<=>\^~\|`]+", r"[가-힣ㄱ-ㆎ]+|[！…“”‘’—：；，、-〿︰-﹏]+|[ㄅ-ㄯ]+|[一-龥぀-ゟ゠-ヿ]+",
]

# tokenizer.ggml.pre of GGUF files: the patterns of llama.cpp, in the spelling of the models' own files where it has that.
GPT2 = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"
LLAMA3 = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
QWEN2 = LLAMA3.replace("{1,3}", "")
O200K = (
    r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
    r"|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
    r"|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+")
MARKS = r"""[!"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+"""
END = r"[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
KANA = "[一-龥぀-ゟ゠-ヿ]+"
BLOOM = " ?[^(\\s|.,!?…。，、।۔،)]+"
PRE = {
    "gpt-2 mellum gigachat a.x-4.0 trillion jais granite-docling": [GPT2],
    "llama-bpe pixtral falcon-h1 midm-2.0 lfm2": [LLAMA3],
    "dbrx glm4 chatglm-bpe": [LLAMA3],
    "qwen2 kormo megrez hunyuan solar-open grok-2 f2llmv2": [QWEN2],
    "qwen35": [r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?[\p{L}\p{M}]+|\p{N}| ?[^\s\p{L}\p{M}\p{N}]+" + END],
    "minicpm5": [r"\p{N}{1,3}", LLAMA3.replace("{1,3}", "+")],
    "laguna": [r"[^\n]+|[\n]+", QWEN2],
    "ufakzeka": [r"[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+" + END],
    "seed-coder": [
        r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1}| ?[^\s\p{L}\p{N}\r\n]+|\s*[\r\n]+|\s+(?!\S)|\s+"],
    "bailingmoe llada-moe": [
        r"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]++[\r\n]*|\s*[\r\n]|\s+(?!\S)|\s+"],
    "exaone-moe": [
        r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?(?:\p{L}\p{M}*(?: \p{L}\p{M}*)*)+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]?"
        r"|\s*[\r\n]|\s+(?!\S)|\s+"],
    "smollm minerva-7b mellum2 starcoder": [r"\p{N}", GPT2],
    "falcon": [r"[\p{P}\$\+<=>\^~\|`]+", GPT2, "[0-9][0-9][0-9]"],
    "gpt-4o kanana2 talkie minimax-m2 granite-embed-multi-97m": [O200K],
    "youtu": ["[가-힣ㄱ-ㆎ]+|[！…“”‘’—：；，、-〿︰-﹏]+|[ㄅ-ㄯ]+|[一-龥぀-ゟ゠-ヿ]+", O200K.replace("{1,3}", "")],
    "kimi-k2": [r"[\p{Han}]+|" + O200K.replace(r"\p{M}]", r"\p{M}&&[^\p{Han}]]").replace(r"[\r\n/]*", r"[\r\n]*")],
    "bloom poro-chat": [BLOOM], "viking": [BLOOM, r"\p{N}"],
    "chameleon": [
        "<sentinel:[0-9]+>", "(IMGIMG)((A|B|C|D|E|F|G|H|I){1,4})Z", r"([\t\n]|    |  )", r"\p{N}", r"[\p{P}!-/:-@\[-`{-~]", GPT2],
    "deepseek-v3 hunyuan-dense joyai-llm hy_v4": [r"\p{N}{1,3}", KANA, MARKS + END],
    "spark2_5": [r"\p{N}{1,3}", KANA, MARKS + r"|[\r\n]|\s+(?!\S)|\s+", r"\p{N}"],
}

NORMALIZERS = {"Nmt": normalizers.Nmt(), "StripAccents": normalizers.StripAccents(), "ByteLevel": normalizers.ByteLevel()}

ATOMS = [
    "the", " Quick", "brown", "a", "ab", "aab", "e", "E", "camelCase", "HTTPServer", "I'm", "don't", "'LL", "1", "12", "2024", "٣", "½", " ", "  ",
    "\t", "\n", "\n\n", "\r\n", "\u00a0", "\u3000", "日本語", "漢字かな", "カタカナー", "，", "。", "한국어", "ㄱ", "ㄅㄆ", "Привет", "Ωμέγα", "العربية", "שלום", "हिन्दी", "ไทย",
    "e\u0301", "\u0301", "!", "?!", "...", "—", "“x”", "{}", "$", "x²y", "/", "ǅ", "ʼn", "ſ", "😀", "🇩🇪", "_", "\u200d", "\x00", "\x7f", "𠀀", "〇", "々", "ab12cd", "۔",
]


def texts():
    generator = random.Random(11)
    return ["", *ATOMS] + ["".join(generator.choice(ATOMS) for _ in range(generator.randint(2, 14))) for _ in range(60)]


def matches(pattern, text):
    """First and last character of each match, one after another."""
    split = pre_tokenizers.Split(Regex(pattern), "removed", invert=True)
    found = split.pre_tokenize_str(text) if text else []
    return [place for _, place in found]


# Every character up to the ideographs, each seventh of the first planes, and each 61st of the others.
CHARACTERS = "".join(
    chr(v) for v in [*range(0x3400), *range(0x3400, 0x18000, 7), *range(0x18000, 0x110000, 61)] if not 0xD800 <= v < 0xE000)


def runs(pattern):
    """Where CHARACTERS match a pattern: first and one after the last, of each run."""
    return [place for pair in matches(f"(?:{pattern})+", CHARACTERS) for place in pair]


def digest(numbers):
    """FNV-1a over each number in four bytes."""
    value = 0xCBF29CE484222325
    for number in numbers:
        for byte in number.to_bytes(4, "little"):
            value = (value ^ byte) * 0x100000001B3 % 2**64
    return f"{value:016x}"


def pieces(patterns, text):
    """First and last character of each piece."""
    steps = pre_tokenizers.Sequence([pre_tokenizers.Split(Regex(pattern), "isolated") for pattern in patterns])
    return [n for _, place in steps.pre_tokenize_str(text) for n in place] if text else []


def main():
    inputs = texts()
    result = {
        "texts": inputs,
        "patterns": [{"pattern": p, "matches": [[n for pair in matches(p, t) for n in pair] for t in inputs]} for p in PATTERNS],
        "pre": [{"names": n.split(), "pieces": [pieces(p, t) for t in inputs]} for n, p in PRE.items()],
        "normalizers": [{"type": n, "hash": digest(map(ord, "".join(step.normalize_str(c) for c in CHARACTERS)))} for n, step in NORMALIZERS.items()],
        "properties": [{"pattern": p, "hash": digest(runs(p))} for p in PROPERTIES],
    }
    (here / "expected.json").write_text(json.dumps(result, separators=(",", ":")) + "\n")


main()
