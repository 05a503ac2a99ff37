"""Tests of record_trace.py on tiny random models, on the CPU and without a network.

    pip install torch transformers safetensors numpy; pip install --no-deps kvpress    # 0.5.5
    python test_record_trace.py

What is recorded is compared with what transformers computes by itself: attention weights of its eager attention, greedy
answers, and lookahead queries by another route, one pass over prompt and pseudo tokens in which a mask hides what SnapKV
evicts.
"""
import contextlib, hashlib, io, json, os, pathlib, subprocess, sys, tempfile, warnings
from unittest import mock

import torch
import transformers as tf
from safetensors import safe_open
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers

import record_trace as rt

SIZES = dict(
    vocab_size=320, hidden_size=32, intermediate_size=32, num_hidden_layers=3, num_attention_heads=4,
    num_key_value_heads=2, head_dim=8, max_position_embeddings=512, initializer_range=0.25, bos_token_id=None,
    eos_token_id=0, pad_token_id=None)
LAYERS = ["sliding_attention", "full_attention", "sliding_attention"]
YARN = dict(rope_type="yarn", rope_theta=10000.0, factor=8.0, original_max_position_embeddings=64)
FAMILIES = {
    "llama": tf.LlamaConfig(**SIZES),
    "llama-yarn": tf.LlamaConfig(**SIZES, rope_parameters=YARN),
    "mistral": tf.MistralConfig(**SIZES, sliding_window=40),
    "qwen2": tf.Qwen2Config(**SIZES, use_sliding_window=True, sliding_window=24, layer_types=LAYERS),
    "qwen3": tf.Qwen3Config(**SIZES),
    "gemma2": tf.Gemma2Config(
        **SIZES, sliding_window=24, layer_types=LAYERS, attn_logit_softcapping=4.0, query_pre_attn_scalar=12),
    "gemma3": tf.Gemma3TextConfig(**SIZES, sliding_window=24, layer_types=LAYERS),
}
HALF = LAYERS[:1] + ["full_attention"] * 2
# What each layer's rotation is, as transformers' code has it: None for pairs (2i, 2i + 1).
ROTATIONS = {
    "cohere": (tf.CohereConfig(**SIZES), None),
    "cohere2": (tf.Cohere2Config(**SIZES, sliding_window=24, layer_types=HALF), None),
    "ernie": (tf.Ernie4_5Config(**SIZES), None),
    "exaone4": (tf.Exaone4Config(**SIZES, sliding_window=24, sliding_window_pattern=2, layer_types=HALF), [0, None, None]),
    "glm": (tf.GlmConfig(**SIZES), None),
    "llama4": (tf.Llama4TextConfig(
        **SIZES, intermediate_size_mlp=32, num_local_experts=2, no_rope_layer_interval=2, attention_chunk_size=200), None),
    "neox": (tf.GPTNeoXConfig(**{each: SIZES[each] for each in SIZES if each not in ("head_dim", "num_key_value_heads")}),
             [0, 0, 0]),
    "phi": (tf.PhiConfig(**SIZES), [0, 0, 0]),
    "smollm3": (tf.SmolLM3Config(**SIZES, no_rope_layers=[1, 0, 1]), [0, None, 0]),
}
TEXT = "The garden, at dusk: a fox (renard, лиса, 狐) crosses twice. 🦊\n" * 4
TEMPLATE = ("{% for m in messages %}<|{{ m.role }}|>{{ m.content | trim }}\n{% endfor %}"
            "{% if add_generation_prompt %}<|assistant|>{% endif %}")


def make_tokenizer():
    """A small byte-level tokenizer, of which no character beyond ASCII is one token."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=300, special_tokens=["<end>"], initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False)
    tokenizer.train_from_iterator(["the garden at dusk a fox crosses twice"], trainer)
    return tf.PreTrainedTokenizerFast(tokenizer_object=tokenizer, eos_token="<end>", chat_template=TEMPLATE)


def make_model(config, seed=1):
    torch.manual_seed(seed)
    model = tf.AutoModelForCausalLM.from_config(config).eval()
    for name, parameter in model.named_parameters():
        if "norm" in name:
            parameter.data.uniform_(-0.5, 0.5) if "gemma" in config.model_type else parameter.data.uniform_(0.5, 1.5)
    return model


class Recorded:
    """A trace that was read back by the safetensors package."""

    def __init__(self, model, folder, *arguments, text=TEXT, name="t.safetensors"):
        path, source = pathlib.Path(folder) / name, pathlib.Path(folder) / "text.txt"
        source.write_bytes(text if isinstance(text, bytes) else text.encode())
        options = rt.parse(["--model", "none", "--text", str(source), "--to", str(path), *map(str, arguments)])
        self.said = io.StringIO()
        with contextlib.redirect_stderr(self.said):
            rt.check_files(options)
            tokenizer = make_tokenizer()
            rt.record(model, tokenizer, rt.asked_prompt(tokenizer, options), options)
        index = path.with_name(path.name + ".index.json")
        names = sorted(set(json.loads(index.read_text())["weight_map"].values())) if index.exists() else [path.name]
        self.paths, self.tensors = [path.with_name(name) for name in names], {}
        for each in self.paths:
            with safe_open(each, "pt") as file:
                self.tensors |= {key: file.get_tensor(key) for key in file.keys()}
                self.about = json.loads(file.metadata()["laq_trace"])
        self.tokens = self.tensors["tokens"].tolist()
        self.size = sum(each.stat().st_size for each in self.paths)

    def __getitem__(self, name):
        return self.tensors[name]

    def layer(self, layer, name):
        return self.tensors[f"layers.{layer}.{name}"]

    def logits(self, layer, queries, position):
        """Scores of queries [H, r, D] at positions from one on, over the prompt's keys, as the format describes them."""
        rule = self.about["attention"][layer]
        keys = self.layer(layer, "keys").float().repeat_interleave(queries.shape[0] // self.about["kv_heads"], 0)
        result = queries.float() @ keys.transpose(1, 2) * rule["scale"]
        if rule["softcap"]:
            result = rule["softcap"] * torch.tanh(result / rule["softcap"])
        for row in range(queries.shape[1]):
            result[:, row, position + row + 1 :] = -torch.inf
            if rule["window"]:
                result[:, row, : max(0, position + row + 1 - rule["window"])] = -torch.inf
        return result


def close(a, b, tolerance=2e-5):
    assert a.shape == b.shape, (a.shape, b.shape)
    difference = float((a.float() - b.float()).abs().max()) if a.numel() else 0.0
    assert difference < tolerance, difference


def refusal(action):
    """What a program says that ends itself."""
    said = io.StringIO()
    try:
        with contextlib.redirect_stderr(said):
            action()
    except SystemExit as end:
        return said.getvalue() if end.code == 2 else str(end.code)
    raise AssertionError("it was not refused")


def each_family(test):
    def run():
        for name, config in FAMILIES.items():
            with tempfile.TemporaryDirectory() as folder:
                try:
                    test(make_model(config), folder)
                except Exception as error:
                    raise AssertionError(f"{name}: {error}") from error
    run.__name__ = test.__name__
    return run


@each_family
def test_attention_is_that_of_transformers(model, folder):
    trace = Recorded(model, folder, "--chunk", 50)
    model.set_attn_implementation("eager")
    with torch.no_grad():
        expected = model(torch.tensor([trace.tokens]), output_attentions=True).attentions
    for layer, weights in enumerate(expected):
        logits = trace.logits(layer, trace.layer(layer, "queries"), 0)
        close(logits.logsumexp(-1), trace.layer(layer, "log_sum_exp"))
        close(torch.exp(logits - trace.layer(layer, "log_sum_exp")[..., None]), weights[0])


@each_family
def test_the_answer_is_that_of_transformers(model, folder):
    trace = Recorded(model, folder, "--steps", 12, "--top", 5)
    model.set_attn_implementation("eager")
    prompt, answer = torch.tensor([trace.tokens]), trace["answer"].tolist()
    expected = model.generate(prompt, attention_mask=torch.ones_like(prompt), max_new_tokens=12, do_sample=False)
    expected = expected[0, prompt.shape[1] :].tolist()
    assert answer == [token for token in expected if token != 0], (answer, expected)
    with torch.no_grad():
        logits = model(torch.tensor([trace.tokens + answer])).logits[0, prompt.shape[1] - 1 :]
    steps = len(trace["answer_top_ids"])
    assert steps == len(answer) + (0 in expected)
    close(trace["answer_log_sum_exp"], logits[:steps].logsumexp(-1))
    close(trace["answer_top_logits"], logits[:steps].topk(5).values)
    again = Recorded(model, folder, "--steps", 1, text=TEXT, name="u.safetensors")
    assert [len(again.layer(0, "decode_queries")), len(trace.layer(0, "decode_queries"))] == [1, len(answer)]


def kept_by_snapkv(trace, layer, budget, window=32, kernel=7):
    """[K][budget] positions, number by number."""
    queries, n = trace.layer(layer, "queries")[:, -window:], len(trace.tokens)
    sums = trace.logits(layer, queries, n - window).softmax(-1).sum(1)[:, : n - window].tolist()
    pooled = [[max(head[max(0, j - kernel // 2) : j + kernel // 2 + 1]) for j in range(n - window)] for head in sums]
    size = len(pooled) // trace.about["kv_heads"]
    groups = [[sum(each) for each in zip(*pooled[k * size : (k + 1) * size])] for k in range(trace.about["kv_heads"])]
    best = [sorted(range(n - window), key=lambda j: (-group[j], j))[: budget - window] for group in groups]
    return [sorted(head) + list(range(n - window, n)) for head in best]


@each_family
def test_lookahead_queries_are_those_of_a_masked_pass(model, folder):
    budgets = [48, 100]
    trace = Recorded(model, folder, "--budgets", *budgets, "--lookahead", 6)
    n = len(trace.tokens)
    for index, about in enumerate(trace.about["lookaheads"]):
        assert (about["scorer"], about["budget"], about["granularity"]) == (f"snapkv(w={[16, 32][index]})", budgets[index], "kv")
        tokens, seen = about["tokens"], {}
        assert 1 <= len(tokens) <= 6 and tokens[0] == trace["answer_top_ids"][0, 0]

        def masked(module, query, key, value, mask, scaling=None, softcap=None, sliding_window=None, **_):
            size, length = query.shape[1] // key.shape[1], query.shape[2]
            seen[module.layer_idx] = query[0, :, n:].transpose(0, 1)
            logits = query @ key.repeat_interleave(size, 1).transpose(2, 3) * scaling
            logits = logits if softcap is None else softcap * torch.tanh(logits / softcap)
            hidden = torch.ones(query.shape[1], length, length).triu(1).bool()
            if sliding_window:
                hidden |= torch.ones(length, length).tril(-sliding_window).bool()
            for head in range(query.shape[1]):
                gone = set(range(n)) - set(kept_by_snapkv(trace, module.layer_idx, about["budget"], [16, 32][index])[head // size])
                hidden[head, n:, sorted(gone)] = True
            weights = logits.masked_fill(hidden, -torch.inf).softmax(-1)
            return (weights @ value.repeat_interleave(size, 1)).transpose(1, 2), weights

        tf.AttentionInterface.register("masked", masked)
        model.set_attn_implementation("masked")
        with torch.no_grad():
            logits = model(torch.tensor([trace.tokens + tokens])).logits[0]
        for layer, queries in seen.items():
            close(trace.layer(layer, f"lookaheads.{index}.queries"), queries, 1e-4)
        assert logits[n - 1 : n - 1 + len(tokens)].argmax(-1).tolist() == tokens


PRESSES = {  # what is kept of n tokens in each layer, all heads together; None where a layer's share is its own
    "snapkv(compression_ratio=0.75, window_size=20)": lambda n: 2 * int(n * 0.25),
    "streamingllm(0.5)": lambda n: 2 * int(n * 0.5),
    "adakv(KnormPress(compression_ratio=0.75))": lambda n: 2 * int(n * 0.25),
    "keyrerotation(keydiff(0.75))": lambda n: 2 * int(n * 0.25),
    "merging(knorm(0.75))": lambda n: 2 * int(n * 0.25),
    "composed([knorm(0.5), keydiff(0.5)])": lambda n: 2 * int(int(n * 0.5) * 0.5),
    "chunkkv(snapkv(0.75, window_size=20), chunk_length=5)": lambda n: None,
    "observedattention(0.75)": lambda n: 2 * int(n * 0.25),
    "pyramidkv(0.75, window_size=20)": lambda n: None,
    "laq(budget=30)": lambda n: 60,
    "laqplusplus(compression_ratio=0.75, m=4)": lambda n: 2 * int(n * 0.25),
}


def test_what_presses_keep_is_recorded():
    sys.path.append(str(pathlib.Path(rt.__file__).resolve().parent.parent / "Kvpress"))
    from kvpress_here import kvpress
    with tempfile.TemporaryDirectory() as folder:
        for family in "llama", "qwen3":
            model = make_model(FAMILIES[family])
            plain = Recorded(model, folder, "--force")
            trace = Recorded(model, folder, "--force", "--press", *PRESSES)
            assert trace.about == plain.about and plain.size < trace.size
            n = len(trace.tokens)
            kept = {}
            for index, (name, count) in enumerate(PRESSES.items()):
                assert bytes(trace[f"presses.{index}.name"].tolist()).decode() == name
                flags = kept[name] = trace[f"presses.{index}.kept"].view(3, 2, n).bool()
                assert 0 < int(flags.sum()) < flags.numel()
                if count(n) is not None:
                    assert flags.sum((1, 2)).tolist() == [count(n)] * 3, (name, flags.sum((1, 2)), count(n))
            # Presses whose sets follow from what the trace itself has.
            for layer in range(3):
                keys = trace.layer(layer, "keys")
                best = (-keys.norm(dim=-1)).topk(int(n * 0.25), -1).indices
                expected = torch.zeros(2, n, dtype=torch.bool).scatter(1, best, True)
                assert torch.equal(kept["merging(knorm(0.75))"][layer], expected)
                flat = (-keys.norm(dim=-1)).flatten().topk(2 * int(n * 0.25)).indices
                masked = kept["adakv(KnormPress(compression_ratio=0.75))"][layer]
                assert masked.sum(1).tolist() != [int(n * 0.25)] * 2 or set(flat.tolist()) == set(
                    masked.flatten().nonzero()[:, 0].tolist())
                stream = torch.arange(n) < 4
                stream[n - int(n * 0.5) + 4 :] = True
                assert torch.equal(kept["streamingllm(0.5)"][layer], stream.expand(2, -1))
                snap = kept_by_snapkv_of_kvpress(trace, layer, int(n * 0.25), 20, 5)
                assert [head.nonzero()[:, 0].tolist() for head in
                        kept["snapkv(compression_ratio=0.75, window_size=20)"][layer]] == snap
            own = Recorded(model, folder, "--force", "--budgets", 30)  # the recorder's own lookahead has the same pseudo tokens
            import laq_press
            press = laq_press.LAQPress(budget=30)
            rt.kept_by("laq", press, model, trace.tokens)
            assert press.pseudo_tokens == own.about["lookaheads"][0]["tokens"]
            for words, name in (("there is no press", "none"), ("write NAME", "snapkv(compression_ratio=2)"),
                                ("write NAME", "snapkv(0.5"), ("keeps every token", "snapkv"), ("write NAME", "knorm(size=3)"),
                                ("there is no press", "__import__('os').getcwd()")):
                said = refusal(lambda: Recorded(model, folder, "--force", "--press", name))
                assert words in said and "\n" not in said, said
            assert Recorded(model, folder, "--force").about == plain.about  # no hook is left, and the attention is its own


def kept_by_snapkv_of_kvpress(trace, layer, budget, window, kernel):
    """As kvpress has it: the mean over rows, average pooling, ties aside."""
    queries, n = trace.layer(layer, "queries")[:, -window:], len(trace.tokens)
    means = trace.logits(layer, queries, n - window).softmax(-1)[..., : n - window].mean(1)
    pooled = torch.nn.functional.avg_pool1d(means, kernel, stride=1, padding=kernel // 2)
    best = pooled.unflatten(0, (2, -1)).mean(1).topk(budget - window, -1).indices
    return [sorted(head) + list(range(n - window, n)) for head in best.tolist()]


def test_chunks_and_shards_change_nothing():
    with tempfile.TemporaryDirectory() as folder:
        model = make_model(FAMILIES["gemma3"])
        whole = Recorded(model, folder)
        parts = Recorded(model, folder, "--chunk", 17, "--shard-bytes", 40000, name="parts.safetensors")
        assert len(parts.paths) > 3 and all(path.stat().st_size < 90000 for path in parts.paths[:-1])
        assert set(whole.tensors) - {"padding"} == set(parts.tensors) - {"padding"} and whole.about == parts.about
        for name in set(whole.tensors) - {"padding"}:
            close(whole[name], parts[name])
        assert not list(pathlib.Path(folder).glob("*.part"))


def test_windows_norms_and_number_formats():
    with tempfile.TemporaryDirectory() as folder:
        model = make_model(FAMILIES["qwen3"])
        whole = Recorded(model, folder, "--output-projection")
        assert whole.layer(1, "output_projection").shape == (32, 32)
        for dtype, tolerance in ("F16", 2e-3), ("BF16", 2e-2), ("F32", 1e-6):
            arguments = ["--queries", "window", 70, "--values", "norms", "--dtype", dtype, "--chunk", 33]
            trace = Recorded(model, folder, *arguments, name=dtype + ".safetensors")
            n = trace.about["first_query"] + 70
            assert n == len(trace.tokens) and "layers.0.values" not in trace.tensors
            for layer in range(3):
                assert trace.layer(layer, "keys").dtype == rt.DTYPES[dtype]
                close(trace.layer(layer, "queries"), whole.layer(layer, "queries")[:, -70:], 4 * tolerance)
                close(trace.layer(layer, "keys"), whole.layer(layer, "keys"), 4 * tolerance)
                close(trace.layer(layer, "log_sum_exp"), whole.layer(layer, "log_sum_exp")[:, -70:])
                close(trace.layer(layer, "value_norms"), whole.layer(layer, "values").norm(dim=-1))
        bare = Recorded(model, folder, "--values", "none", name="bare.safetensors")
        assert not any("value" in name for name in bare.tensors)


def test_a_trace_that_does_not_fit_has_fewer_queries_or_is_refused():
    with tempfile.TemporaryDirectory() as folder:
        model, few = make_model(FAMILIES["llama"]), ["--steps", 2, "--top", 2, "--lookahead", 2, "--budgets", 48]
        whole = Recorded(model, folder, *few)
        n = len(whole.tokens)
        smaller = Recorded(model, folder, *few, "--max-bytes", 110_000, name="smaller.safetensors")
        window = n - smaller.about["first_query"]
        assert 64 <= window < n and "layers.0.values" in smaller.tensors, (n, window)
        assert f"the limit is 110,000: recording the last {window} queries" in smaller.said.getvalue()
        assert smaller.size <= 110_000
        norms = Recorded(model, folder, *few, "--max-bytes", 85_000, name="norms.safetensors")
        assert "layers.0.value_norms" in norms.tensors and "norms values" in norms.said.getvalue()
        said = refusal(lambda: Recorded(model, folder, *few, "--max-bytes", 20_000, name="refused.safetensors"))
        assert "the limit is 20,000" in said and "raise --max-bytes" in said, said
        model.model.layers[1].self_attn.o_proj.forward = None  # a failure on the way
        try:
            Recorded(model, folder, name="failed.safetensors")
        except TypeError:
            assert not list(pathlib.Path(folder).glob("refused*")) + list(pathlib.Path(folder).glob("failed*"))
        else:
            raise AssertionError("it did not fail")


def test_what_a_trace_takes_is_known_before_the_pass():
    with tempfile.TemporaryDirectory() as folder:
        model, planned, Trace = make_model(FAMILIES["gemma3"]), [], rt.Trace
        for index, arguments in enumerate([
            ["--shard-bytes", 20_000], ["--output-projection", "--steps", 100], ["--steps", 1, "--lookahead", 30],
            ["--top", 300],
            ["--queries", "window", 0, "--values", "none", "--budgets"], ["--shard-bytes", 1, "--dtype", "F16"],
        ]):
            path = pathlib.Path(folder) / str(index)
            path.mkdir()
            with mock.patch.object(rt, "Trace", side_effect=lambda to, plan: planned.append(plan) or Trace(to, plan)):
                Recorded(model, path, *arguments)
            size = sum(each.stat().st_size for each in path.iterdir() if each.name != "text.txt")
            assert 0.6 * planned[-1].bytes < size <= planned[-1].bytes, (arguments, size, planned[-1].bytes)


def test_what_a_trace_cannot_say_is_refused():
    with tempfile.TemporaryDirectory() as folder:
        chunked = make_model(ROTATIONS["llama4"][0])
        said = refusal(lambda: Recorded(chunked, folder, "--steps", 37, "--lookahead", 1))
        assert "164 tokens and up to 37 decoded ones" in said and "within chunks of 200" in said, said
        Recorded(chunked, folder, "--steps", 36, "--lookahead", 1)

        said = refusal(lambda: rt.parse("--model m --text t --to u --output-projection --tensor-parallel".split()))
        assert "leave out --tensor-parallel" in said, said
        said = refusal(lambda: rt.parse("--model m --text - --to u --tensor-parallel".split()))
        assert "give --text a file" in said, said
        offloaded, quantized = make_model(FAMILIES["llama"]), make_model(FAMILIES["llama"])
        neox = make_model(ROTATIONS["neox"][0])  # its projections have another name
        offloaded.model.layers[2].self_attn.o_proj.to("meta")
        weight = torch.nn.Parameter(torch.zeros(32, 32, dtype=torch.int8), requires_grad=False)
        quantized.model.layers[0].self_attn.o_proj.weight = weight
        for model in offloaded, quantized, neox:
            with mock.patch.object(rt.Recorder, "run") as run:
                said = refusal(lambda: Recorded(model, folder, "--output-projection", name="o.safetensors"))
            assert "--output-projection needs the weight of every layer's o_proj" in said and not run.called, said
        assert not list(pathlib.Path(folder).glob("o.*"))


def test_files_that_are_there_are_replaced_only_when_told():
    with tempfile.TemporaryDirectory() as folder:
        model, folder = make_model(FAMILIES["llama"]), pathlib.Path(folder)
        (folder / "t.safetensors").write_text("weights")
        assert "t.safetensors is there already: --force" in refusal(lambda: Recorded(model, folder))
        assert (folder / "t.safetensors").read_text() == "weights"
        Recorded(model, folder, "--force")
        sharded = ["--shard-bytes", 100_000]  # its files have other names
        first = Recorded(model, folder, *sharded)
        assert "-of-0" in refusal(lambda: Recorded(model, folder, *sharded))
        before = {path: path.read_bytes() for path in folder.iterdir()}
        for target, call in (rt.TraceFile, "finish"), (pathlib.Path, "write_text"), (rt.TraceFile, "append"):
            calls, real = [], getattr(target, call)

            def failing(*arguments):
                calls.append(arguments)
                if len(calls) == (2 if call == "finish" else 1):
                    raise OSError("no space")
                return real(*arguments)

            with mock.patch.object(target, call, failing):
                try:
                    Recorded(model, folder, *sharded, "--force", text=TEXT)
                except OSError:
                    pass
            assert calls and {path: path.read_bytes() for path in folder.iterdir()} == before
        for path in first.paths:
            path.unlink()
        assert "index.json is there already" in refusal(lambda: Recorded(model, folder, *sharded))

        (folder / "t.safetensors.index.json").unlink()
        opened, real = [], rt.TraceFile.__init__

        def second_fails(self, *arguments):
            opened.append(arguments)
            real(self, *arguments)
            if len(opened) == 2:
                raise OSError("no space")

        moved = []

        def third_stays(source, target):
            moved.append(target)
            if len(moved) == 3:
                raise OSError("no permission")
            os.rename(source, target)

        for place, name, failing in (rt.TraceFile, "__init__", second_fails), (rt.os, "replace", third_stays):
            with mock.patch.object(place, name, failing):
                try:
                    Recorded(model, folder, *sharded)
                except OSError:
                    pass
            assert {path.name for path in folder.iterdir()} == {"t.safetensors", "text.txt"}, list(folder.iterdir())
        assert len(opened) == 2 and len(moved) == 3
        order = []
        with mock.patch.object(rt.os, "replace", lambda a, b: order.append(b.name) or os.rename(a, b)):
            Recorded(model, folder, *sharded)
        assert len(order) > 2 and order[-1] == "t.safetensors.index.json"


def test_simple_mistakes_are_said_before_the_model_is_loaded():
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        make_tokenizer().save_pretrained(folder / "tiny")
        (folder / "text.txt").write_text(TEXT)
        (folder / "empty.txt").write_text("")
        for text, to, expected in (
            ("empty.txt", "t.safetensors", "the text is empty"),
            ("none.txt", "t.safetensors", "none.txt cannot be read: No such file"),
            ("tiny", "t.safetensors", "tiny cannot be read: Is a directory"),
            ("text.txt", "none/t.safetensors", "make it, or name another"),
            ("text.txt", "text.txt/t.safetensors", "make it, or name another"),
            ("text.txt", "tiny", "name a file in it"),
            ("text.txt", "text.txt", "--force replaces it"),
        ):
            with mock.patch.object(rt, "load_model", side_effect=AssertionError("the model was loaded")):
                said = refusal(lambda: rt.main(
                    ["--model", str(folder / "tiny"), "--text", str(folder / text), "--to", str(folder / to)]))
            assert expected in said and "\n" not in said, said
        assert {path.name for path in folder.iterdir()} == {"tiny", "text.txt", "empty.txt"}


def make_byte_fallback_tokenizer():
    """A tokenizer of the SentencePiece kind: what it has no token for are bytes, and a space is put before the text."""
    pieces = ["<unk>", "<s>", "\u2581", *"The gardn", "\u2581ga", "rd"] + [f"<0x{byte:02X}>" for byte in range(256)]
    vocabulary = {piece: index for index, piece in enumerate(dict.fromkeys(pieces))}
    merges = [("\u2581", "g"), ("\u2581g", "a"), ("r", "d")]
    vocabulary["\u2581g"] = len(vocabulary)
    tokenizer = Tokenizer(models.BPE(vocabulary, merges, unk_token="<unk>", byte_fallback=True, fuse_unk=True))
    tokenizer.normalizer = normalizers.Sequence([normalizers.Prepend("\u2581"), normalizers.Replace(" ", "\u2581")])
    tokenizer.decoder = decoders.Sequence([decoders.Replace("\u2581", " "), decoders.ByteFallback(), decoders.Fuse()])
    return tf.PreTrainedTokenizerFast(tokenizer_object=tokenizer, bos_token="<s>", chat_template=TEMPLATE)


def test_no_token_begins_before_the_one_before_it_ends():
    texts = [TEXT, "", " ", "  a", "🦊", "狐狐\ufffd", "a\r\n\n\tb  ", "e\u0301\u200d\U0001F469\u200d", "The garden"]
    for tokenizer in make_tokenizer(), make_byte_fallback_tokenizer():
        for text in [text.encode() for text in texts] + [b"a\xff\xfe\xf0\x9fb"]:
            for chat, question in (False, None), (False, "Who, 狐?"), (True, None), (True, "狐"):
                if not (text or chat or question):
                    continue
                prompt = rt.read_prompt(tokenizer, text, question, chat)
                ends = [0] + [end for _, end in prompt.ranges]
                assert len(prompt.ranges) == len(prompt.ids)
                assert all(last <= begin <= end <= len(prompt.text) for last, (begin, end) in zip(ends, prompt.ranges)), (
                    text, prompt.ranges)
                assert b"".join(prompt.text[begin:end] for begin, end in prompt.ranges) == prompt.text, (text, prompt.ranges)


def test_tokens_know_their_bytes():
    with tempfile.TemporaryDirectory() as folder:
        model = make_model(FAMILIES["llama"])
        trace = Recorded(model, folder)
        text, pieces = trace["text"].numpy().tobytes(), {}
        offsets, data = trace["vocabulary.offsets"].tolist(), trace["vocabulary.bytes"].numpy().tobytes()
        for index, token in enumerate(trace["vocabulary.ids"].tolist()):
            pieces[token] = data[offsets[index] : offsets[index + 1]]
        assert text == TEXT.encode() and pieces.get(0, b"") == b""
        assert trace.about["sha256"] == hashlib.sha256(TEXT.encode()).hexdigest() and trace.about["name"] == "text.txt"
        for token, (begin, end) in zip(trace.tokens, trace["token_bytes"].tolist()):
            assert text[begin:end] == pieces[token], (token, begin, end)
        assert set(trace["answer_top_ids"].flatten().tolist()) <= set(pieces)

        chat = Recorded(model, folder, "--chat", "--system", "Short.", "--question", "Which animal?", name="chat.safetensors")
        ranges = chat["token_bytes"].tolist()
        inside = [index for index, (begin, end) in enumerate(ranges) if begin < end]
        # The template strips the text's last newline only where no question follows it.
        assert b"".join(text[begin:end] for begin, end in ranges) == text
        assert all(begin == (0 if index < inside[0] else len(text)) for index, (begin, end) in enumerate(ranges)
                   if begin == end)
        behind = make_tokenizer().decode(chat.tokens[-chat.about["question_tokens"] :])
        assert behind == "\nWhich animal?\n<|assistant|>", behind
        assert make_tokenizer().decode(chat.tokens).startswith("<|system|>Short.\n<|user|>The garden")


def test_a_rotation_is_recorded_where_the_layers_turn_pairs_as_the_format_says():
    for dtype in torch.float32, torch.bfloat16:
        for name, (config, expected) in ROTATIONS.items():
            with tempfile.TemporaryDirectory() as folder:
                trace = Recorded(make_model(config).to(dtype), folder, "--steps", 2, "--lookahead", 1)
            assert trace.about.get("rotary") == expected, (name, dtype, trace.about.get("rotary"))
            assert ("rotary.0.frequencies" in trace.tensors) == (expected is not None), name
        for name, config in FAMILIES.items():
            with tempfile.TemporaryDirectory() as folder:
                trace = Recorded(make_model(config).to(dtype), folder, "--steps", 2, "--lookahead", 1)
            expected = [[0, 1, 0], [1, 0, 1]] if name == "gemma3" else [[0, 0, 0]]
            assert trace.about["rotary"] in expected, (name, trace.about["rotary"])


def test_rotary_frequencies_are_the_models():
    with tempfile.TemporaryDirectory() as folder:
        yarn = Recorded(make_model(FAMILIES["llama-yarn"]), folder)
        assert yarn.about["rotary"] == [0, 0, 0] and yarn.about["rotary_magnitude"][0] > 1
        gemma = Recorded(make_model(FAMILIES["gemma3"]), folder, name="g.safetensors")
        assert len(set(gemma.about["rotary"])) == 2 and gemma.about["rotary"][0] == gemma.about["rotary"][2]
        assert gemma.about["rotary_magnitude"] == [1.0, 1.0]
        local, wide = (gemma[f"rotary.{gemma.about['rotary'][layer]}.frequencies"] for layer in (0, 1))
        assert local.shape == (4,) and bool((local >= wide).all()) and not torch.equal(local, wide)


def test_the_program_records_and_tensor_parallelism_changes_nothing():
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        make_model(FAMILIES["llama"]).save_pretrained(folder / "tiny")
        make_tokenizer().save_pretrained(folder / "tiny")
        (folder / "text.txt").write_text(TEXT)
        program = [rt.__file__, "--model", folder / "tiny", "--text", folder / "text.txt", "--steps", "4", "--to"]
        for arguments in (
            [sys.executable, *program, folder / "one.safetensors"],
            [sys.executable, "-m", "torch.distributed.run", "--nproc-per-node", "2", *program, folder / "two.safetensors",
             "--tensor-parallel"],
        ):
            done = subprocess.run(arguments, capture_output=True, text=True)
            assert done.returncode == 0, done.stderr[-2000:]
        with safe_open(folder / "one.safetensors", "pt") as one, safe_open(folder / "two.safetensors", "pt") as two:
            assert one.keys() == two.keys() and one.metadata() == two.metadata()
            assert json.loads(one.metadata()["laq_trace"])["model"] == "tiny"
            for name in one.keys():
                close(one.get_tensor(name), two.get_tensor(name), 1e-4)


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
