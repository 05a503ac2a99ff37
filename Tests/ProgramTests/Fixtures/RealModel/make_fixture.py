"""What transformers makes of four texts with SmolLM2-135M-Instruct: ids, chat framing, greedy answers.

Run: python3 make_fixture.py MODEL.gguf FOLDER   (needs torch, transformers, accelerate, gguf)

FOLDER is what model_folder.py wrote of the same file. Writes expected.json beside this file. The weights are the
quantised file's, dequantised, in f32; that model_folder.py read them rightly is asserted against transformers' own
reader of GGUF.
"""

import json
import pathlib
import sys

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

HERE = pathlib.Path(__file__).parent
ANSWER_LENGTH = 64

TEXTS = {
    "english": (
        "The lighthouse keeper wrote down every ship that passed in 1887: 214 of them, by her own count. In the winter "
        "she couldn't sleep, so she mended nets, answered letters and waited for the"),
    "python": (
        "def moving_average(values, window=3):\n    \"\"\"Means of neighbouring values.\"\"\"\n    if window < 1:\n"
        "        raise ValueError(f\"window is {window}\")\n    total = 0.0\n    for index, value in enumerate(values):\n"
        "\ttotal += value  # a tab\n"),
    "scripts": (
        "Zürich, naïve café — «Привет, мир!» 你好,世界。こんにちは 안녕하세요 שלום مرحبا नमस्ते\u2028"
        "👩‍👩‍👧‍👦 🏳️‍🌈 é é ﬁ 𝔘𝔫𝔦 \u00a0x²  ½ 1234567890\r\n\t<|im_start|> <|im_end|><|endoftext|> \x04end"),
    "chat": "What is the capital of France? Answer in one short sentence.",
}


def greedy(model, ids, ends):
    """Tokens one by one until an end; the end is counted, and told apart."""
    answer, cache, step = [], None, torch.tensor([ids])
    for _ in range(ANSWER_LENGTH):
        with torch.no_grad():
            out = model(step, past_key_values=cache, use_cache=True)
        cache, logits = out.past_key_values, out.logits[0, -1]
        best = torch.topk(logits, 2)
        token = int(best.indices[0])
        # Two nearly equal tokens would make the fixture hang on rounding.
        assert float(best.values[0] - best.values[1]) > 1e-3, "a near tie: choose another text"
        if token in ends:
            return answer, token
        answer.append(token)
        step = torch.tensor([[token]])
    return answer, None


def main(gguf_file, folder):
    torch.manual_seed(0)
    source = pathlib.Path(gguf_file)
    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
    direct = AutoModelForCausalLM.from_pretrained(source.parent, gguf_file=source.name, dtype=torch.float32)
    for (name, a), (_, b) in zip(model.named_parameters(), direct.named_parameters()):
        assert torch.equal(a, b), f"{name} was read otherwise"
    ends = {model.generation_config.eos_token_id}
    cases = []
    for name, text in TEXTS.items():
        chat = name == "chat"
        framed = tokenizer.apply_chat_template(
            [{"role": "user", "content": text}], tokenize=False, add_generation_prompt=True) if chat else text
        ids = tokenizer(framed, add_special_tokens=not chat)["input_ids"]
        answer, end = greedy(model, ids, ends)
        cases.append({
            "name": name, "text": text, "chat": chat, "framed": framed, "ids": ids, "answer": answer, "end": end,
            "answerText": tokenizer.decode(answer)})
        print(name, len(ids), len(answer), end, repr(cases[-1]["answerText"]))
    with open(HERE / "expected.json", "w", encoding="utf-8") as file:
        lines = ",\n".join(json.dumps(case, ensure_ascii=False) for case in cases)
        file.write(f'{{"file": "{source.name}", "answerLimit": {ANSWER_LENGTH}, "cases": [\n{lines}\n]}}\n')


if __name__ == "__main__":
    main(*sys.argv[1:3])
