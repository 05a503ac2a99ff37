"""Kept sets for EvictionTests, made by NVIDIA/kvpress on whole tiny models.

    pip install torch transformers safetensors; pip install --no-deps kvpress    # 0.5.5
    python make_models.py

Writes models/NAME with config.json, model.safetensors (as transformers saves them) and expected.json: random Llamas with
as many KV heads as query heads (mha) and fewer (gqa), and a Qwen3 whose queries and keys are normalised (qwen3). Every
press runs in the model's own forward pass, by its hooks, on prompts of three lengths at four ratios. Which tokens stay is
read from the keys that are left in the cache, or from the list of masked ones.

topk and argsort are replaced by stable ones: torch leaves ties open, here the lower position wins. Where the last place
of a plain ranking is tied, as it is among protected tokens of a budget that does not hold them, `open` has the tied tokens:
any of them may stay. A prompt is refused if the press keeps other tokens in f64, if a ranking's last place is closer than
MARGIN of its size (or of the spread of all), or if tied scores go from a layer's common ranking; then the next one is tried.
"""
import base64, contextlib, copy, io, json, logging, pathlib, types, unittest.mock, warnings

import torch
from transformers import DynamicCache, LlamaConfig, LlamaForCausalLM, Qwen3Config, Qwen3ForCausalLM

unused = dict.fromkeys(("datasets", "requests", "cachetools", "fire"), unittest.mock.MagicMock())
with unittest.mock.patch.dict("sys.modules", unused):
    import kvpress as kv
    from kvpress.presses.base_press import BasePress

HERE = pathlib.Path(__file__).parent / "models"
LENGTHS = (90, 200, 300)
RATIOS = (0.25, 0.5, 0.75, 0.9)
MARGIN = 2e-6
SIZES = dict(
    vocab_size=304, hidden_size=32, intermediate_size=32, num_hidden_layers=3, num_attention_heads=4, head_dim=8,
    max_position_embeddings=1024, initializer_range=0.25, tie_word_embeddings=True, bos_token_id=1, eos_token_id=2,
    attn_implementation="sdpa")
MODELS = {
    "mha": (LlamaConfig, LlamaForCausalLM, dict(num_key_value_heads=4)),
    "gqa": (LlamaConfig, LlamaForCausalLM, dict(num_key_value_heads=2)),
    "qwen3": (Qwen3Config, Qwen3ForCausalLM, dict(num_key_value_heads=2)),
}


class Refused(Exception):
    pass


# What the last topk chose from, and by how many places.
last = None


def stable_topk(scores, k, dim=-1, largest=True, sorted=True):
    global last
    k = int(k)
    flat = scores.reshape(-1, scores.shape[-1])
    order = flat.sort(dim=-1, descending=True, stable=True)
    last = (flat, k)
    for row, values in zip(flat, order.values):
        if 0 < k < len(row) and values[k - 1] != values[k]:
            plain = row[row < values[0]]
            size = min(float(plain.std()) if len(plain) > 1 else float("inf"), float(values[k - 1].abs()))
            if float(values[k - 1] - values[k]) < MARGIN * size:
                raise Refused(f"a margin of {float(values[k - 1] - values[k]) / size:.1e}")
    shape = scores.shape[:-1] + (k,)
    return types.SimpleNamespace(indices=order.indices[:, :k].reshape(shape), values=order.values[:, :k].reshape(shape))


argsort = torch.Tensor.argsort
torch.Tensor.topk = stable_topk
torch.topk = stable_topk
torch.Tensor.argsort = lambda self, dim=-1, descending=False: argsort(self, dim=dim, descending=descending, stable=True)


def snapkv(ratio, window=16, kind=None, **settings):
    return (kind or kv.SnapKVPress)(compression_ratio=ratio, window_size=window, kernel_size=5, **settings)


def finch(ratio, **settings):
    press = kv.FinchPress(compression_ratio=ratio, **settings)
    press.window_size = 12  # found by a delimiter token in kvpress
    return press


EA, SNAP = kv.ExpectedAttentionPress, "snapkv(w=16,style=kvpress)"
# Policy: (press for a ratio, whether a single ranking of each head decides).
PRESSES = {
    "knorm": (lambda r: kv.KnormPress(r), True),
    "keydiff": (lambda r: kv.KeyDiffPress(r), True),
    "streaming": (lambda r: kv.StreamingLLMPress(r), True),
    "lagkv": (lambda r: kv.LagKVPress(r), True),
    "lagkv(sinks=6,lag=32)": (lambda r: kv.LagKVPress(r, n_sink=6, lag_size=32), True),
    "snapkv(style=kvpress)": (lambda r: kv.SnapKVPress(r), True),
    SNAP: (snapkv, True),
    "tova": (lambda r: kv.TOVAPress(r), True),
    "observed": (lambda r: kv.ObservedAttentionPress(r), True),
    "expected": (lambda r: EA(r), True),
    "expected(future=64,sinks=2,covariance=off,vnorm=off)": (
        lambda r: EA(r, n_future_positions=64, n_sink=2, use_covariance=False, use_vnorm=False), True),
    "noncausal": (lambda r: kv.NonCausalAttnPress(r), True),
    "noncausal(chunk=64)": (lambda r: kv.NonCausalAttnPress(r, chunk_size=64), True),
    "finch(w=12)": (lambda r: finch(r, rerotate_keys=False), True),
    "finch(w=12)+rerotate": (finch, True),
    "cur": (lambda r: kv.CURPress(r), True),
    "cur(leverage=key)": (lambda r: kv.CURPress(r, leverage_type="key"), True),
    "cur(leverage=value)": (lambda r: kv.CURPress(r, leverage_type="value"), True),
    "cur(leverage=average)": (lambda r: kv.CURPress(r, leverage_type="kv_avg"), True),
    "cap": (lambda r: kv.CapPress(r), True),
    "cap(tau=1,future=100)": (lambda r: kv.CapPress(r, tau=1.0, n_future_positions=100), True),
    SNAP + "/pyramid": (lambda r: snapkv(r, kind=kv.PyramidKVPress), True),
    "snapkv(w=8,style=kvpress)/pyramid(beta=4)": (
        lambda r: snapkv(r, window=8, kind=kv.PyramidKVPress, beta=4), True),
    "keydiff+rerotate": (lambda r: kv.KeyRerotationPress(kv.KeyDiffPress(r)), True),
    "knorm/ada": (lambda r: kv.AdaKVPress(kv.KnormPress(r)), False),
    "snapkv(w=4,style=kvpress)/ada": (lambda r: kv.AdaKVPress(snapkv(r, window=4)), False),
    "expected(epsilon=0.01)/ada": (lambda r: kv.AdaKVPress(EA(r, epsilon=1e-2)), False),
    "snapkv(w=4,style=kvpress)+critical": (lambda r: kv.CriticalKVPress(snapkv(r, window=4)), True),
    "expected(vnorm=off)+critical": (lambda r: kv.CriticalKVPress(EA(r, use_vnorm=False)), True),
    "expected(vnorm=off)/ada+critical": (lambda r: kv.CriticalAdaKVPress(EA(r, use_vnorm=False)), False),
    "knorm+chunkkv": (lambda r: kv.ChunkKVPress(kv.KnormPress(r)), False),
    "keydiff+chunk(size=64)": (lambda r: kv.ChunkPress(kv.KeyDiffPress(r), chunk_length=64), False),
    "expected(sinks=1)+chunk(size=64)": (lambda r: kv.ChunkPress(EA(r, n_sink=1), chunk_length=64), False),
    "keydiff+block(size=32)": (lambda r: kv.BlockPress(kv.KeyDiffPress(r), block_size=32), False),
    "streaming/simlayer(threshold=0.4,recent=24)": (
        lambda r: kv.SimLayerKVPress(lazy_threshold=0.4, n_recent=24), False),
}


def run(model, tokens, press, is_plain, turns=False):
    """Kept positions [layer][head], those that are open, and the cache."""
    n, kept, open_ = len(tokens), [], []
    original = press.compress

    def compress(module, hidden, keys, values, attentions, kwargs):
        global last
        last = None
        out = original(module, hidden, keys, values, attentions, kwargs)
        masked = getattr(module, "masked_key_indices", None)
        found, sought = out[0], keys
        if turns:
            # Turned keys are not found again; these presses do not look at values, which may carry positions.
            sought = torch.arange(n, dtype=keys.dtype)[None, None, :, None].expand_as(values).contiguous()
            found = original(module, hidden, keys, sought, attentions, kwargs)[1]
        heads = []
        for head in range(values.shape[1]):
            if masked is not None:
                gone = {int(t) for h, t in zip(masked[1], masked[2]) if h == head}
                heads.append([t for t in range(n) if t not in gone])
            else:
                same = (found[0, head][:, None] == sought[0, head][None]).all(-1)
                assert (same.sum(1) == 1).all()
                heads.append(sorted(same.int().argmax(1).tolist()))
        module.masked_key_indices = None
        kept.append(heads)
        tied = []
        if last is not None:
            scores, k = last
            for row in scores:
                values_ = row.sort(descending=True).values
                is_tied = 0 < k < len(row) and values_[k - 1] == values_[k]
                if is_tied and masked is not None:
                    raise Refused("a tie in a layer's ranking")
                tied.append((row == values_[k - 1]).nonzero()[:, 0].tolist() if is_tied and is_plain else [])
        open_.append(tied if len(tied) == len(heads) else [[] for _ in heads])
        return out

    press.compress = compress
    cache = DynamicCache()
    with torch.no_grad(), contextlib.redirect_stderr(io.StringIO()), BasePress.__call__(press, model):
        model.model(torch.tensor([tokens]), past_key_values=cache)
    return kept, open_, cache


def bitmaps(sets, n):
    """One bitmap after the other, the first token in the lowest bit of the first byte."""
    size = (n + 7) // 8
    data = b"".join(
        sum(1 << t for t in head).to_bytes(size, "little") for heads in sets for head in heads)
    return base64.b64encode(data).decode()


def make(name):
    configuration, architecture, sizes = MODELS[name]
    torch.manual_seed(1)
    model = architecture(configuration(**SIZES | sizes)).eval()
    for key, parameter in model.named_parameters():
        if "norm" in key:
            parameter.data.uniform_(0.5, 1.5)
    exact = copy.deepcopy(model).double()
    # No token twice: in the first layer its keys would have equal norms up to rounding.
    prompts = [(torch.randperm(max(LENGTHS)) + 3).tolist() for _ in range(20)]
    expected = []
    for policy, (press, is_plain) in PRESSES.items():
        for each in (model, exact):
            each.config._attn_implementation = "eager" if policy == "observed" else "sdpa"
        for n in LENGTHS:
            for ratio in RATIOS:
                for index, prompt in enumerate(prompts):
                    try:
                        case = compare(model, exact, policy, press, is_plain, prompt[:n], ratio)
                    except Refused as reason:
                        print(name, policy, n, ratio, "prompt", index, reason, flush=True)
                    else:
                        break
                else:
                    raise SystemExit("no prompt keeps clear of rounding")
                expected.append({"policy": policy, "prompt": index, "tokens": n, "ratio": ratio} | case)
    used = max(case["prompt"] for case in expected) + 1
    return model, prompts[:used], expected


def compare(model, exact, policy, press, is_plain, tokens, ratio):
    turns = policy.endswith("+rerotate")
    kept, open_, cache = run(model, tokens, press(ratio), is_plain, turns)
    again, _, _ = run(exact, tokens, press(ratio), is_plain, turns)
    for heads, others, opens in zip(kept, again, open_):
        for head, other, tied in zip(heads, others, opens):
            if set(head) - set(tied) != set(other) - set(tied):
                raise Refused("f64 keeps others")
    case = {"kept": bitmaps(kept, len(tokens))}
    if any(head for heads in open_ for head in heads):
        case["open"] = bitmaps(open_, len(tokens))
    if turns:
        case["logits"] = following(model, cache, tokens[0])
    return case


def following(model, cache, token):
    """The logits after one more token, at the position behind the kept ones."""
    position = cache.layers[0].keys.shape[2]
    with torch.no_grad():
        out = model(
            torch.tensor([[token]]), past_key_values=cache, position_ids=torch.tensor([[position]]),
            cache_position=torch.tensor([position]))
    return [round(value, 5) for value in out.logits[0, -1].tolist()]


def main():
    logging.disable(logging.WARNING)
    warnings.filterwarnings("ignore")
    torch.set_num_threads(1)
    for name in MODELS:
        model, prompts, expected = make(name)
        folder = HERE / name
        folder.mkdir(parents=True, exist_ok=True)
        model.config._attn_implementation = "sdpa"
        model.save_pretrained(folder)
        (folder / "generation_config.json").unlink(missing_ok=True)
        text = json.dumps({"prompts": prompts, "expected": expected}, separators=(",", ":"))
        (folder / "expected.json").write_text(text.replace('{"policy"', '\n{"policy"') + "\n")
        print(name, len(prompts), "prompts,", len(expected), "expectations")


if __name__ == "__main__":
    main()
