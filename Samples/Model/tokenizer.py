"""Trains the byte-level BPE tokenizer on generated training text. Run: tokenizer.py FOLDER"""

import json
import pathlib
import random
import sys

from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers

from filler import Filler
from generate import FAMILIES, task
from words import Words

VOCABULARY = 2048
BOS, EOS = "<|bos|>", "<|eos|>"

GENERAL = """The quick answer is that memory costs more than arithmetic. We keep what the next words will need, and we
forget the rest; whether that works depends on which questions come later. You can't know it before they are asked,
but you can guess: read a little ahead, look back from there, and see what mattered. I've written this down because it's
easy to say and hard to do. Who would have thought that? They're here, she'll come, he'd go, it isn't so, don't worry."""


def corpus():
    """Training text of every family, and a little ordinary English for letters that it lacks."""
    rng = random.Random(1)
    for index in range(6000):
        made = task(rng, FAMILIES[index % len(FAMILIES)], 200, lambda text: len(text) // 4)
        question, answer = made.questions[0]
        yield f"{made.body}\n\nQuestion: {question}\nAnswer:{answer}"
        yield Filler(rng, False).sentence()
    for _ in range(40):
        yield GENERAL


def main(folder: pathlib.Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)])
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.train_from_iterator(corpus(), trainers.BpeTrainer(
        vocab_size=VOCABULARY, special_tokens=[BOS, EOS], show_progress=False,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet()))
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{BOS} $A", pair=f"{BOS} $A $B", special_tokens=[(BOS, tokenizer.token_to_id(BOS))])
    tokenizer.save(str(folder / "tokenizer.json"))
    (folder / "tokenizer_config.json").write_text(json.dumps({
        "tokenizer_class": "PreTrainedTokenizerFast", "bos_token": BOS, "eos_token": EOS,
        "model_max_length": 2304, "clean_up_tokenization_spaces": False}, indent=2) + "\n")


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
