"""Tests of laq_press.py on tiny random models, on the CPU and without a network.

    pip install torch transformers numpy pandas; pip install --no-deps kvpress    # 0.5.5
    python test_laq_press.py

What is kept is compared with LAQ's definition, number by number, over one pass of prompt and pseudo tokens in which a mask
hides what the cheap cache has not. compare_laq_press.py compares with laq-tui.
"""
import json, sys, warnings

import torch
from transformers import DynamicCache

from kvpress_here import kvpress, transformers as tf
from laq_press import PRESSES, LAQPlusPlusPress, LAQPress

SIZES = dict(
    vocab_size=96, hidden_size=32, intermediate_size=32, num_hidden_layers=3, num_attention_heads=4, num_key_value_heads=2,
    head_dim=8, max_position_embeddings=512, initializer_range=0.25, bos_token_id=1, eos_token_id=2, pad_token_id=None)
FAMILIES = {
    "llama": tf.LlamaConfig(**SIZES),
    "mistral": tf.MistralConfig(**SIZES, sliding_window=None),
    "qwen2": tf.Qwen2Config(**SIZES),
    "qwen3": tf.Qwen3Config(**SIZES),
    "phi3": tf.Phi3Config(**{**SIZES, "pad_token_id": 0}),
    "smollm3": tf.SmolLM3Config(**{**SIZES, "pad_token_id": 0}, no_rope_layers=[1, 0, 1]),
    "gemma2": tf.Gemma2Config(**SIZES, layer_types=["full_attention"] * 3, attn_logit_softcapping=4.0,
                              query_pre_attn_scalar=12),
}
COUNT = 130


def make_model(name, seed=1):
    torch.manual_seed(seed)
    model = tf.AutoModelForCausalLM.from_config(FAMILIES[name]).eval()
    if name == "gemma2":  # of former transformers, only this function has its cap on scores
        model.set_attn_implementation("eager")
    for key, parameter in model.named_parameters():
        if "norm" in key:
            parameter.data.uniform_(-0.5, 0.5) if name == "gemma2" else parameter.data.uniform_(0.5, 1.5)
    return model


def prompt(seed=7, count=COUNT):
    return torch.randint(3, 96, (1, count), generator=torch.Generator().manual_seed(seed))


def pressed(model, press, tokens):
    """The cache that is left of a prompt."""
    cache = DynamicCache()
    with torch.no_grad(), press(model):
        model.model(tokens, past_key_values=cache)
    return cache


def passed(model, tokens, hidden=None, first=0):
    """Each layer's queries [H, n, D], keys [K, n, D] and attention logits' maker, and the logits, of one plain pass.

    hidden(layer, scores) hides entries of a layer's scores [H, n, n], whose rows from `first` on it is about."""
    seen = {}

    def watch(module, query, key, value, mask, scaling=None, softcap=None, **_):
        size, length = query.shape[1] // key.shape[1], query.shape[2]

        def logits(rows, columns):
            scores = rows @ columns.repeat_interleave(size, 0).transpose(-1, -2) * scaling
            return scores if softcap is None else softcap * torch.tanh(scores / softcap)

        seen[module.layer_idx] = query[0], key[0], logits
        scores = logits(query[0], key[0]).masked_fill(torch.ones(length, length).triu(1).bool(), -torch.inf)
        if hidden:
            hidden(module.layer_idx, scores)
        weights = scores.softmax(-1)
        return (weights @ value[0].repeat_interleave(size, 0)).transpose(0, 1)[None], None

    former = model.config._attn_implementation
    tf.AttentionInterface.register("passed", watch)
    model.set_attn_implementation("passed")
    with torch.no_grad():
        logits = model(tokens).logits[0]
    model.set_attn_implementation(former)
    return seen, logits


def expected(model, tokens, budget, m, w1, w2, kernel=7, pool="max", mask="causal", cheap="snapkv", goes_on=True):
    """LAQ's kept sets [layer][KV head] and pseudo tokens, by its definition."""
    n, kv_heads = tokens.shape[1], model.config.num_key_value_heads
    seen, logits = passed(model, tokens)

    def choose(layer, rows, visible, window):
        _, keys, scores = seen[layer]
        weights = scores(rows, keys)
        for row, end in enumerate(visible):
            weights[:, row, end:] = -torch.inf
        sums = weights.softmax(-1).sum(1)[:, : n - window].tolist()
        reach = kernel // 2 if pool != "none" else 0
        smooth = [[(max if pool != "avg" else lambda part: sum(part) / kernel)(head[max(0, j - reach) : j + reach + 1])
                   for j in range(n - window)] for head in sums]
        size = len(smooth) // kv_heads
        groups = [[sum(each) for each in zip(*smooth[k * size : (k + 1) * size])] for k in range(kv_heads)]
        count = max(0, budget - window)
        return [sorted(sorted(range(n - window), key=lambda j: (-group[j], j))[:count]) +
                list(range(n - min(window, budget), n)) for group in groups]

    queries = {layer: each[0] for layer, each in seen.items()}
    cheap_sets = {layer: choose(layer, queries[layer][:, n - w1 :], range(n - w1 + 1, n + 1), w1) for layer in seen}
    if cheap == "full":
        cheap_sets = {layer: [range(n)] * kv_heads for layer in seen}
    pseudo, later = [], {}
    while len(pseudo) < m:
        token = int(logits[-1].argmax())
        if token == 2 and pseudo:
            break
        pseudo.append(token)

        def hidden(layer, scores):
            for head in range(scores.shape[0]):
                gone = sorted(set(range(n)) - set(cheap_sets[layer][head // (scores.shape[0] // kv_heads)]))
                scores[head, n:, gone] = -torch.inf

        later, logits = passed(model, torch.cat([tokens, torch.tensor([pseudo])], 1), hidden)
        if token == 2 and not goes_on:
            break
    sets = []
    for layer in seen:
        rows = torch.cat([queries[layer][:, n - w2 :] if w2 else queries[layer][:, :0], later[layer][0][:, n:]], 1)
        visible = [*range(n - w2 + 1, n + 1), *[n] * len(pseudo)]
        if mask == "reference":
            visible = [n - rows.shape[1] + row + 1 for row in range(rows.shape[1])]
        sets.append(choose(layer, rows, visible, w2))
    return sets, pseudo


def check(model, press, tokens, **settings):
    cache = pressed(model, press, tokens)
    sets, pseudo = expected(model, tokens, **settings)
    assert press.pseudo_tokens == pseudo, (press, press.pseudo_tokens, pseudo)
    assert [layer.tolist() for layer in press.kept] == sets, press
    full = DynamicCache()
    with torch.no_grad():
        model.model(tokens, past_key_values=full)
    for kept, left, whole in zip(press.kept, cache.layers, full.layers):
        for head, positions in enumerate(kept):
            torch.testing.assert_close(left.keys[0, head], whole.keys[0, head, positions])
            torch.testing.assert_close(left.values[0, head], whole.values[0, head, positions])


def test_kept_sets_are_the_definitions_in_every_family():
    for name in FAMILIES:
        model = make_model(name)
        check(model, LAQPress(budget=24), prompt(), budget=24, m=8, w1=8, w2=0)
        check(model, LAQPlusPlusPress(budget=48, m=5), prompt(8), budget=48, m=5, w1=16, w2=8)


def test_each_setting_does_what_it_says():
    model = make_model("llama")
    for press, settings in [
        (LAQPress(budget=40, w1="B/4"), dict(budget=40, m=8, w1=10, w2=0)),
        (LAQPress(budget=40, w1=7, m=1), dict(budget=40, m=1, w1=7, w2=0)),
        (LAQPress(budget=40, w2="B/8"), dict(budget=40, m=8, w1=13, w2=5)),
        (LAQPress(budget=40, kernel=5, pool="avg"), dict(budget=40, m=8, w1=13, w2=0, kernel=5, pool="avg")),
        (LAQPress(budget=40, pool="none"), dict(budget=40, m=8, w1=13, w2=0, pool="none")),
        (LAQPress(budget=40, cheap="full"), dict(budget=40, m=8, w1=13, w2=0, cheap="full")),
        (LAQPlusPlusPress(budget=40, mask="reference"), dict(budget=40, m=8, w1=13, w2=8, mask="reference")),
        (LAQPress(budget=40, style="authors"), dict(budget=40, m=8, w1=32, w2=0, mask="reference")),
        (LAQPlusPlusPress(budget=12, style="authors"), dict(budget=12, m=8, w1=32, w2=8, mask="reference")),
        (LAQPlusPlusPress(budget=9, w2=20), dict(budget=9, m=8, w1=3, w2=20)),  # a window that the budget does not hold
        (LAQPress(compression_ratio=0.9), dict(budget=int(COUNT * (1 - 0.9)), m=8, w1=4, w2=0)),
        (LAQPress(compression_ratio=0.25), dict(budget=97, m=8, w1=32, w2=0)),
    ]:
        check(model, press, prompt(), **settings)
    assert LAQPlusPlusPress().w2 == "auto" and LAQPress().m == 8


def test_an_end_token_that_comes_first_is_fed_and_a_later_one_is_not():
    seen = set()
    for seed in range(60):
        model = make_model("llama", seed)
        model.lm_head.weight.data[2] *= 2.5  # it is likely
        for goes_on, eos in (True, "feed"), (False, "stop"):
            press = LAQPress(budget=24, eos=eos)
            check(model, press, prompt(), budget=24, m=8, w1=8, w2=0, goes_on=goes_on)
            tokens = press.pseudo_tokens
            seen.add("first" if tokens[0] == 2 else "later" if len(tokens) < 8 else "never")
            assert tokens.count(2) == (tokens[0] == 2) and (tokens[0] != 2 or goes_on or len(tokens) == 1)
        if len(seen) == 3:
            return
    raise AssertionError(seen)


def test_generation_and_every_attention_function_see_the_same():
    model, tokens = make_model("qwen3"), prompt()
    answers = set()
    for implementation in "sdpa", "eager":
        model.set_attn_implementation(implementation)
        press = LAQPress(compression_ratio=0.8)
        cache = pressed(model, press, tokens)
        assert {layer.keys.shape[2] for layer in cache.layers} == {int(COUNT * (1 - 0.8))}
        first = press.kept
        press = LAQPress(compression_ratio=0.8)
        with torch.no_grad(), press(model):
            said = model.generate(tokens, attention_mask=torch.ones_like(tokens), max_new_tokens=6, do_sample=False)
        assert all(map(torch.equal, first, press.kept))
        answers.add(tuple(said[0, COUNT:].tolist()))
        with torch.no_grad():  # the press is gone
            whole = model(tokens, use_cache=True).past_key_values
        assert whole.layers[0].keys.shape[2] == COUNT
    assert len(answers) == 1


def test_the_answer_goes_on_from_what_was_kept_at_true_positions():
    model, tokens = make_model("llama"), prompt()
    press = LAQPress(budget=30)
    with torch.no_grad(), press(model):
        said = model.generate(tokens, attention_mask=torch.ones_like(tokens), max_new_tokens=5, do_sample=False)[0, COUNT:]

    def hidden(layer, scores):
        for head in range(4):
            gone = sorted(set(range(COUNT)) - set(press.kept[layer][head // 2].tolist()))
            scores[head, COUNT:, gone] = -torch.inf

    _, logits = passed(model, torch.cat([tokens, said[None]], 1), hidden)
    assert logits[COUNT - 1 : -1].argmax(-1).tolist() == said.tolist()


class Tokenizer:
    """As much of a tokenizer as kvpress' pipeline needs."""
    chat_template, bos_token, model_max_length = None, "", 512

    def encode(self, text, **_):
        return torch.tensor([[3 + ord(letter) % 90 for letter in text]])

    def decode(self, ids, **_):
        return json.dumps(ids.tolist())


def test_kvpress_pipeline_answers_questions_with_it():
    model = make_model("llama")
    pipe = object.__new__(kvpress.KVPressTextGenerationPipeline)
    pipe.model, pipe.tokenizer = model, Tokenizer()
    context = "the garden, at dusk: a fox crosses twice. " * 3
    for press in PRESSES.values():
        press.compression_ratio = 0.75  # as evaluate.py sets it
        inputs = pipe.preprocess(context, ["who?", "when, and where?"], "", 10**6)
        with torch.no_grad():
            answers = pipe._forward(inputs, max_new_tokens=4, press=press)
        assert len(answers) == 2 and all(len(json.loads(each)) <= 4 for each in answers)
        assert press.kept[0].shape == (2, int(len(context) * 0.25)), press.kept[0].shape
        assert "compression_ratio=0.75" in str(press) and "kept" not in str(press)


def test_a_budget_that_holds_the_prompt_evicts_nothing():
    model = make_model("llama")
    for press in LAQPress(), LAQPress(budget=COUNT), LAQPress(budget=10_000), LAQPlusPlusPress(compression_ratio=0.0):
        assert pressed(model, press, prompt()).layers[2].keys.shape[2] == COUNT
        assert not press.kept and not press.pseudo_tokens


def test_a_second_prompt_owes_nothing_to_the_first():
    model, press = make_model("llama"), LAQPress(budget=24)
    check(model, press, prompt(1), budget=24, m=8, w1=8, w2=0)
    check(model, press, prompt(2, 90), budget=24, m=8, w1=8, w2=0)
    pressed(model, press, prompt(3, 10))
    assert not press.kept, "what an earlier prompt kept is not this one's"


def refusal(action):
    try:
        action()
    except ValueError as error:
        return str(error)
    raise AssertionError("it was not refused")


def test_what_it_cannot_do_is_refused():
    for options, words in (
        (dict(budget=0), "at least 1"), (dict(compression_ratio=1.0), "0 to 1"), (dict(kernel=4), "odd"), (dict(m=0), "m is"),
        (dict(pool="mean"), "max, avg, none"), (dict(w1="question"), "a share of the budget"), (dict(w2="B/0"), "'B/4'"),
        (dict(w2=-1), "takes a number"), (dict(eos="go"), "feed, stop"), (dict(cheap="h2o"), "snapkv, full"),
    ):
        assert words in refusal(lambda: LAQPress(**options)), options
    model = make_model("llama")
    said = refusal(lambda: pressed(model, LAQPress(budget=24), prompt().expand(2, -1)))
    assert "one prompt at a time" in said
    torch.manual_seed(1)
    windowed = tf.MistralForCausalLM(tf.MistralConfig(**SIZES, sliding_window=64)).eval()
    assert "last 64 tokens" in refusal(lambda: pressed(windowed, LAQPress(budget=24), prompt()))
    assert pressed(windowed, LAQPress(budget=24), prompt(7, 50)).layers[0].keys.shape[2] == 24
    assert pressed(model, LAQPress(budget=24), prompt()).layers[0].keys.shape[2] == 24  # and nothing is left behind


def main():
    torch.set_num_threads(1)
    tf.logging.set_verbosity_error()
    warnings.filterwarnings("ignore", category=FutureWarning)
    tests = {name: test for name, test in globals().items() if name.startswith("test_")}
    for name in sys.argv[1:] or tests:
        tests[name]()
        print("passed:", name.removeprefix("test_").replace("_", " "), flush=True)
    print(f"transformers {tf.__version__}, torch {torch.__version__}")


if __name__ == "__main__":
    main()
