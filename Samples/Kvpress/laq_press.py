"""Lookahead Q-Cache (LAQ, LAQ++; Wang et al. 2025, arXiv 2505.20334) as a press of kvpress, for models of any size.

    pip install kvpress    # 0.5.5, which brings transformers 4.56 to 5.2; this file runs under 5.24, too

    from kvpress import KVPressTextGenerationPipeline
    from laq_press import LAQPress, LAQPlusPlusPress
    pipe = pipeline("kv-press-text-generation", model="Qwen/Qwen3-8B", device_map="auto")
    pipe(context, question=question, press=LAQPress(compression_ratio=0.9, m=16))["answer"]

    with LAQPlusPlusPress(budget=256)(model):              # the same without the pipeline
        model.generate(**inputs)

kvpress' own evaluations take it after one line, in the folder evaluation/ of its repository with this file beside:

    echo 'from laq_press import PRESSES; PRESS_REGISTRY |= PRESSES' >> evaluate_registry.py
    python evaluate.py --dataset ruler --data_dir 4096 --model Qwen/Qwen3-8B --press_name laq --compression_ratio 0.9
    laq-tui eval import results                            # tables and intervals of what that wrote

Kept sets are laq-tui's, setting by setting, names and defaults with them (`laq-tui policies laq`). What a prompt's press
has kept stands in `press.kept` afterwards, one tensor [KV heads, tokens kept] of ascending positions for each layer.
"""
import contextlib, inspect, sys
from dataclasses import dataclass, field

import torch
from kvpress.presses.base_press import BasePress
from kvpress.utils import extract_keys_and_values
from torch.nn import functional as F
from transformers import DynamicCache, QuantizedCache
from transformers.modeling_utils import ALL_ATTENTION_FUNCTIONS


@dataclass
class Seen:
    """What a layer's attention was called with while the prompt was read."""
    queries: torch.Tensor  # the newest, [H, w, D], as attention multiplies them
    count: int  # the prompt's tokens
    scale: float
    softcap: float | None
    later: list = field(default_factory=list)  # of pseudo tokens, [H, 1, D] each: the Q-cache


def attention(seen, queries, keys, visible):
    """Float32 attention [K, G, r, n] of query rows [H, r, D] on keys [K, n, D], of which row i sees the first visible[i]."""
    grouped = queries.unflatten(0, (len(keys), -1)).float()
    scores = torch.einsum("kgrd,knd->kgrn", grouped, keys.float()) * seen.scale
    if seen.softcap is not None:
        scores = torch.tanh(scores / seen.softcap) * seen.softcap
    columns = torch.arange(keys.shape[1], device=keys.device)
    limits = torch.tensor(visible, device=keys.device)
    return scores.masked_fill_(columns >= limits[:, None], -torch.inf).softmax(-1)


def pooled(scores, kernel, pool):
    """Scores [K, G, n] smoothed along the tokens: a neighbour of an important token is kept with it."""
    if pool == "none" or kernel == 1 or not scores.shape[-1]:
        return scores
    make = F.max_pool1d if pool == "max" else F.avg_pool1d
    return make(scores, kernel, stride=1, padding=kernel // 2)


@dataclass
class LAQPress(BasePress):
    """Keeps what the queries of m pseudo tokens look at, which are decoded on a cheap cache after the prompt.

    Parameters
    ----------
    compression_ratio : the share of the tokens to evict, of n are kept max(1, int(n * (1 - ratio))) as everywhere in kvpress
    budget : tokens to keep per layer and KV head, in place of a ratio; more than there are keep everything
    m : pseudo tokens at most
    w1 : observation window of the cheap cache's SnapKV: a number, "B/4" for a share of the budget, or "auto", which is 32
        but a third of the budget at most
    w2 : the prompt's last tokens that look beside the pseudo tokens, always kept: as w1, "auto" being 8. 0 is LAQ
    cheap : "snapkv", or "full", which decodes pseudo tokens on the whole cache
    kernel, pool : the width, odd, and the kind of the pooling: "max", "avg" or "none"
    mask : "causal", or "reference", the triangle of the authors' code
    eos : an end token as the first pseudo token is fed: "feed" goes on behind it as the authors do, "stop" does not
    style : "ours", or "authors": windows of 32 and 8 at any budget, and their mask, where those are not set otherwise
    end_tokens : ids that end an answer; None for those of the model's generation_config
    """

    compression_ratio: float = 0.0
    budget: int | None = None
    m: int = 8
    w1: int | str = "auto"
    w2: int | str = 0
    cheap: str = "snapkv"
    kernel: int = 7
    pool: str = "max"
    mask: str = "causal"
    eos: str = "feed"
    style: str = "ours"
    end_tokens: tuple | None = None
    kept: list = field(init=False, repr=False, compare=False, default_factory=list)
    pseudo_tokens: list = field(init=False, repr=False, compare=False, default_factory=list)

    def __post_init__(self):
        words = {"cheap": ("snapkv", "full"), "pool": ("max", "avg", "none"), "mask": ("causal", "reference"),
                 "eos": ("feed", "stop"), "style": ("ours", "authors")}
        for name, allowed in words.items():
            if getattr(self, name) not in allowed:
                raise ValueError(f"{name}={getattr(self, name)!r}: it takes {', '.join(allowed)}")
        if not 0 <= self.compression_ratio < 1:
            raise ValueError(f"compression_ratio={self.compression_ratio}: it takes 0 to 1, 1 excluded")
        if self.budget is not None and self.budget < 1:
            raise ValueError(f"budget={self.budget}: it takes a number of tokens, at least 1")
        if self.m < 1 or self.kernel < 1 or self.kernel % 2 == 0:
            raise ValueError(f"m={self.m}, kernel={self.kernel}: m is at least 1, and the kernel odd")
        if self.style == "authors":
            self.mask, self.w1 = "reference", 32 if self.w1 == "auto" else self.w1
            self.w2 = 8 if self.w2 == "auto" else self.w2
        for name, most in ("w1", 32), ("w2", 8):
            self.window(getattr(self, name), most, 96, name)

    def window(self, setting, most, budget, name="a window"):
        """The number of tokens that a setting is at a budget."""
        text = str(setting).lower()
        if text == "auto":
            return min(most, max(1, budget // 3))
        if text == "b" or text.startswith("b/") and text[2:].isdecimal() and int(text[2:]):
            return max(1, budget // int(text[2:] or 1))
        if text.isdecimal():
            return int(text)
        raise ValueError(f"{name}={setting!r}: it takes a number, 'auto', or a share of the budget as 'B/4'")

    def tokens(self, count):
        """The budget of a prompt."""
        if self.budget is not None:
            return min(self.budget, count)
        return max(1, int(count * (1 - self.compression_ratio)))

    @contextlib.contextmanager
    def __call__(self, model):
        """Evicts at the end of each prompt that the model reads meanwhile."""
        language_model = model.model.language_model if hasattr(model.model, "language_model") else model.model
        run = Run(self, model, language_model)
        hook = language_model.register_forward_hook(run.after_forward, with_kwargs=True)
        try:
            with watched_attention(language_model, run.attended):
                yield
        finally:
            hook.remove()


@dataclass
class LAQPlusPlusPress(LAQPress):
    """LAQ++: LAQ with the prompt's last 8 tokens, a third of the budget at most, looking beside the pseudo tokens."""

    w2: int | str = "auto"


@contextlib.contextmanager
def watched_attention(language_model, watch):
    """Calls watch(module, query, key, ...) before each attention of the model's layers, whatever the model's family.

    What attention is called with is what it multiplies: rotated where the layer rotates, normalised where it normalises."""
    name, modules = language_model.config._attn_implementation, {id(each) for each in language_model.modules()}

    def watching(function):
        def wrapper(module, query, key, *arguments, **options):
            if id(module) in modules:
                watch(module, query, key, **options)
            return function(module, query, key, *arguments, **options)
        return wrapper

    if name == "eager":  # it is no entry of the registry, but a function beside the layers' classes
        layers = [each for each in language_model.modules() if hasattr(each, "layer_idx")]
        files = {sys.modules[type(each).__module__] for each in layers}
        places = [(vars(file), "eager_attention_forward") for file in files if hasattr(file, "eager_attention_forward")]
    else:
        places = [(ALL_ATTENTION_FUNCTIONS, name)]
    # An entry of the registry may be there for all that use it, and is then laid over, not replaced.
    former = [(place, key, place[key], key in getattr(place, "_local_mapping", place)) for place, key in places]
    for place, key, function, _ in former:
        place[key] = watching(function)
    try:
        yield
    finally:
        for place, key, function, is_own in former:
            if is_own:
                place[key] = function
            else:
                del place[key]


class Run:
    """One use of a press: prompts that a model reads while it lasts."""

    def __init__(self, press, model, language_model):
        self.press, self.model, self.language_model = press, model, language_model
        self.layers, self.is_looking_ahead = {}, False

    def attended(self, module, query, key, scaling=None, softcap=None, sliding_window=None, s_aux=None, **_):
        """Keeps the newest queries of a prompt, or the one of a pseudo token."""
        layer = module.layer_idx
        if self.is_looking_ahead:
            self.layers[layer].later.append(query[0])
            return
        if query.shape[2] != key.shape[2]:  # not the beginning of a prompt
            return
        count, press = query.shape[2], self.press
        press.kept, press.pseudo_tokens = [], []
        budget = press.tokens(count)
        if budget == count:
            return
        if query.shape[0] != 1:
            raise ValueError(f"LAQ decodes pseudo tokens for one prompt at a time, and here are {query.shape[0]}: call the "
                             "model once for each")
        window = sliding_window or getattr(module, "sliding_window", None)
        if window is not None and window < count + press.m:
            raise ValueError(f"layer {layer} sees its last {window} tokens only, of {count} and up to {press.m} pseudo "
                             "tokens, and kvpress' caches do not tell where a kept token stood: take a shorter text, or "
                             "laq-tui (record_trace.py), which can")
        if s_aux is not None:
            raise ValueError(f"layer {layer} has attention sinks, which LAQ's scores have no place for")
        scale = query.shape[-1] ** -0.5 if scaling is None else float(scaling)
        newest = max(press.window(press.w1, 32, budget), press.window(press.w2, 8, budget))
        self.layers[layer] = Seen(query[0, :, max(0, count - newest):].clone(), count, scale, softcap)

    def after_forward(self, module, arguments, options, output):
        """Looks ahead and evicts, if what was read is a prompt's beginning that the budget does not hold."""
        if self.is_looking_ahead or not self.layers:
            return
        cache = next((each for each in (getattr(output, "cache", None), getattr(output, "past_key_values", None),
                                        options.get("cache"), options.get("past_key_values")) if each is not None), None)
        try:
            if cache is None:
                raise ValueError("there is no cache to evict from: call the model with use_cache, or give it one")
            self.evict(cache, output.last_hidden_state[:, -1:])
        finally:
            self.layers = {}

    @torch.no_grad()
    def evict(self, cache, hidden):
        press, parts = self.press, {layer: extract_keys_and_values(cache, layer) for layer in self.layers}
        count = next(iter(self.layers.values())).count
        odd = [layer for layer in range(len(cache.layers))
               if layer not in parts or parts[layer][0].shape[2] != count or parts[layer][1].shape[2] != count]
        if odd:
            raise ValueError(f"layer {odd[0]} holds no key for each of the prompt's {count} tokens: LAQ evicts from models "
                             "whose layers all attend to a whole cache")
        budget = press.tokens(count)
        press.pseudo_tokens = self.look_ahead(hidden, {
            layer: self.cheap(layer, keys[0], budget) for layer, (keys, _) in parts.items()}, parts, count)
        press.kept = []
        for layer, (keys, values) in sorted(parts.items()):
            kept = self.final(layer, keys[0], budget)
            press.kept.append(kept.cpu())
            store(cache, layer, gathered(keys, kept), gathered(values, kept))

    def choose(self, layer, queries, visible, keys, window, budget):
        """Ascending positions [K, budget]: the last ones of a window, and those that rows of attention look at most."""
        count, press, device = keys.shape[1], self.press, keys.device
        window = min(window, count)
        if budget <= window:  # the newest, as of a window nothing is chosen
            return torch.arange(count - budget, count, device=device).expand(len(keys), -1)
        weights = attention(self.layers[layer], queries, keys, visible)
        scores = pooled(weights.sum(2)[..., : count - window], press.kernel, press.pool).mean(1)
        best = scores.sort(dim=-1, descending=True, stable=True).indices[:, : budget - window]
        last = torch.arange(count - window, count, device=device).expand(len(keys), -1)
        return torch.cat([best.sort().values, last], 1)

    def cheap(self, layer, keys, budget):
        """Positions of the cheap cache; None for all."""
        if self.press.cheap == "full":
            return None
        seen, window = self.layers[layer], min(self.press.window(self.press.w1, 32, budget), keys.shape[1])
        visible = range(seen.count - window + 1, seen.count + 1)
        return self.choose(layer, seen.queries[:, seen.queries.shape[1] - window:], list(visible), keys, window, budget)

    def final(self, layer, keys, budget):
        """Positions that the answer's cache keeps."""
        seen, window = self.layers[layer], min(self.press.window(self.press.w2, 8, budget), keys.shape[1])
        rows = torch.cat([seen.queries[:, seen.queries.shape[1] - window:], *seen.later], 1)
        visible = [*range(seen.count - window + 1, seen.count + 1), *[seen.count] * len(seen.later)]
        if self.press.mask == "reference":
            visible = [seen.count - rows.shape[1] + row + 1 for row in range(rows.shape[1])]
        return self.choose(layer, rows, visible, keys, window, budget)

    def look_ahead(self, hidden, kept, parts, count):
        """Decodes pseudo tokens greedily on copies of the cache's kept tokens, whose queries are noted; their ids."""
        copy = DynamicCache()
        for layer, (keys, values) in sorted(parts.items()):
            whole = kept[layer] is None
            copy.update(keys if whole else gathered(keys, kept[layer]), values if whole else gathered(values, kept[layer]),
                        layer)
        parameters = inspect.signature(self.language_model.forward).parameters
        name = "cache" if "cache" in parameters else "past_key_values"
        room = getattr(self.model.config.get_text_config(), "max_position_embeddings", None)
        limit = self.press.m if room is None else min(self.press.m, max(1, room - count))
        ends, tokens = self.ends(), []
        self.is_looking_ahead = True
        try:
            while len(tokens) < limit:
                head = self.model.get_output_embeddings()
                token = int(head(hidden.to(head.weight.device))[0, -1].float().argmax())
                if token in ends and tokens:
                    break
                tokens.append(token)
                device = self.language_model.get_input_embeddings().weight.device
                hidden = self.language_model(
                    input_ids=torch.tensor([[token]], device=device), use_cache=True, **{name: copy},
                    position_ids=torch.tensor([[count + len(tokens) - 1]], device=device)).last_hidden_state
                if token in ends and self.press.eos == "stop":
                    break
        finally:
            self.is_looking_ahead = False
        return tokens

    def ends(self):
        if self.press.end_tokens is not None:
            return set(self.press.end_tokens)
        ends = self.model.generation_config.eos_token_id
        return set(ends if isinstance(ends, (list, tuple)) else [ends]) - {None}


def gathered(tensor, kept):
    """Keys or values [1, K, n, D] at positions [K, b]."""
    return tensor.gather(2, kept[None, ..., None].expand(-1, -1, -1, tensor.shape[-1])).contiguous()


def store(cache, layer, keys, values):
    """Puts what is left into a cache, quantized again where it was, as kvpress' presses do."""
    place = cache.layers[layer]
    if isinstance(cache, QuantizedCache):
        place._quantized_keys = place._quantize(keys, axis=place.axis_key)
        place._quantized_values = place._quantize(values, axis=place.axis_value)
        place.keys = place.values = torch.zeros(0, dtype=keys.dtype, device=keys.device)
        place.cumulative_length = keys.shape[2]
    else:
        place.keys, place.values = keys, values


PRESSES = {"laq": LAQPress(), "laq++": LAQPlusPlusPress(), "laq_m16": LAQPress(m=16), "laq++_m16": LAQPlusPlusPress(m=16)}
