"""Records what a transformers model makes of one prompt, for laq-tui to explore without the model (README.md beside this).

    pip install torch transformers safetensors accelerate numpy
    python record_trace.py --model Qwen/Qwen3-8B --text report.txt --question "Who pays?" --to report.safetensors
    torchrun --nproc-per-node 4 record_trace.py --tensor-parallel --model ... --to report.safetensors

The prompt is read in chunks through an attention function of this file's own, registered with transformers: it gets the
rotated queries and keys of every layer, and writes them into the file at once. So the host needs no memory for the trace,
and the GPU none beside the cache. Sums are in float32, block by block, whatever the model's number format.
"""
import argparse, dataclasses, hashlib, itertools, json, math, os, pathlib, re, shutil, sys

import numpy as np
import torch
import torch.distributed as dist
from transformers import AttentionInterface, AutoModelForCausalLM, AutoTokenizer

DTYPES = {"F32": torch.float32, "F16": torch.float16, "BF16": torch.bfloat16, "I64": torch.int64, "U8": torch.uint8}
BLOCK_BYTES = 1 << 28  # of attention scores at a time
WINDOW, KERNEL = 32, 7  # SnapKV's, where it makes LAQ's cheap cache: laq-tui's defaults, which are the paper's
LEAST_WINDOW = 64  # queries that laq-tui records even if no policy looks at them


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
            end = int(block[-1]) + 1
            first = 0 if rule.window is None else max(0, int(block[0]) + 1 - rule.window)
        result = scores(part, keys[:, first:end], rule, block, columns[:, first:end])
        sums.append(result.logsumexp(-1))
        weights = result.sub_(sums[-1][..., None]).exp_()
        outputs.append(torch.einsum("kgrc,kcd->kgrd", weights, values[:, first:end]))
    return torch.cat(outputs, 2), torch.cat(sums, 2)


def snapkv(queries, keys, rule, rows, budget):
    """Positions that SnapKV keeps, ascending [K, budget]: as laq-tui's default, the scores of a group's heads averaged.

    queries [K, G, r, D] are the prompt's newest."""
    count = keys.shape[1]
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
        model.set_attn_implementation("laq_trace")

    def attend(self, module, query, key, value, mask, scaling=None, softcap=None, sliding_window=None, **others):
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

        An end token is not fed, unless it is the first of a lookahead, as in the reference."""
        tokens, queries, chosen = [], {}, []
        while len(tokens) < limit:
            token = int(logits.argmax())
            chosen.append(logits)
            if token in ends and not (feeds_first and not tokens):
                break
            tokens.append(token)
            sink = lambda layer, query, *_: queries.setdefault(layer, []).append(gathered(query)[:, 0].cpu())
            logits = self.run([token], first + len(tokens) - 1, cache, sink)
            if token in ends:
                break
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

    def rotary(self):
        """Distinct frequencies, their magnitudes, and each layer's index among them; None for a kind that depends on the
        prompt's length."""
        holder = next((m for m in self.model.modules() if hasattr(m, "rotary_emb") and hasattr(m, "layers")), None)
        if holder is None:
            return None
        embedding, kinds = holder.rotary_emb, ["default", "linear", "llama3", "yarn"]
        types = embedding.rope_type if isinstance(embedding.rope_type, dict) else {"": embedding.rope_type}
        if not set(types.values()) <= set(kinds):
            return None
        prefixes = {name: f"{name}_" if name else "" for name in types}
        frequencies = [getattr(embedding, prefix + "inv_freq").float().cpu() for prefix in prefixes.values()]
        magnitudes = [float(getattr(embedding, prefix + "attention_scaling")) for prefix in prefixes.values()]
        names, indices = list(types), []
        for layer in range(self.config.num_hidden_layers):
            rotates = getattr(holder.layers[layer].self_attn, "use_rope", True)
            kind = names.index(self.config.layer_types[layer]) if len(names) > 1 else 0
            indices.append(kind if rotates else None)
        return frequencies, magnitudes, indices


def gathered(tensor):
    """All heads of a tensor [heads, ...], of which tensor parallelism leaves each process some."""
    if not dist.is_initialized() or dist.get_world_size() == 1:
        return tensor
    parts = [torch.empty_like(tensor, memory_format=torch.contiguous_format) for _ in range(dist.get_world_size())]
    dist.all_gather(parts, tensor.contiguous())
    return torch.cat(parts)


@dataclasses.dataclass
class Plan:
    """The tensors of the prompt: their names, types and shapes."""
    layers: int
    query_heads: int
    kv_heads: int
    head_dim: int
    tokens: int
    first_query: int
    values: str  # full, norms or none
    dtype: str

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

    @property
    def bytes(self):
        return sum(math.prod(shape) * DTYPES[dtype].itemsize for _, dtype, shape in self.tensors())

    def fitted(self, limit):
        """This plan, or one with fewer queries, or one with norms in place of values, that fits; said on standard error."""
        if self.bytes <= limit:
            return self
        wanted = f"{self.tokens - self.first_query} queries and {self.values} values take {self.bytes:,} bytes"
        for values in dict.fromkeys([self.values, "norms" if self.values == "full" else self.values]):
            none = dataclasses.replace(self, values=values, first_query=self.tokens)
            each = dataclasses.replace(none, first_query=self.tokens - 1).bytes - none.bytes
            window = min(self.tokens - self.first_query, (limit - none.bytes) // each)
            if window >= min(LEAST_WINDOW, self.tokens - self.first_query):
                print(f"{wanted}, the limit is {limit:,}: recording the last {window} queries and {values} values", file=sys.stderr)
                return dataclasses.replace(none, first_query=self.tokens - window)
        least = none.bytes + each * min(LEAST_WINDOW, self.tokens - self.first_query)
        sys.exit(f"{wanted}, the limit is {limit:,}, and the last {min(LEAST_WINDOW, self.tokens)} queries with what is left "
                 f"of values take {least:,}: raise --max-bytes, free the disk, or record a shorter text")


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
    """The files of a trace. They have their names once they are whole."""

    def __init__(self, path, plan, options):
        self.path, shards, shard_bytes = path, [[]], options.shard_bytes
        for each in plan.tensors():
            size = sum(math.prod(shape) * DTYPES[dtype].itemsize for _, dtype, shape in shards[-1] + [each])
            if shard_bytes and size > shard_bytes and shards[-1]:
                shards.append([])
            shards[-1].append(each)
        if shard_bytes:
            shards.append([])  # for what is appended
        stem, count = path.name.removesuffix(".safetensors"), len(shards)
        self.names = [f"{stem}-{i + 1:05}-of-{count:05}.safetensors" for i in range(count)] if shard_bytes else [path.name]
        # Of the header: an entry for each tensor and each layer's rule.
        room = 4096 + plan.layers * 160 * (9 + len(options.budgets)) + 10 * options.lookahead * len(options.budgets)
        self.files = [TraceFile(path.with_name(name + ".part"), shard, room) for name, shard in zip(self.names, shards)]
        self.places = {name: file for file in self.files for name in file.header}

    def __getitem__(self, name):
        return self.places[name][name]

    def discard(self):
        for file in self.files:
            pathlib.Path(file.path).unlink(missing_ok=True)

    def finish(self, tensors, description):
        self.files[-1].append(tensors)
        for file, name in zip(self.files, self.names):
            file.finish({"format": "pt", "laq_trace": json.dumps(description)})
            os.replace(file.path, self.path.with_name(name))
        if len(self.files) > 1:
            index = {name: place for file, place in zip(self.files, self.names) for name in file.header if name != "padding"}
            total = sum(file.end for file in self.files)
            text = json.dumps({"metadata": {"total_size": total}, "weight_map": index}, indent=1)
            self.path.with_name(self.path.name + ".index.json").write_text(text)


@dataclasses.dataclass
class Prompt:
    """What the model reads; ranges are the tokens' bytes in the text, empty for what was put around it."""
    whole: bytes
    ids: list
    text: bytes
    ranges: list
    question_tokens: int | None


def read_prompt(tokenizer, text, question=None, chat=False, system=None):
    """Tokenizes a text with its question behind it, and the turns of a chat around both."""
    text = text.decode("utf-8", "replace")
    whole = text
    if question:
        whole += "\n" * (2 - min(2, len(text) - len(text.rstrip("\n")))) + question
    start = 0
    if chat:
        turns = [{"role": "system", "content": system}] if system else []
        rendered = tokenizer.apply_chat_template(
            turns + [{"role": "user", "content": whole}], tokenize=False, add_generation_prompt=True)
        if whole not in rendered:  # many templates strip a turn
            text, whole = (text.strip(), whole.strip()) if not question else (text.lstrip(), whole.strip())
        start = rendered.rfind(whole)
        if start < 0:
            sys.exit("the chat template changes the text; record it without --chat")
        whole = rendered
    encoded = tokenizer(whole, add_special_tokens=not chat, return_offsets_mapping=True)
    byte = list(itertools.accumulate((len(c.encode()) for c in whole), initial=0))
    first, last = byte[start], byte[start + len(text)]
    ids, ranges, end = encoded["input_ids"], [], 0
    offsets = [(byte[a], byte[b]) for a, b in encoded["offset_mapping"]]
    for index, (a, b) in enumerate(offsets):
        following = offsets[index + 1] if index + 1 < len(offsets) else (b, b)
        a = max(a, end)
        if a < b and following[0] < b < following[1] + 1:  # tokens that share a character: bytes of it each
            b = min(b, a + len(piece(tokenizer, ids[index])))
        end = max(end, b)
        ranges.append((min(max(a, first), last) - first, min(max(end, first), last) - first))
    behind = sum(a >= last and b > a for a, b in offsets)
    return Prompt(whole.encode(), ids, text.encode(), ranges, behind if question and behind else None)


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
    heads = config.num_attention_heads
    window = count if options.queries == ["all"] else min(count, int(options.queries[1]))
    names = {dtype: name for name, dtype in DTYPES.items()}
    plan = Plan(
        config.num_hidden_layers, heads, getattr(config, "num_key_value_heads", None) or heads,
        getattr(config, "head_dim", None) or config.hidden_size // heads, count, count - window, options.values,
        options.dtype or names.get(model.dtype, "F32"))
    free = shutil.disk_usage(options.to.resolve().parent).free
    return plan.fitted(min(free, options.max_bytes or free))


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


def fill(trace, recorder, tokenizer, prompt, plan, options):
    """Runs the model; writes the trace in the process that has it."""
    model, count, rotary = recorder.model, plan.tokens, recorder.rotary()
    # A rotation that depends on the prompt's length must see all of it.
    logits, cache = read(recorder, prompt, plan, trace, options.chunk if rotary else count)
    ends = model.generation_config.eos_token_id
    ends = {tokenizer.eos_token_id, *(ends if isinstance(ends, list) else [ends])} - {None}
    tensors, lookaheads = {}, []

    def keep(prefix, queries):
        tensors.update({f"layers.{layer}.{prefix}queries": rows.to(DTYPES[plan.dtype]) for layer, rows in queries.items()})

    for index, budget in enumerate(dict.fromkeys(min(budget, count) for budget in options.budgets)):
        tokens, queries, _ = recorder.decode(
            recorder.cheap(cache, budget), logits, count, options.lookahead, ends, feeds_first=True)
        keep(f"lookaheads.{index}.", queries)
        lookaheads.append({"scorer": "snapkv", "budget": budget, "granularity": "kv", "tokens": tokens,
                           "limit": options.lookahead})
    answer, queries, chosen = recorder.decode(cache, logits, count, options.steps, ends)
    keep("decode_", queries)
    if not trace:
        return
    if options.output_projection:
        for module in model.modules():
            if hasattr(module, "o_proj") and hasattr(module, "layer_idx"):
                weight = module.o_proj.weight.detach()
                weight = weight.full_tensor() if hasattr(weight, "full_tensor") else weight
                tensors[f"layers.{module.layer_idx}.output_projection"] = weight.to("cpu", DTYPES[plan.dtype])
    chosen = torch.stack(chosen)
    top = chosen.topk(min(options.top, chosen.shape[1]), dim=-1)
    occurring = {*prompt.ids, *answer, *top.indices.flatten().tolist(), *(t for each in lookaheads for t in each["tokens"])}
    tensors |= vocabulary(tokenizer, sorted(occurring)) | {
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
        description["question_tokens"] = prompt.question_tokens
    if rotary:
        tensors |= {f"rotary.{index}.frequencies": each for index, each in enumerate(rotary[0])}
        description |= {"rotary": rotary[2], "rotary_magnitude": rotary[1]}
    trace.finish(tensors, description)
    print(f"{options.to}: {count} tokens, {plan.layers} layers, {len(answer)} answer tokens", file=sys.stderr)


def record(model, tokenizer, options):
    """Records a trace as the options say; nothing is left of one that fails."""
    text = sys.stdin.buffer.read() if str(options.text) == "-" else options.text.read_bytes()
    prompt = read_prompt(tokenizer, text, options.question, options.chat, options.system)
    plan = planned(model, prompt, options)
    writes = not dist.is_initialized() or dist.get_rank() == 0
    trace = Trace(options.to, plan, options) if writes else None
    try:
        fill(trace, Recorder(model, plan.head_dim), tokenizer, prompt, plan, options)
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
    add("--output-projection", action="store_true", help="record o_proj's weights, for +critical")
    add("--max-bytes", type=int, help="of the trace; fewer queries are recorded if it would be larger")
    add("--shard-bytes", type=int, help="of a file of the trace; more files and an index are written")
    add("--chunk", type=int, default=4096, help="prompt tokens that are read at a time")
    add("--device-map", help="as in transformers; default: auto where there is an accelerator")
    add("--tensor-parallel", action="store_true", help="one process for each GPU, under torchrun")
    options = parser.parse_args(arguments)
    if options.queries != ["all"] and not re.fullmatch(r"window \d+", " ".join(options.queries)):
        parser.error("--queries takes all, or window and a number")
    if min(options.steps, options.top, options.lookahead, options.chunk, *options.budgets, 1) < 1:
        parser.error("--steps, --top, --lookahead, --chunk and --budgets count from 1")
    return options


def load(options):
    place = {"device_map": options.device_map or ("auto" if torch.accelerator.is_available() else None)}
    if options.tensor_parallel:
        place = {"tp_plan": "auto"}
    model = AutoModelForCausalLM.from_pretrained(options.model, dtype=options.model_dtype, **place)
    return model.eval(), AutoTokenizer.from_pretrained(options.model)


def main(arguments=None):
    options = parse(arguments)
    model, tokenizer = load(options)
    record(model, tokenizer, options)


if __name__ == "__main__":
    main()
