"""The gate: a side network beside the frozen decoder that scores every prompt token for every KV head.

The idea is Attention-Gate's (Zeng et al. 2024, arXiv 2410.12876): before each attention layer a small module sees the
whole prompt through reduced attention, and says of every token and head whether it stays. `Sources/Eviction/Gate/Gate.swift`
computes the same; the names of the parameters are those of the file. Departures from the paper:

  * a module hands what it found to the next layer's (`stream`); so what the question names leads to a fact in one
    layer, and from that fact to the next one in another;
  * a depthwise convolution lets a token see its neighbours, because whole sentences are needed, not single words;
  * flags act on the cache after the prefill, as everywhere in this program, not on attention within it.
"""

import dataclasses
import pathlib

import torch
import torch.nn.functional as F
from safetensors.torch import load_file, save_file
from torch import nn

EPSILON = 1e-6


@dataclasses.dataclass
class GateSizes:
    """The sizes of a gate; the first three are those of its model."""

    layers: int = 5
    hidden: int = 256
    kv_heads: int = 4
    width: int = 48  # elements of the stream
    heads: int = 3  # of the reduced attention
    rank: int = 16  # elements of one of its queries, keys or values
    reach: int = 8  # neighbours on either side that the convolution sees
    inner: int = 48  # elements between the projections of the feed-forward block
    first: int = 8  # places counted from the beginning
    last: int = 64  # places counted from the end


def normed(x):
    """Every row over its root mean square, without weights."""
    return x * torch.rsqrt(x.square().mean(-1, keepdim=True) + EPSILON)


class GateLayer(nn.Module):
    """The module before one attention layer."""

    def __init__(self, s: GateSizes):
        super().__init__()
        self.s = s
        attended = s.heads * s.rank
        self.input = nn.Linear(s.hidden, s.width, bias=False)
        self.query = nn.Linear(s.hidden + s.width, attended, bias=False)
        self.key = nn.Linear(s.hidden + s.width, attended, bias=False)
        self.value = nn.Linear(s.width, attended, bias=False)
        self.output = nn.Linear(attended, s.width, bias=False)
        self.near = nn.Parameter(torch.zeros(s.width, 2 * s.reach + 1))
        self.gate = nn.Linear(s.width, s.inner, bias=False)
        self.up = nn.Linear(s.width, s.inner, bias=False)
        self.down = nn.Linear(s.inner, s.width, bias=False)
        self.flag = nn.Linear(s.width, s.kv_heads)
        # At first a token looks for its like.
        with torch.no_grad():
            self.key.weight.copy_(self.query.weight)
            self.down.weight.mul_(0.3)
            self.flag.weight.mul_(0.1)

    def forward(self, x, stream):
        """The layer's input `[n, hidden]` and the stream `[n, width]` to the next stream and logits `[n, kv_heads]`."""
        s, n = self.s, x.shape[0]
        x = normed(x)
        stream = stream + self.input(x)
        y = normed(stream)
        if n > 1:
            xy = torch.cat([x, y], dim=-1)
            q, k, v = (t.view(n, s.heads, s.rank).transpose(0, 1)
                       for t in (self.query(xy), self.key(xy), self.value(y)))
            # Every other token, those behind it too: what a token is itself stands in the stream.
            mask = torch.zeros(n, n).fill_diagonal_(-torch.inf)
            found = F.scaled_dot_product_attention(q, k, v, attn_mask=mask)
            stream = stream + self.output(found.transpose(0, 1).reshape(n, -1))
        y = normed(stream)
        stream = stream + F.conv1d(y.t()[None], self.near[:, None], padding=s.reach, groups=s.width)[0].t()
        y = normed(stream)
        stream = stream + self.down(F.silu(self.gate(y)) * self.up(y))
        return stream, self.flag(normed(stream))


class Gate(nn.Module):
    """One module per layer, and what places at both ends add to the stream at first."""

    def __init__(self, s: GateSizes):
        super().__init__()
        self.s = s
        self.first = nn.Parameter(torch.zeros(s.first, s.width))
        self.last = nn.Parameter(torch.zeros(s.last, s.width))
        self.layers = nn.ModuleList(GateLayer(s) for _ in range(s.layers))

    def forward(self, inputs):
        """Logits `[layers][n, kv_heads]` of the decoder's layer inputs `[layers][n, hidden]`."""
        n = inputs[0].shape[0]
        place = torch.arange(n)
        stream = self.first[place.clamp(max=self.s.first - 1)] + self.last[(n - 1 - place).clamp(max=self.s.last - 1)]
        logits = []
        for module, x in zip(self.layers, inputs):
            stream, flags = module(x, stream)
            logits.append(flags)
        return logits


def shaped(name: str, value, s: GateSizes):
    """A parameter as the file has it: the heads of the reduced attention apart, so that shapes tell every size."""
    part = name.split(".")[-2] if name.endswith(".weight") else ""
    return value.view(s.heads, s.rank, -1) if part in ("query", "key", "value") else value


def save(gate: Gate, file: pathlib.Path, dtype=torch.bfloat16) -> None:
    """Writes the parameters, complete or not at all."""
    weights = {k: shaped(k, v.detach().to(dtype), gate.s).contiguous() for k, v in gate.state_dict().items()}
    partial = file.with_name("." + file.name)
    save_file(weights, partial, metadata={"format": "pt"})
    partial.rename(file)


def load(file: pathlib.Path) -> Gate:
    """Reads what `save` wrote."""
    weights = {k: v.float() for k, v in load_file(file).items()}
    kv_heads, width = weights["layers.0.flag.weight"].shape
    gate = Gate(GateSizes(
        layers=sum(k.endswith(".near") for k in weights), hidden=weights["layers.0.input.weight"].shape[1],
        kv_heads=kv_heads, width=width, heads=weights["layers.0.query.weight"].shape[0], rank=weights["layers.0.query.weight"].shape[1],
        reach=weights["layers.0.near"].shape[1] // 2, inner=weights["layers.0.up.weight"].shape[0],
        first=len(weights["first"]), last=len(weights["last"])))
    gate.load_state_dict({k: v.flatten(0, 1) if v.dim() == 3 else v for k, v in weights.items()})
    return gate
