"""The frozen decoder as a gate's training needs it: a prompt's layer inputs and cache, and an answer that sees part of it."""

import math
import pathlib

import torch
from safetensors.torch import load_file

from model import Llama, Sizes


def base(folder: pathlib.Path) -> Llama:
    """The embedded model; its weights don't change."""
    model = Llama(Sizes())
    weights = load_file(folder / "model.safetensors")
    model.load_state_dict({k.removeprefix("model."): v.float() for k, v in weights.items()})
    return model.requires_grad_(False)


def project(model: Llama, layer, x, first: int):
    """Post-RoPE queries and keys, and values, of rows at positions from `first` on, `[head, row, element]`."""
    rotation = (model.cosine[first:first + len(x)], model.sine[first:first + len(x)])
    return (t[0] for t in layer.self_attn.project(layer.input_layernorm(x)[None], rotation))


@torch.no_grad()
def prefill(model: Llama, prompt: list[int]):
    """Every layer's input, and its keys and values."""
    x = model.embed_tokens(torch.tensor(prompt))
    inputs, cache = [], []
    for layer in model.layers:
        inputs.append(x)
        _, k, v = project(model, layer, x, 0)
        cache.append((k, v))
        x = layer(x[None], (model.cosine[:len(x)], model.sine[:len(x)]))[0]
    return inputs, cache


def answer(model: Llama, tokens: list[int], n: int, cache, flags=None):
    """The states of an answer's tokens behind a prompt of `n`, and their attention to the prompt.

    `cache` holds each layer's keys and values of the prompt; `flags` [layer][n, kv_heads], if given, multiply the
    weights that they get. Attention is `[layer][kv_heads, n]`: the largest of any token and query head of the group.
    """
    s, m = model.s, len(tokens)
    x = model.embed_tokens(torch.tensor(tokens))
    later = torch.full((m, m), -torch.inf).triu(1)
    attention = []
    for index, layer in enumerate(model.layers):
        q, k, v = project(model, layer, x, n)
        q = q.view(s.kv_heads, -1, s.head)  # a group's rows follow each other
        keys, values = torch.cat([cache[index][0], k], 1), torch.cat([cache[index][1], v], 1)
        scores = q @ keys.mT / math.sqrt(s.head)
        scores = scores.view(s.kv_heads, -1, m, n + m)
        scores = torch.cat([scores[..., :n], scores[..., n:] + later], -1)
        weights = scores.softmax(-1)
        attention.append(weights[..., :n].amax((1, 2)))
        if flags is not None:
            weights = torch.cat([weights[..., :n] * flags[index].t()[:, None, None], weights[..., n:]], -1)
            weights = weights / weights.sum(-1, keepdim=True).clamp_min(1e-9)
        out = (weights.view(s.kv_heads, -1, n + m) @ values).view(s.heads, m, s.head)
        x = x + layer.self_attn.o_proj(out.transpose(0, 1).reshape(m, -1))
        x = x + layer.mlp(layer.post_attention_layernorm(x))
    return model.norm(x), attention
