"""Kept sets for EvictionTests, made by other people's code on seeded random tensors.

    git clone https://github.com/noforit/Lookahead_Q-Cache   # read at 74612bd
    pip install torch transformers; pip install --no-deps kvpress    # 0.5.5
    python make_fixtures.py Lookahead_Q-Cache

`from` says where an expectation comes from:
  authors   the LAQ authors' clusters (pyramidkv/pyramidkv_utils.py), called as they are
  kvpress   NVIDIA/kvpress' SnapKVPress.score and ScorerPress' topk, called as they are
  plain     the formula of the scorer's comment, written out below with whole attention matrices

Only tensors go in. Which tokens come back is read from the values, where each token carries its position.
topk is replaced by a stable sort, because torch leaves ties open and max pooling makes many: the lower
position wins, as in Selection. A case whose boundary is closer than float rounding could turn is refused.

All tensors are multiples of 1/16 within a byte, so the fixture holds them exactly: base64 of int8 * 16.
"""
import base64, contextlib, io, json, math, pathlib, sys, types, unittest.mock

import torch

HERE = pathlib.Path(__file__).parent
D = 16
topk_seen = []  # the scores that the last topk chose from


def stable_topk(scores, k, dim=-1, **_):
    assert dim in (-1, scores.dim() - 1)
    topk_seen.append(scores)
    indices = torch.sort(scores, dim=-1, descending=True, stable=True).indices[..., :k]
    return types.SimpleNamespace(indices=indices, values=scores.gather(-1, indices))


torch.Tensor.topk = stable_topk


def tensor(generator, *shape):
    values = (torch.randn(*shape, generator=generator) * 20).round().clamp(-127, 127)
    return values / 16


def packed(t):
    return base64.b64encode((t * 16).to(torch.int8).contiguous().numpy().tobytes()).decode()


def floats(t):
    return base64.b64encode(t.to(torch.float32).contiguous().numpy().tobytes()).decode()


def repeated(t, group):
    return t.repeat_interleave(group, dim=0)


def causal(case, layer):
    """The whole attention matrix of the prompt, [queryHead, n, n], and its log-sum-exp."""
    k = repeated(case["k"][layer], case["group"])
    logits = case["q"][layer] @ k.transpose(1, 2) / math.sqrt(D)
    n = logits.shape[-1]
    logits = logits.masked_fill(torch.ones(n, n).triu(1).bool(), -math.inf)
    return logits.softmax(-1), logits.logsumexp(-1)


def beyond(case, layer, rows):
    """Rows from beyond the prompt see every prompt key: [queryHead, row, n]."""
    k = repeated(case["k"][layer], case["group"])
    return (rows[layer] @ k.transpose(1, 2) / math.sqrt(D)).softmax(-1)


def authors(case, cluster, rows, budget, method="update_kv"):
    """[layer][queryHead] kept positions, and the pooled scores that were chosen from."""
    kept, scores = [], []
    for layer in range(len(case["k"])):
        k = repeated(case["k"][layer], case["group"])[None]
        n = k.shape[2]
        v = torch.arange(n, dtype=torch.float32)[None, None, :, None].expand(1, k.shape[1], n, D)
        topk_seen.clear()
        with contextlib.redirect_stdout(io.StringIO()):
            _, out = getattr(cluster, method)(k, rows(layer)[None], v, None, 1)
        kept.append([sorted(int(p) for p in head) for head in out[0, :, :, 0]])
        assert all(len(head) == min(budget, n) for head in kept[-1])
        if topk_seen:
            scores.append(topk_seen[-1][0])
    return kept, scores


def chosen(score, always, budget):
    """[head] kept positions of plain scores [head, n]."""
    n = score.shape[-1]
    if budget >= n:
        return [list(range(n)) for _ in score], None
    free = [p for p in range(n) if p not in set(always)]
    best = stable_topk(score[:, free], budget - len(always)).indices
    return [sorted(always + [free[i] for i in row]) for row in best.tolist()], score[:, free]


def pooled(score, kernel, kind):
    if kind == "none":
        return score
    pool = torch.nn.functional.max_pool1d if kind == "max" else torch.nn.functional.avg_pool1d
    return pool(score[None], kernel_size=kernel, padding=kernel // 2, stride=1)[0]


def margin(scores, k):
    """The least relative gap between the lowest kept and the highest dropped score that differ."""
    least = math.inf
    for score in (s for layer in scores for s in layer):
        ordered = score.sort(descending=True).values
        if 0 < k < len(ordered):
            low, rest = ordered[k - 1], ordered[k:]
            rest = rest[rest < low]  # equal ones are ties, in any arithmetic that is monotone
            high = ordered[:k][ordered[:k] > low]
            if len(rest):
                least = min(least, float((low - rest[0]) / low))
            if len(high) and len(rest) < len(ordered) - k:
                least = min(least, float((high[-1] - low) / low))
    return least


def expectations(case, utils, SnapKVPress):
    n, layers, group = case["n"], range(len(case["k"])), case["group"]
    q, extra = case["q"], case["beyond"]
    result, least = [], math.inf

    def add(source, policy, budget, granularity, kept, scores, k, count=8):
        nonlocal least
        least = min(least, margin(scores, k))
        first = [] if not scores else [float(f"{x:.7g}") for x in scores[0][0].tolist()]
        result.append({
            "from": source, "policy": policy, "budget": budget, "granularity": granularity,
            "rows": count, "kept": kept, "scores": first})

    def plain(policy, budget, granularity, score, always, count=8):
        tables = []
        for layer in layers:
            table = score(layer)
            if granularity == "kv":
                table = table.view(-1, group, n).mean(1)
            tables.append(chosen(table, always, budget))
        scores = [s for _, s in tables if s is not None]
        add("plain", policy, budget, granularity, [kept for kept, _ in tables], scores,
            budget - len(always), count)

    for budget in (16, 24, 48, n):
        for name, w, m, kernel, kind in [
            ("laq(mask=reference)", 0, 8, 7, "maxpool"),
            ("laq(m=5,mask=reference)", 0, 5, 7, "maxpool"),
            ("laq++(w2=8,mask=reference)", 8, 8, 7, "maxpool"),
            ("laq(w2=4,kernel=5,pool=avg,mask=reference)", 4, 8, 5, "avgpool"),
        ]:
            cluster = utils.SnapKVCluster(
                window_size=w, max_capacity_prompt=budget, kernel_size=kernel, pooling=kind, lookahead_size=m)
            rows = lambda layer: torch.cat([q[layer][:, n - w:], extra[layer][:, :m]], 1)
            add("authors", name, budget, "query",
                *authors(case, cluster, rows, budget, "update_kv_LAQ"), budget - w, m)
        for name, w, kernel, kind, cluster in [
            ("snapkv(w=8)", 8, 7, "maxpool", utils.SnapKVCluster),
            ("snapkv(w=32)", 32, 7, "maxpool", utils.SnapKVCluster),
            ("snapkv(w=8,kernel=5,pool=avg)", 8, 5, "avgpool", utils.SnapKVCluster),
            # The fork's H2O looks at the last window, and does not pool.
            ("snapkv(w=8,pool=none)", 8, 7, "maxpool", utils.H2OKVCluster),
            ("streaming", budget - 4, 7, "maxpool", utils.StreamingLLMKVCluster),
        ]:
            if w < budget:
                cluster = cluster(window_size=w, max_capacity_prompt=budget, kernel_size=kernel, pooling=kind)
                add("authors", name, budget, "query",
                    *authors(case, cluster, lambda layer: q[layer], budget), budget - w)

    for granularity in ("query", "kv"):
        for budget in (16, 24):
            received = lambda layer: causal(case, layer)[0].sum(1)
            plain("h2o", budget, granularity, received, list(range(n - budget // 2, n)))
            plain("oracle", budget, granularity, lambda layer: beyond(case, layer, extra).sum(1), [])
            for name, w, kernel, kind in [
                ("laq", 0, 7, "max"), ("laq++(w2=8)", 8, 7, "max"), ("laq++(w2=5,pool=none)", 5, 7, "none"),
            ]:
                def score(layer):
                    rows = torch.cat([causal(case, layer)[0][:, n - w:], beyond(case, layer, extra)], 1)
                    sums = rows.sum(1)[:, :n - w]
                    return torch.nn.functional.pad(pooled(sums, kernel, kind), (0, w))
                plain(name, budget, granularity, score, list(range(n - w, n)))

    # kvpress: KV heads, its own defaults but the window, which must be shorter than the budget.
    for w, budget in ((8, 16), (8, 24), (32, 48), (64, 80)):
        if n > budget:
            press = SnapKVPress(window_size=w, kernel_size=5)
            config = types.SimpleNamespace(num_attention_heads=q[0].shape[0])
            kept, scores = [], []
            for layer in layers:
                attention = causal(case, layer)[0][None]
                score = press.score(
                    types.SimpleNamespace(config=config), torch.zeros(1, n, 1), case["k"][layer][None],
                    None, attention, {})
                kept.append([sorted(row) for row in score.topk(budget, dim=-1).indices[0].tolist()])
                scores.append(score[0, :, :n - w])
            # kvpress means over the rows where Swift sums: the scores differ by the factor w.
            scores = [s * w for s in scores]
            add("kvpress", f"snapkv(w={w},kernel=5,pool=avg)", budget, "kv", kept, scores, budget - w)
    return result, least


def main():
    sys.path.insert(0, str(pathlib.Path(sys.argv[1]) / "pyramidkv"))
    import pyramidkv_utils as utils
    # kvpress' other presses import packages that SnapKV has no use for.
    unused = dict.fromkeys(("datasets", "requests", "cachetools", "fire"), unittest.mock.MagicMock())
    with unittest.mock.patch.dict(sys.modules, unused):
        from kvpress.presses.snapkv_press import SnapKVPress

    for name, layers, heads, kv, n in [("mha", 2, 4, 4, 97), ("gqa", 2, 8, 2, 150), ("mqa", 1, 4, 1, 40)]:
        for seed in range(100):
            g = torch.Generator().manual_seed(seed)
            case = {
                "n": n, "group": heads // kv, "q": tensor(g, layers, heads, n, D),
                "k": tensor(g, layers, kv, n, D), "beyond": tensor(g, layers, heads, 8, D)}
            expected, least = expectations(case, utils, SnapKVPress)
            if least > 3e-5:  # float32 sums in another order differ by about 1e-6
                break
        else:
            raise SystemExit(f"{name}: no seed keeps clear of rounding")
        print(name, "seed", seed, "margin", least, len(expected), "expectations")
        text = json.dumps({
            "layers": layers, "queryHeads": heads, "kvHeads": kv, "dimension": D, "tokens": n, "seed": seed,
            "queries": packed(case["q"]), "keys": packed(case["k"]),
            # [layer][row][queryHead][dimension], as QueryRows holds them
            "beyond": packed(case["beyond"].transpose(1, 2)),
            "logSumExp": floats(torch.stack([causal(case, layer)[1] for layer in range(layers)])),
            "expected": expected}, separators=(",", ":"))
        (HERE / f"{name}.json").write_text(text.replace('{"from"', '\n{"from"') + "\n")


if __name__ == "__main__":
    main()
