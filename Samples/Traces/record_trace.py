"""Records what a transformers model makes of one prompt, for laq-tui to explore without the model (README.md beside this).

    pip install torch transformers safetensors accelerate numpy
    python record_trace.py --model Qwen/Qwen3-8B --text report.txt --question "Who pays?" --to report.safetensors
    torchrun --nproc-per-node 4 record_trace.py --tensor-parallel --model ... --to report.safetensors
    python record_trace.py --model ... --press "snapkv(compression_ratio=0.9)" "laq(budget=256, m=16)"   # kvpress' presses, too

The prompt is read in chunks through an attention function of this file's own, registered with transformers: it gets the
rotated queries and keys of every layer, and writes them into the file at once. So the host needs no memory for the trace,
and the GPU none beside the cache. Sums are in float32, block by block, whatever the model's number format.
"""
import argparse, ast, bisect, contextlib, dataclasses, glob, hashlib, inspect, itertools, json, math, os, pathlib, re, shutil
import sys

import numpy as np
import torch
import torch.distributed as dist
from transformers import AttentionInterface, AutoModelForCausalLM, AutoTokenizer, DynamicCache
from transformers.modeling_utils import ALL_ATTENTION_FUNCTIONS

DTYPES = {"F32": torch.float32, "F16": torch.float16, "BF16": torch.bfloat16, "I64": torch.int64, "U8": torch.uint8}
BLOCK_BYTES = 1 << 28  # of attention scores at a time
WINDOW, KERNEL = 32, 7  # SnapKV's, where it makes LAQ's cheap cache: the paper's, the window at most (see window())
LEAST_WINDOW = 64  # queries that laq-tui records even if no policy looks at them
PROBE = 1000  # the position at which the model's rotation is tried


@dataclasses.dataclass(frozen=True)
class Rule:
    """How a layer's scores become attention weights."""
    scale: float
    softcap: float | None
    window: int | None  # keys that a query sees at most, its own included


def scores(queries, keys, rule, rows, columns):
    """Scores in float32, -inf where a query must not look: [K, G, r, c].

    queries [K, G, r, D] at positions rows [r], keys [K, c, D] at positions columns [K or 1, c]."""
    result = torch.einsum("kgrd,kcd->kgrc", queries.float(), keys.float()).mul_(rule.scale)
    if rule.softcap is not None:
        result = result.div_(rule.softcap).tanh_().mul_(rule.softcap)
    hidden = columns[:, None] > rows[:, None]
    if rule.window is not None:
        hidden |= columns[:, None] <= rows[:, None] - rule.window
    return result.masked_fill_(hidden[:, None], -math.inf)


def attention(queries, keys, values, rule, rows, columns):
    """Attention [K, G, r, D] and the logarithm of each softmax's denominator [K, G, r], both in float32."""
    keys, values = keys.float(), values.float()
    outputs, sums = [], []
    size = max(1, BLOCK_BYTES // (4 * queries.shape[0] * queries.shape[1] * keys.shape[1]))
    for block, part in zip(rows.split(size), queries.split(size, dim=2)):
        first, end = 0, keys.shape[1]
        if len(columns) == 1:  # an unevicted cache: what no row of the block sees is left out
            start = int(columns[0, 0])
            end = int(block[-1]) + 1 - start
            first = 0 if rule.window is None else max(0, int(block[0]) + 1 - rule.window - start)
        result = scores(part, keys[:, first:end], rule, block, columns[:, first:end])
        sums.append(result.logsumexp(-1))
        weights = result.sub_(sums[-1][..., None]).exp_()
        outputs.append(torch.einsum("kgrc,kcd->kgrd", weights, values[:, first:end]))
    return torch.cat(outputs, 2), torch.cat(sums, 2)


def window(budget):
    """Tokens that SnapKV observes: as laq-tui's default never more than a third of the budget, which the paper's 32 are."""
    return min(WINDOW, max(1, budget // 3))


def snapkv(queries, keys, rule, rows, budget):
    """Positions that SnapKV keeps, ascending [K, budget]: as laq-tui's default, the scores of a group's heads averaged.

    queries [K, G, r, D] are the prompt's newest."""
    count, rows, queries = keys.shape[1], rows[-window(budget):], queries[:, :, -window(budget):]
    if budget <= len(rows):
        return torch.arange(count - budget, count, device=keys.device).expand(len(keys), -1)
    columns = torch.arange(count, device=keys.device)[None]
    received = scores(queries, keys, rule, rows, columns).softmax(-1).sum(2)[..., : count - len(rows)]
    pooled = torch.nn.functional.max_pool1d(received, KERNEL, stride=1, padding=KERNEL // 2).mean(1)
    best = pooled.sort(dim=-1, descending=True, stable=True).indices[:, : budget - len(rows)]
    return torch.cat([best.sort().values, rows.expand(len(keys), -1)], 1)


class Cache:
    """Keys, values [K, c, D] and their positions [K or 1, c] of every layer."""

    def __init__(self):
        self.layers = {}

    def extend(self, layer, keys, values, rows):
        if layer not in self.layers:
            self.layers[layer] = keys, values, rows[None]
        else:
            old = self.layers[layer]
            columns = torch.cat([old[2], rows.expand(len(old[2]), -1)], 1)
            self.layers[layer] = torch.cat([old[0], keys], 1), torch.cat([old[1], values], 1), columns
        return self.layers[layer]


class Recorder:
    """Runs a model over one prompt, and hands out what its attention sees."""

    def __init__(self, model, head_dim):
        self.model, self.config, self.head_dim = model, model.config.get_text_config(), head_dim
        self.rules, self.newest = {}, {}
        self.cache, self.rows, self.sink = Cache(), None, None
        AttentionInterface.register("laq_trace", self.attend)
        ALL_ATTENTION_FUNCTIONS["laq_trace"] = self.attend  # before an earlier recorder's, which kvpress has wrapped
        model.set_attn_implementation("laq_trace")

    def attend(self, module, query, key, value, mask, dropout=0.0, scaling=None, softcap=None, sliding_window=None,
               **others):
        """What transformers calls for attention: queries [1, H, r, D], keys and values [1, K, r, D] of the new tokens."""
        if others.get("s_aux") is not None or key.shape != value.shape or key.shape[-1] != self.head_dim:
            sys.exit(f"{type(module).__name__}: attention sinks and heads of several sizes have no place in a trace")
        layer, rows = module.layer_idx, self.rows.to(query.device)
        scale = query.shape[-1] ** -0.5 if scaling is None else float(scaling)
        rule = self.rules.setdefault(layer, Rule(scale, softcap, sliding_window))
        keys, values, columns = self.cache.extend(layer, key[0], value[0], rows)
        grouped = query[0].unflatten(0, (len(keys), -1))
        output, sums = attention(grouped, keys, values, rule, rows, columns)
        self.sink(layer, query[0], key[0], value[0], sums.flatten(0, 1))
        return output.flatten(0, 1).transpose(0, 1)[None].to(query.dtype), None

    @torch.inference_mode()
    def run(self, tokens, first, cache, sink):
        """Feeds tokens at positions from first on; the logits after the last one, in float32."""
        self.cache, self.sink = cache, sink
        self.rows = torch.arange(first, first + len(tokens))
        device = self.model.get_input_embeddings().weight.device
        inputs = {"input_ids": torch.tensor([tokens]), "position_ids": self.rows[None]}
        inputs = {name: value.to(device) for name, value in inputs.items()}
        return self.model(**inputs, use_cache=False, logits_to_keep=1).logits[0, -1].float().cpu()

    def prefill(self, tokens, chunk, sink):
        """Reads the prompt; the logits after it, and its cache."""
        cache = Cache()
        for first in range(0, len(tokens), chunk):
            def watch(layer, query, key, value, sums):
                old = self.newest.get(layer)
                self.newest[layer] = (query if old is None else torch.cat([old, query], 1))[:, -WINDOW:].clone()
                sink(layer, first, query, key, value, sums)
            logits = self.run(tokens[first : first + chunk], first, cache, watch)
        return logits, cache

    def decode(self, cache, logits, first, limit, ends, feeds_first=False):
        """Decodes greedily from the logits: the fed tokens, their queries by layer, and all logits that a token was chosen by.

        An end token is not fed, unless it is the first of a lookahead, which goes on behind it, as in the reference."""
        tokens, queries, chosen = [], {}, []
        while len(tokens) < limit:
            token = int(logits.argmax())
            chosen.append(logits)
            if token in ends and not (feeds_first and not tokens):
                break
            tokens.append(token)
            sink = lambda layer, query, *_: queries.setdefault(layer, []).append(gathered(query)[:, 0].cpu())
            logits = self.run([token], first + len(tokens) - 1, cache, sink)
        return tokens, {layer: torch.stack(rows) for layer, rows in queries.items()}, chosen

    def cheap(self, cache, budget):
        """LAQ's low-cost cache: what SnapKV keeps of the prompt, gathered."""
        copy = Cache()
        for layer, (keys, values, columns) in cache.layers.items():
            queries = self.newest[layer].unflatten(0, (len(keys), -1))
            rows = columns[0, -queries.shape[2] :]
            kept = snapkv(queries, keys, self.rules[layer], rows, min(budget, keys.shape[1]))
            place = kept[..., None].expand(-1, -1, keys.shape[-1])
            copy.layers[layer] = keys.gather(1, place), values.gather(1, place), kept
        return copy

    def rotations(self):
        """Frequencies and magnitude of each kind of rotation that the model has; none if they may depend on the prompt's
        length."""
        holders = (module for module in self.model.modules() if hasattr(module, "rotary_emb") and hasattr(module, "layers"))
        embedding = getattr(next(holders, None), "rotary_emb", None)
        types = getattr(embedding, "rope_type", None)
        types = types if isinstance(types, dict) else {"": types}
        if not set(types.values()) <= {"default", "linear", "llama3", "yarn"}:
            return []
        prefixes = [f"{name}_" if name else "" for name in types]
        return [(getattr(embedding, each + "inv_freq").float().cpu(), float(getattr(embedding, each + "attention_scaling")))
                for each in prefixes]

    def rotary(self, token):
        """The kind of rotation of each layer, None where it does not rotate; None for all if one rotates otherwise than the
        format says, such as pairs (2i, 2i + 1).

        It is tried, because no attribute of a model tells: a token that is alone sees itself wherever it stands, so a layer's
        queries and keys at PROBE are those at 0, turned."""
        kinds, seen, indices = self.rotations(), {}, []
        if not kinds:
            return None
        for position in 0, PROBE:
            sink = lambda layer, query, key, *_: seen.setdefault(layer, []).append(torch.cat([query, key]).float().cpu())
            self.run([token], position, Cache(), sink)
        frequencies = [torch.zeros(self.head_dim // 2)] + [each for each, _ in kinds]
        for _, (before, after) in sorted(seen.items()):
            errors = [misfit(before, after, each) for each in frequencies]
            best = errors.index(min(errors))
            if errors[best] > 0.03:  # bfloat16 makes 0.003, a wrong pairing 0.2 and more
                return None
            indices.append(best - 1 if best else None)
        return indices


def misfit(before, after, frequencies):
    """How far, relative to a pair's length, vectors at position 0, turned to PROBE, are from those that were seen there."""
    pairs = len(frequencies)
    before, after = (torch.complex(each[..., :pairs], each[..., pairs : 2 * pairs]) for each in (before, after))
    turned = before * torch.polar(torch.ones(pairs), PROBE * frequencies)
    return float(((turned - after).abs() / after.abs().clamp_min(1e-20)).mean())


def gathered(tensor):
    """All heads of a tensor [heads, ...], of which tensor parallelism leaves each process some."""
    if not dist.is_initialized() or dist.get_world_size() == 1:
        return tensor
    parts = [torch.empty_like(tensor, memory_format=torch.contiguous_format) for _ in range(dist.get_world_size())]
    dist.all_gather(parts, tensor.contiguous())
    return torch.cat(parts)


@dataclasses.dataclass
class Plan:
    """The tensors of the prompt: their names, types and shapes; and the size of what comes beside them."""
    layers: int
    query_heads: int
    kv_heads: int
    head_dim: int
    tokens: int
    first_query: int
    values: str  # full, norms or none
    dtype: str
    room: int  # bytes for a file's header
    appended: int  # bytes, at most, of the tensors that follow the prompt's
    shard_bytes: int | None

    def tensors(self):
        rows = self.tokens - self.first_query
        for layer in range(self.layers):
            name = f"layers.{layer}."
            yield name + "queries", self.dtype, (self.query_heads, rows, self.head_dim)
            yield name + "keys", self.dtype, (self.kv_heads, self.tokens, self.head_dim)
            if self.values == "full":
                yield name + "values", self.dtype, (self.kv_heads, self.tokens, self.head_dim)
            if self.values == "norms":
                yield name + "value_norms", "F32", (self.kv_heads, self.tokens)
            yield name + "log_sum_exp", "F32", (self.query_heads, rows)

    def files(self):
        """The tensors of each file; of more than one, the last is for what is appended."""
        files, filled = [[]], 0
        for each in self.tensors():
            size = math.prod(each[2]) * DTYPES[each[1]].itemsize
            if self.shard_bytes and filled + size > self.shard_bytes and files[-1]:
                files, filled = files + [[]], 0
            files[-1].append(each)
            filled += size
        return files + [[]] if self.shard_bytes else files

    @property
    def bytes(self):
        """Of all files at most, an index as large as a header among them."""
        files = self.files()
        sizes = (math.prod(shape) * DTYPES[dtype].itemsize for file in files for _, dtype, shape in file)
        return sum(sizes) + self.appended + (8 + self.room) * (len(files) + bool(self.shard_bytes))

    def fitted(self, limit):
        """This plan, or one with fewer queries, or one with norms in place of values, that fits; said on standard error."""
        if self.bytes <= limit:
            return self
        rows = self.tokens - self.first_query
        least = min(LEAST_WINDOW, rows)
        wanted = f"{rows} queries and {self.values} values take {self.bytes:,} bytes"
        for values in dict.fromkeys([self.values, "norms" if self.values == "full" else self.values]):
            def smaller(window):
                return dataclasses.replace(self, values=values, first_query=self.tokens - window)

            window = bisect.bisect_right(range(rows + 1), limit, key=lambda window: smaller(window).bytes) - 1
            if window >= least:
                print(f"{wanted}, the limit is {limit:,}: recording the last {window} queries and {values} values",
                      file=sys.stderr)
                return smaller(window)
        sys.exit(f"{wanted}, the limit is {limit:,}, and the last {least} queries with what is left of values take "
                 f"{smaller(least).bytes:,}: raise --max-bytes, free the disk, or record a shorter text")


class TraceFile:
    """A safetensors file that is filled in place: the prompt's tensors are mapped, small ones are appended behind them.

    The header is written last, into room that is left for it."""

    def __init__(self, path, planned, room):
        self.path, self.room, self.end, self.header = path, room // 8 * 8, 0, {}
        self.file = open(path, "w+b")
        # The widest elements first, so that every tensor is aligned to its elements.
        for name, dtype, shape in sorted(planned, key=lambda each: -DTYPES[each[1]].itemsize):
            self.describe(name, dtype, shape)
        self.file.truncate(8 + self.room + self.end)
        self.bytes = torch.from_numpy(np.memmap(self.file, np.uint8, "r+", 8 + self.room, (self.end,))) if self.end else None

    def describe(self, name, dtype, shape):
        begin, self.end = self.end, self.end + math.prod(shape) * DTYPES[dtype].itemsize
        self.header[name] = {"dtype": dtype, "shape": list(shape), "data_offsets": [begin, self.end]}

    def __getitem__(self, name):
        """A planned tensor, to write into."""
        entry = self.header[name]
        begin, end = entry["data_offsets"]
        return self.bytes[begin:end].view(DTYPES[entry["dtype"]]).view(entry["shape"])

    def append(self, tensors):
        self.file.seek(0, os.SEEK_END)
        if self.end % 8:
            tensors = {"padding": torch.zeros(8 - self.end % 8, dtype=torch.uint8)} | tensors
        names = {dtype: name for name, dtype in DTYPES.items()}
        padding = [name for name in tensors if name == "padding"]
        widest = sorted((name for name in tensors if name != "padding"), key=lambda name: -tensors[name].itemsize)
        for name in padding + widest:
            self.describe(name, names[tensors[name].dtype], tensors[name].shape)
            self.file.write(tensors[name].contiguous().view(-1).view(torch.uint8).numpy().tobytes())

    def finish(self, metadata):
        text = json.dumps({"__metadata__": metadata} | self.header, separators=(",", ":")).encode()
        assert len(text) <= self.room, f"{self.path}: a header of {len(text)} bytes, and room for {self.room}"
        self.bytes = None
        self.file.seek(0)
        self.file.write(self.room.to_bytes(8, "little") + text.ljust(self.room))
        self.file.close()


class Trace:
    """The files of a trace. They have their names once all of them are whole."""

    def __init__(self, path, plan):
        files = plan.files()
        stem, count = path.name.removesuffix(".safetensors"), len(files)
        self.names = [path.name]
        if plan.shard_bytes:  # the index comes last: what it names is there before it
            self.names = [f"{stem}-{i + 1:05}-of-{count:05}.safetensors" for i in range(count)] + [path.name + ".index.json"]
        self.path, self.files, self.placed = path, [], []
        try:
            for name, planned in zip(self.names, files):
                self.files.append(TraceFile(self.part(name), planned, plan.room))
        except BaseException:
            self.discard()
            raise
        self.places = {name: file for file in self.files for name in file.header}

    def __getitem__(self, name):
        return self.places[name][name]

    def part(self, name):
        return self.path.with_name(name + ".part")

    def discard(self):
        for path in [self.part(name) for name in self.names] + self.placed:
            path.unlink(missing_ok=True)

    def finish(self, tensors, description):
        self.files[-1].append(tensors)
        for file in self.files:
            file.finish({"format": "pt", "laq_trace": json.dumps(description)})
        if len(self.names) > len(self.files):
            index = {name: place for file, place in zip(self.files, self.names) for name in file.header if name != "padding"}
            total = sum(file.end for file in self.files)
            text = json.dumps({"metadata": {"total_size": total}, "weight_map": index}, indent=1)
            self.part(self.names[-1]).write_text(text)
        for name in self.names:
            os.replace(self.part(name), self.path.with_name(name))
            self.placed.append(self.path.with_name(name))
        self.placed.clear()  # whole: nothing that fails later takes it away


@dataclasses.dataclass
class Prompt:
    """What the model reads; ranges are the tokens' bytes in the text, empty for what was put around it."""
    whole: bytes
    ids: list
    text: bytes
    ranges: list
    question_tokens: int | None
    question: list | None  # the question's own tokens, and those behind it


def read_prompt(tokenizer, text, question=None, chat=False, system=None):
    """Tokenizes a text with its question behind it, and the turns of a chat around both."""
    text = text.decode("utf-8", "replace")
    whole = text
    if question:
        whole += "\n" * (2 - min(2, len(text) - len(text.rstrip("\n")))) + question
    start, turn = 0, len(whole)
    if chat:
        turns = [{"role": "system", "content": system}] if system else []
        rendered = tokenizer.apply_chat_template(
            turns + [{"role": "user", "content": whole}], tokenize=False, add_generation_prompt=True)
        if whole not in rendered:  # many templates strip a turn
            text, whole = (text.strip(), whole.strip()) if not question else (text.lstrip(), whole.strip())
        start = rendered.rfind(whole)
        if start < 0:
            sys.exit("the chat template changes the text; record it without --chat")
        whole, turn = rendered, start + len(whole)
    encoded = tokenizer(whole, add_special_tokens=not chat, return_offsets_mapping=True)
    byte = list(itertools.accumulate((len(c.encode()) for c in whole), initial=0))
    first, last = byte[start], byte[start + len(text)]
    ids, ranges, end = encoded["input_ids"], [], 0
    if not ids:
        sys.exit("the text is empty, and this tokenizer puts nothing before it: there is no token to read")
    offsets = [(byte[a], byte[b]) for a, b in encoded["offset_mapping"]]
    for index, (a, b) in enumerate(offsets):
        following = offsets[index + 1] if index + 1 < len(offsets) else (b, b)
        a = max(a, end)
        if a < b and following[0] < b < following[1] + 1:  # tokens that share a character: bytes of it each
            b = min(b, a + len(piece(tokenizer, ids[index])))
        end = max(end, b)
        ranges.append((min(max(a, first), last) - first, min(max(end, first), last) - first))
    behind = sum(a >= last and b > a for a, b in offsets)
    if not (question and behind):
        return Prompt(whole.encode(), ids, text.encode(), ranges, None, None)
    begin = max(last, byte[turn] - len(question.encode()))
    own = [sum(a < byte[turn] and b > begin for a, b in offsets), sum(a >= byte[turn] for a, b in offsets)]
    return Prompt(whole.encode(), ids, text.encode(), ranges, behind, own)


# GPT-2's letters for bytes: printable ones for themselves, the others from U+0100 on.
PRINTABLE = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
LETTERS = {chr(b): b for b in PRINTABLE} | {
    chr(256 + i): b for i, b in enumerate(b for b in range(256) if b not in PRINTABLE)}


def piece(tokenizer, token):
    """The bytes that a token stands for; none for begin-of-text and the like."""
    text = tokenizer.convert_ids_to_tokens(token) or ""
    if token in tokenizer.added_tokens_decoder:
        return b"" if tokenizer.added_tokens_decoder[token].special else text.encode()
    if "ByteLevel" in repr(tokenizer.backend_tokenizer.decoder) and all(c in LETTERS for c in text):
        return bytes(LETTERS[c] for c in text)
    if re.fullmatch("<0x[0-9A-F]{2}>", text):
        return bytes.fromhex(text[3:5])
    return text.replace("\u2581", " ").encode()


def vocabulary(tokenizer, ids):
    """The tensors that say what ids stand for."""
    pieces = [piece(tokenizer, token) for token in ids]
    offsets = list(itertools.accumulate(map(len, pieces), initial=0))
    return {"vocabulary.ids": torch.tensor(ids), "vocabulary.offsets": torch.tensor(offsets),
            "vocabulary.bytes": torch.tensor(list(b"".join(pieces)), dtype=torch.uint8)}


def planned(model, prompt, options):
    """The tensors of the prompt that the options ask for and that there is room for."""
    config, count = model.config.get_text_config(), len(prompt.ids)
    layers, heads, budgets = config.num_hidden_layers, config.num_attention_heads, len(options.budgets)
    head_dim = getattr(config, "head_dim", None) or config.hidden_size // heads
    window = count if options.queries == ["all"] else min(count, int(options.queries[1]))
    dtype = options.dtype or {dtype: name for name, dtype in DTYPES.items()}.get(model.dtype, "F32")
    # Of a header: an entry for each tensor and each layer's rule.
    room = 4096 + layers * 160 * (9 + budgets) + 10 * options.lookahead * budgets + 240 * len(options.press)
    fed = options.steps + options.lookahead * budgets
    rows = fed + (config.hidden_size if options.output_projection else 0)
    words = min(config.vocab_size, len(set(prompt.ids)) + fed + options.steps * options.top)
    appended = (layers * rows * heads * head_dim * DTYPES[dtype].itemsize + len(prompt.text) + 24 * count
                + 12 * options.steps * (options.top + 1)
                + 80 * words  # 64 bytes of text each are more than a vocabulary has on average
                + 4 * head_dim + 16)  # frequencies, and what aligns them
    kv_heads = getattr(config, "num_key_value_heads", None) or heads
    appended += len(options.press) * layers * kv_heads * count + sum(len(name.encode()) for name in options.press)
    plan = Plan(layers, heads, kv_heads, head_dim, count, count - window, options.values, dtype, room, appended,
                options.shard_bytes)
    free = shutil.disk_usage(options.to.resolve().parent).free
    return plan.fitted(min(free, options.max_bytes or free))


def projections(model):
    """The weight of each layer's o_proj, None where it has none."""
    return {module.layer_idx: getattr(module.o_proj, "weight", None)
            for module in model.modules() if hasattr(module, "o_proj") and hasattr(module, "layer_idx")}


def refuse_what_a_trace_cannot_say(model, plan, options):
    """Ends the program before the pass where the trace would be wrong or lack what was asked for."""
    config = model.config.get_text_config()
    chunk, decoded = getattr(config, "attention_chunk_size", None), max(options.steps, options.lookahead)
    if "chunked_attention" in (getattr(config, "layer_types", None) or []) and plan.tokens + decoded > chunk:
        sys.exit(f"{plan.tokens} tokens and up to {decoded} decoded ones, and layers that attend within chunks of {chunk}, "
                 "for which a trace has no rule: record a shorter text, or fewer --steps")
    shape, weights = (config.hidden_size, plan.query_heads * plan.head_dim), projections(model)
    if options.output_projection and not (len(weights) == plan.layers and all(
            weight is not None and not weight.is_meta and weight.shape == shape and weight.dtype in list(DTYPES.values())[:3]
            for weight in weights.values())):
        sys.exit("--output-projection needs the weight of every layer's o_proj, whole, unquantized and not offloaded: give "
                 "the model more memory (--device-map cpu takes the host's), or leave the option out")


def known_presses():
    """kvpress' presses and LAQ's, by their classes' names and by those in small letters without Press."""
    try:
        import kvpress
    except ImportError as error:
        sys.exit(f"--press needs kvpress ({error}): pip install kvpress")
    classes = {name: each for name, each in vars(kvpress).items() if inspect.isclass(each)
               and issubclass(each, kvpress.presses.base_press.BasePress)}
    folder = pathlib.Path(__file__).resolve().parent.parent / "Kvpress"
    for place in folder, pathlib.Path(__file__).resolve().parent:  # where it lies in the repository, and a copy beside this
        if (place / "laq_press.py").exists():
            sys.path.append(str(place))
            import laq_press
            classes |= {each.__name__: each for each in (laq_press.LAQPress, laq_press.LAQPlusPlusPress)}
            break
    short = {name.removesuffix("Press").lower(): each for name, each in classes.items()}
    return short | {name.lower(): each for name, each in classes.items()}


def make_press(text, presses):
    """The press that a text names, with settings and presses inside it as Python writes them: a call or a name alone."""
    def refuse(reason):
        sys.exit(f"--press {text}: {reason}; write NAME or NAME(setting=value, ...), as snapkv(compression_ratio=0.9) or "
                 "adakv(snapkv(compression_ratio=0.9))")

    def made(node):
        if isinstance(node, (ast.Call, ast.Name)):
            name = getattr(node.func if isinstance(node, ast.Call) else node, "id", "").lower()
            if name not in presses:
                close = ", ".join(sorted(each for each in presses if not each.endswith("press")))
                refuse(f"there is no press {name or 'of this form'}; there are {close}")
            if isinstance(node, ast.Name):
                return presses[name]()
            return presses[name](*map(made, node.args), **{each.arg: made(each.value) for each in node.keywords})
        if isinstance(node, (ast.List, ast.Tuple)):
            return [made(each) for each in node.elts]
        return ast.literal_eval(node)

    try:
        return made(ast.parse(text, mode="eval").body)
    except (SyntaxError, TypeError, ValueError, AssertionError) as error:
        refuse(str(error) or type(error).__name__)


@contextlib.contextmanager
def former_names():
    """Hooks that are registered meanwhile are told what newer transformers call otherwise, or no longer tell attention."""
    register = torch.nn.Module.register_forward_hook

    def registering(module, hook, **options):
        def told(module, arguments, words, output):
            if "cache" in words and "past_key_values" not in words:
                positions = {"cache_position": words["position_ids"][0]} if "position_ids" in words else {}
                words = {"past_key_values": words["cache"]} | positions | words
            return hook(module, arguments, words, output)
        return register(module, told if options.get("with_kwargs") else hook, **options)

    torch.nn.Module.register_forward_hook = registering
    try:
        yield
    finally:
        torch.nn.Module.register_forward_hook = register


def kept_by(name, press, model, tokens):
    """Which of the prompt's tokens a press keeps, booleans [layers, K, n]: those whose keys and values are left in the cache,
    or are not among those that it masks."""
    layers = [each for each in model.modules()
              if hasattr(each, "layer_idx") and (hasattr(each, "k_proj") or hasattr(each, "qkv_proj"))]
    whole, cache, former = {}, DynamicCache(), model.config._attn_implementation

    def copy(module, arguments, words, output):  # registered first, it comes before the press evicts
        place = cache.layers[module.layer_idx]
        if module.layer_idx not in whole and place.keys.shape[2] == len(tokens):
            whole[module.layer_idx] = place.keys[0].to("cpu", copy=True), place.values[0].to("cpu", copy=True)

    for module in layers:
        module.masked_key_indices = None
    if type(press).__name__ == "ObservedAttentionPress":  # eager alone hands out its weights
        model.set_attn_implementation("eager")
    elif former == "laq_trace":  # the recorder's, of an earlier trace
        model.set_attn_implementation("sdpa")
    device = model.get_input_embeddings().weight.device
    hooks = [module.register_forward_hook(copy, with_kwargs=True) for module in layers]
    try:
        with torch.inference_mode(), former_names(), press(model):
            named = "cache" if "cache" in inspect.signature(model.model.forward).parameters else "past_key_values"
            model.model(input_ids=torch.tensor([tokens], device=device), use_cache=True, **{named: cache})
    except (AttributeError, KeyError, NotImplementedError, RuntimeError, TypeError, ValueError, AssertionError) as error:
        sys.exit(f"--press {name}: it does not work with this model, prompt and transformers ({type(error).__name__}: "
                 f"{error}); leave it out, or take versions that go together: kvpress 0.5.5 asks for transformers 4.56 to 5.2")
    finally:
        for hook in hooks:
            hook.remove()
        model.set_attn_implementation(former)
    kept = []
    for module in sorted(layers, key=lambda module: module.layer_idx):
        keys, values = whole[module.layer_idx]
        masked = module.masked_key_indices
        module.masked_key_indices = None
        if masked is not None:
            flags = torch.ones(len(keys), len(tokens), dtype=torch.bool)
            flags[masked[1].cpu(), masked[2].cpu()] = False
        else:
            left = cache.layers[module.layer_idx]
            pairs = zip(keys, values, left.keys[0].cpu(), left.values[0].cpu())
            flags = torch.stack([found(*each, f"--press {name}: layer {module.layer_idx}, KV head {head}")
                                 for head, each in enumerate(pairs)])
        kept.append(flags)
    kept = torch.stack(kept)
    if bool(kept.all()):
        sys.exit(f"--press {name}: it keeps every token of this prompt; give it a setting as compression_ratio=0.9, or leave "
                 "it out (what evicts while decoding, or shortens keys, keeps no set of the prompt's tokens)")
    return kept


def found(keys, values, left_keys, left_values, place):
    """Which rows of keys and values [n, D] are left: by both; where a press turns keys or adds to values, by the other."""
    def rows(*parts):
        return [row.tobytes() for row in torch.cat(parts, -1).contiguous().view(torch.uint8).numpy()]

    flags = torch.zeros(len(keys), dtype=torch.bool)
    for choose in (lambda k, v: (k, v)), (lambda k, v: (k,)), (lambda k, v: (v,)):
        positions = {}
        for position, row in enumerate(rows(*choose(keys, values))):
            positions.setdefault(row, []).append(position)
        chosen = [positions[row].pop(0) for row in rows(*choose(left_keys, left_values)) if positions.get(row)]
        if len(chosen) == len(left_keys):
            flags[chosen] = True
            return flags
    sys.exit(f"{place}: what is left in the cache is none of the prompt's keys or values; such a press cannot be recorded")


def press_tensors(names, model, prompt):
    """What each press that was asked for keeps, as a trace has it; each reads the prompt once more, with the model's own
    attention and a whole cache."""
    presses, tensors = known_presses() if names else {}, {}
    made = [(name, make_press(name, presses)) for name in names]
    for index, (name, press) in enumerate(made):
        tensors[f"presses.{index}.name"] = torch.tensor(list(name.encode()), dtype=torch.uint8)
        tensors[f"presses.{index}.kept"] = kept_by(name, press, model, prompt.ids).flatten().to(torch.uint8)
    return tensors


def read(recorder, prompt, plan, trace, chunk):
    """Passes the prompt through the model into the trace, if this process writes one; the logits after it, and its cache."""
    def write(layer, first, query, key, value, sums):
        query, key, value, sums = map(gathered, (query, key, value, sums))
        if not trace:
            return
        end, skipped = first + query.shape[1], max(0, plan.first_query - first)
        name, place = f"layers.{layer}.", slice(first + skipped - plan.first_query, end - plan.first_query)
        if skipped < query.shape[1]:
            trace[name + "queries"][:, place].copy_(query[:, skipped:])
            trace[name + "log_sum_exp"][:, place].copy_(sums[:, skipped:])
        trace[name + "keys"][:, first:end].copy_(key)
        if plan.values == "full":
            trace[name + "values"][:, first:end].copy_(value)
        if plan.values == "norms":
            trace[name + "value_norms"][:, first:end].copy_(value.float().norm(dim=-1))

    result = recorder.prefill(prompt.ids, chunk, write)
    if len(recorder.rules) != plan.layers:
        sys.exit(f"{len(recorder.rules)} of {plan.layers} layers attend by softmax: a trace has no place for the others")
    return result


def fill(trace, recorder, tokenizer, prompt, plan, options, presses):
    """Runs the model; writes the trace in the process that has it, and what presses keep with it."""
    model, count, rotations, rotary = recorder.model, plan.tokens, recorder.rotations(), recorder.rotary(prompt.ids[0])
    # A rotation that depends on the prompt's length must see all of it.
    logits, cache = read(recorder, prompt, plan, trace, options.chunk if rotations else count)
    ends = model.generation_config.eos_token_id
    ends = {tokenizer.eos_token_id, *(ends if isinstance(ends, list) else [ends])} - {None}
    tensors, lookaheads = {}, []

    def keep(prefix, queries):
        tensors.update({f"layers.{layer}.{prefix}queries": rows.to(DTYPES[plan.dtype]) for layer, rows in queries.items()})

    for index, budget in enumerate(dict.fromkeys(min(budget, count) for budget in options.budgets)):
        tokens, queries, _ = recorder.decode(
            recorder.cheap(cache, budget), logits, count, options.lookahead, ends, feeds_first=True)
        keep(f"lookaheads.{index}.", queries)
        lookaheads.append({"scorer": f"snapkv(w={window(budget)})", "budget": budget, "granularity": "kv", "tokens": tokens,
                           "limit": options.lookahead})
    answer, queries, chosen = recorder.decode(cache, logits, count, options.steps, ends)
    keep("decode_", queries)
    if not trace:
        return
    if options.output_projection:
        for layer, weight in projections(model).items():
            tensors[f"layers.{layer}.output_projection"] = weight.detach().to("cpu", DTYPES[plan.dtype])
    chosen = torch.stack(chosen)
    top = chosen.topk(min(options.top, chosen.shape[1]), dim=-1)
    occurring = {*prompt.ids, *answer, *top.indices.flatten().tolist(), *(t for each in lookaheads for t in each["tokens"])}
    tensors |= presses | vocabulary(tokenizer, sorted(occurring)) | {
        "tokens": torch.tensor(prompt.ids), "token_bytes": torch.tensor(prompt.ranges),
        "text": torch.tensor(list(prompt.text), dtype=torch.uint8), "answer": torch.tensor(answer, dtype=torch.int64),
        "answer_top_ids": top.indices, "answer_top_logits": top.values, "answer_log_sum_exp": chosen.logsumexp(-1)}
    description = {
        "version": 1, "model": pathlib.PurePath(options.model).name, "recorder": "record_trace.py",
        "name": "standard input" if str(options.text) == "-" else options.text.name,
        "sha256": hashlib.sha256(prompt.whole).hexdigest(), "layers": plan.layers, "query_heads": plan.query_heads,
        "kv_heads": plan.kv_heads, "head_dim": plan.head_dim, "tokens": count, "first_query": plan.first_query,
        "attention": [dataclasses.asdict(rule) for _, rule in sorted(recorder.rules.items())], "lookaheads": lookaheads}
    if prompt.question_tokens:
        description |= {"question_tokens": prompt.question_tokens, "question": prompt.question}
    if rotary:
        tensors |= {f"rotary.{index}.frequencies": each for index, (each, _) in enumerate(rotations)}
        description |= {"rotary": rotary, "rotary_magnitude": [magnitude for _, magnitude in rotations]}
    trace.finish(tensors, description)
    print(f"{options.to}: {count} tokens, {plan.layers} layers, {len(answer)} answer tokens", file=sys.stderr)


def record(model, tokenizer, prompt, options):
    """Records a trace as the options say; nothing is left of one that fails."""
    plan = planned(model, prompt, options)
    refuse_what_a_trace_cannot_say(model, plan, options)
    presses = press_tensors(options.press, model, prompt)
    writes = not dist.is_initialized() or dist.get_rank() == 0
    trace = Trace(options.to, plan) if writes else None
    try:
        fill(trace, Recorder(model, plan.head_dim), tokenizer, prompt, plan, options, presses)
    except BaseException:
        if trace:
            trace.discard()
        raise


def parse(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    add = parser.add_argument
    add("--model", required=True, help="a folder, or a name on the Hugging Face Hub")
    add("--text", required=True, type=pathlib.Path, help="the text, a file; - reads standard input")
    add("--question", help="put behind the text, with an empty line between them")
    add("--chat", action="store_true", help="make it a user's turn, by the tokenizer's own chat template")
    add("--system", help="with --chat: the system's turn before it")
    add("--to", required=True, type=pathlib.Path, help="the trace, .safetensors; with --shard-bytes, of its index")
    add("--queries", nargs="+", default=["all"], help="all, or: window N, the newest N")
    add("--values", choices=["full", "norms", "none"], default="full")
    add("--dtype", choices=list(DTYPES)[:3], help="of the recorded vectors; default: the model's")
    add("--model-dtype", default="auto", help="bfloat16, float32, ...; default: as the checkpoint")
    add("--steps", type=int, default=64, help="answer tokens at most")
    add("--top", type=int, default=16, help="logits that are kept of each step")
    add("--lookahead", type=int, default=8, help="LAQ's pseudo tokens at most")
    add("--budgets", type=int, nargs="*", default=[48, 256, 1024], help="of LAQ's cheap caches, tokens per KV head")
    add("--press", nargs="+", default=[], metavar="NAME[(settings)]",
        help="record what a press of kvpress, or LAQ's (Samples/Kvpress), keeps: snapkv(compression_ratio=0.9)")
    add("--output-projection", action="store_true", help="record o_proj's weights, for +critical")
    add("--max-bytes", type=int, help="of the trace; fewer queries are recorded if it would be larger")
    add("--shard-bytes", type=int, help="of a file of the trace; more files and an index are written")
    add("--force", action="store_true", help="replace a trace that is there")
    add("--chunk", type=int, default=4096, help="prompt tokens that are read at a time")
    add("--device-map", help="as in transformers; default: auto where there is an accelerator")
    add("--tensor-parallel", action="store_true", help="one process for each GPU, under torchrun")
    options = parser.parse_args(arguments)
    if options.queries != ["all"] and not re.fullmatch(r"window \d+", " ".join(options.queries)):
        parser.error("--queries takes all, or window and a number")
    if min(options.steps, options.top, options.lookahead, options.chunk, *options.budgets, 1) < 1:
        parser.error("--steps, --top, --lookahead, --chunk and --budgets count from 1")
    if options.tensor_parallel and options.output_projection:
        parser.error("--output-projection needs the model in one process: leave out --tensor-parallel, which --device-map "
                     "auto replaces, or leave out the projection")
    if options.tensor_parallel and options.press:
        parser.error("--press needs the model in one process: leave out --tensor-parallel, which --device-map auto "
                     "replaces, or leave out the presses")
    if options.tensor_parallel and str(options.text) == "-":
        parser.error("--tensor-parallel has several processes, which cannot share standard input: give --text a file")
    return options


def check_files(options):
    """Ends the program where the trace cannot be written, or would replace another file."""
    folder, name = options.to.parent, glob.escape(options.to.name.removesuffix(".safetensors"))
    if not (folder.is_dir() and os.access(folder, os.W_OK)):
        sys.exit(f"--to {options.to}: there is no folder {folder} to write into; make it, or name another")
    if options.to.is_dir():
        sys.exit(f"--to {options.to} is a folder: name a file in it")
    digits = "[0-9]" * 5
    files = [options.to]
    if options.shard_bytes:
        index = options.to.with_name(options.to.name + ".index.json")
        files = [*folder.glob(f"{name}-{digits}-of-{digits}.safetensors"), index]
    there = next((path for path in files if path.exists()), None)
    if there and not options.force:
        sys.exit(f"{there} is there already: --force replaces it, or name another file with --to")


def asked_prompt(tokenizer, options):
    try:
        text = sys.stdin.buffer.read() if str(options.text) == "-" else options.text.read_bytes()
    except OSError as error:
        sys.exit(f"--text {options.text} cannot be read: {error.strerror}")
    return read_prompt(tokenizer, text, options.question, options.chat, options.system)


def load_model(options):
    place = {"device_map": options.device_map or ("auto" if torch.accelerator.is_available() else None)}
    if options.tensor_parallel:
        place = {"tp_plan": "auto"}
    return AutoModelForCausalLM.from_pretrained(options.model, dtype=options.model_dtype, **place).eval()


def main(arguments=None):
    options = parse(arguments)
    check_files(options)
    tokenizer = AutoTokenizer.from_pretrained(options.model)
    prompt = asked_prompt(tokenizer, options)
    record(load_model(options), tokenizer, prompt, options)


if __name__ == "__main__":
    main()
