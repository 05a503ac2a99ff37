"""Answers of kvpress' pipeline to questions that come after the eviction, for ExplorationTests.

    pip install torch transformers safetensors; pip install --no-deps kvpress    # 0.5.5
    python make_questions.py

Writes questions.json. The models are those of EvictionTests/Fixtures/models. A context of random tokens is compressed by a
press, and two questions are put to what is left, by the pipeline's own `_forward` and `generate_answer`; a stand-in for the
tokenizer writes the answers down as ids. The end token is no end here: every answer has STEPS tokens, and is refused if it
has one of the model's ends, or if the two likeliest tokens of a step are closer than MARGIN.

Kept positions are read from the keys that are left in the cache; where keys are turned they are not written. Presses with a
budget for each head are left out: of several queries, kvpress finds no key that none of them sees in heads as small as these.
"""
import contextlib, io, json, logging, pathlib, unittest.mock, warnings

import torch
from transformers import DynamicCache, LlamaForCausalLM, Qwen3ForCausalLM

unused = dict.fromkeys(("datasets", "requests", "cachetools", "fire"), unittest.mock.MagicMock())
with unittest.mock.patch.dict("sys.modules", unused):
    import kvpress as kv

forward_hook = kv.presses.base_press.BasePress.forward_hook


def with_former_names(self, module, input, kwargs, output):
    """transformers 5.24 calls the cache otherwise than when the presses were written, and says positions only."""
    former = {"past_key_values": kwargs["cache"], "cache_position": kwargs["position_ids"][0]} if "cache" in kwargs else {}
    return forward_hook(self, module, input, former | kwargs, output)


kv.presses.base_press.BasePress.forward_hook = with_former_names

HERE = pathlib.Path(__file__).parent
FOLDER = HERE.parents[2] / "EvictionTests/Fixtures/models"
MODELS = {"mha": LlamaForCausalLM, "gqa": LlamaForCausalLM, "qwen3": Qwen3ForCausalLM}
COUNT, STEPS, MARGIN = 120, 8, 1e-2
QUESTIONS = (7, 19)
PRESSES = {
    "snapkv(w=16,style=kvpress)": lambda r: kv.SnapKVPress(compression_ratio=r, window_size=16, kernel_size=5),
    "knorm": lambda r: kv.KnormPress(r),
    "streaming": lambda r: kv.StreamingLLMPress(r),
    "expected": lambda r: kv.ExpectedAttentionPress(r),
    "keydiff+rerotate": lambda r: kv.KeyRerotationPress(kv.KeyDiffPress(r)),
}
RATIOS = (0.5, 0.75)


class Tokenizer:
    """As much of a tokenizer as an answer needs."""

    def decode(self, ids, **_):
        return json.dumps(ids.tolist())


def answers(model, context, questions, press):
    """The pipeline's answers, the smallest distance between the likeliest tokens of a step, and the cache's kept positions."""
    pipeline = object.__new__(kv.KVPressTextGenerationPipeline)
    pipeline.model, pipeline.tokenizer = model, Tokenizer()
    model.generation_config.eos_token_id = -1
    margin, cache = [], DynamicCache()

    def look(_, __, output):
        best = output.logits[0, -1].topk(2).values
        margin.append(float(best[0] - best[1]))

    hook = model.register_forward_hook(look)
    inputs = {
        "context_ids": torch.tensor([context]), "questions_ids": [torch.tensor([question]) for question in questions]}
    with torch.no_grad(), contextlib.redirect_stderr(io.StringIO()):
        given = pipeline._forward(inputs, max_new_tokens=STEPS, press=press, cache=cache)
    hook.remove()
    full = DynamicCache()
    with torch.no_grad():
        model.model(torch.tensor([context]), past_key_values=full)
    return [json.loads(answer) for answer in given], min(margin), kept(model, full, cache)


def kept(model, full, cache):
    """Kept positions, [layer][head]; nothing where keys are not found again."""
    sets = []
    for index in range(len(model.model.layers)):
        masked = getattr(layer.self_attn, "masked_key_indices", None)
        heads = []
        for head in range(model.config.num_key_value_heads):
            left, all_ = cache.layers[index].keys[0, head], full.layers[index].keys[0, head]
            same = (left[:, None] == all_[None]).all(-1)
            if not (same.sum(1) == 1).all():
                return None
            heads.append(sorted(same.int().argmax(1).tolist()))
        sets.append(heads)
    return sets


def main():
    logging.disable(logging.WARNING)
    warnings.filterwarnings("ignore")
    torch.set_num_threads(1)
    generator = torch.Generator().manual_seed(5)
    cases = []
    for name, architecture in MODELS.items():
        model = architecture.from_pretrained(FOLDER / name, dtype=torch.float32).eval()
        ends = model.config.eos_token_id
        ends = set(ends if isinstance(ends, list) else [ends])
        for policy, press in [("full", lambda r: None), *PRESSES.items()]:
            for ratio in RATIOS if policy != "full" else (0,):
                while True:
                    # No token twice: in the first layer its keys would have equal norms up to rounding.
                    drawn = (torch.randperm(300, generator=generator) + 3).tolist()
                    context, rest = drawn[:COUNT], drawn[COUNT:]
                    questions = [rest[:QUESTIONS[0]], rest[QUESTIONS[0]:sum(QUESTIONS)]]
                    given, margin, sets = answers(model, context, questions, press(ratio))
                    if margin >= MARGIN and not any(ends & set(answer) for answer in given):
                        break
                    print(name, policy, ratio, "drawn again", margin, flush=True)
                cases.append({
                    "model": name, "policy": policy, "budget": round(COUNT * (1 - ratio)), "context": context,
                    "questions": questions, "answers": given, "kept": sets})
    text = json.dumps(cases, separators=(",", ":")).replace('{"model"', '\n{"model"')
    (HERE / "questions.json").write_text(text + "\n")
    print(len(cases), "cases")


if __name__ == "__main__":
    main()
