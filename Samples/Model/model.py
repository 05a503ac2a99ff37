"""The Llama architecture in plain PyTorch, with the parameter names of Hugging Face."""

import dataclasses
import json
import math
import pathlib

import torch
import torch.nn.functional as F
from torch import nn


@dataclasses.dataclass
class Sizes:
    """The sizes of the embedded model, as in its config.json."""

    vocabulary: int = 2048
    hidden: int = 256
    inner: int = 512
    layers: int = 5
    heads: int = 8
    kv_heads: int = 4
    head: int = 32
    context: int = 2560
    theta: float = 500000.0
    epsilon: float = 1e-5

    def config(self) -> dict:
        """config.json of Hugging Face's LlamaForCausalLM."""
        return {
            "architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_act": "silu",
            "vocab_size": self.vocabulary, "hidden_size": self.hidden, "intermediate_size": self.inner,
            "num_hidden_layers": self.layers, "num_attention_heads": self.heads,
            "num_key_value_heads": self.kv_heads, "head_dim": self.head,
            "max_position_embeddings": self.context, "rms_norm_eps": self.epsilon, "rope_theta": self.theta,
            "tie_word_embeddings": True, "attention_bias": False, "mlp_bias": False,
            "bos_token_id": 0, "eos_token_id": 1, "torch_dtype": "bfloat16"}


class Attention(nn.Module):
    """Grouped-query attention with rotary positions."""

    def __init__(self, s: Sizes):
        super().__init__()
        self.s = s
        self.q_proj = nn.Linear(s.hidden, s.heads * s.head, bias=False)
        self.k_proj = nn.Linear(s.hidden, s.kv_heads * s.head, bias=False)
        self.v_proj = nn.Linear(s.hidden, s.kv_heads * s.head, bias=False)
        self.o_proj = nn.Linear(s.heads * s.head, s.hidden, bias=False)

    def project(self, x, rotation):
        """Post-RoPE queries and keys, and values, `[batch, head, token, element]`."""
        batch, length, _ = x.shape
        q = self.q_proj(x).view(batch, length, self.s.heads, self.s.head).transpose(1, 2)
        k = self.k_proj(x).view(batch, length, self.s.kv_heads, self.s.head).transpose(1, 2)
        v = self.v_proj(x).view(batch, length, self.s.kv_heads, self.s.head).transpose(1, 2)
        return rotate(q, rotation), rotate(k, rotation), v

    def forward(self, x, rotation):
        batch, length, _ = x.shape
        q, k, v = self.project(x, rotation)
        group = self.s.heads // self.s.kv_heads
        out = F.scaled_dot_product_attention(
            q, k.repeat_interleave(group, 1), v.repeat_interleave(group, 1), is_causal=True)
        return self.o_proj(out.transpose(1, 2).reshape(batch, length, -1))


def rotate(x, rotation):
    """Half-split rotary pairs, as in Hugging Face's Llama."""
    cosine, sine = rotation
    a, b = x.chunk(2, dim=-1)
    return torch.cat([a * cosine - b * sine, b * cosine + a * sine], dim=-1).to(x.dtype)


class FeedForward(nn.Module):
    """SwiGLU."""

    def __init__(self, s: Sizes):
        super().__init__()
        self.gate_proj = nn.Linear(s.hidden, s.inner, bias=False)
        self.up_proj = nn.Linear(s.hidden, s.inner, bias=False)
        self.down_proj = nn.Linear(s.inner, s.hidden, bias=False)

    def forward(self, x):
        return self.down_proj(F.silu(self.gate_proj(x)) * self.up_proj(x))


class Layer(nn.Module):
    """Attention and feed-forward, each behind a norm."""

    def __init__(self, s: Sizes):
        super().__init__()
        self.self_attn = Attention(s)
        self.mlp = FeedForward(s)
        self.input_layernorm = nn.RMSNorm(s.hidden, eps=s.epsilon)
        self.post_attention_layernorm = nn.RMSNorm(s.hidden, eps=s.epsilon)

    def forward(self, x, rotation):
        x = x + self.self_attn(self.input_layernorm(x), rotation)
        return x + self.mlp(self.post_attention_layernorm(x))


class Llama(nn.Module):
    """The decoder; `forward` gives normed states, from which `logits` are taken where they are needed."""

    def __init__(self, s: Sizes):
        super().__init__()
        self.s = s
        self.embed_tokens = nn.Embedding(s.vocabulary, s.hidden)
        self.layers = nn.ModuleList(Layer(s) for _ in range(s.layers))
        self.norm = nn.RMSNorm(s.hidden, eps=s.epsilon)
        self.register_buffer("cosine", torch.empty(s.context, s.head // 2), persistent=False)
        self.register_buffer("sine", torch.empty(s.context, s.head // 2), persistent=False)
        self.rotate_by(s.theta)
        for parameter in self.parameters():
            if parameter.dim() == 2:
                nn.init.normal_(parameter, std=1 / math.sqrt(parameter.shape[1]))

    def rotate_by(self, theta: float) -> None:
        """Sets the base of the rotary frequencies."""
        frequencies = 1.0 / theta ** (torch.arange(0, self.s.head, 2).float() / self.s.head)
        angles = torch.arange(self.s.context).float()[:, None] * frequencies
        self.cosine.copy_(angles.cos())
        self.sine.copy_(angles.sin())

    def forward(self, tokens):
        length = tokens.shape[1]
        rotation = (self.cosine[:length], self.sine[:length])
        x = self.embed_tokens(tokens)
        for layer in self.layers:
            x = layer(x, rotation)
        return self.norm(x)

    def logits(self, states):
        return states @ self.embed_tokens.weight.t()


def export(model: Llama, folder: pathlib.Path) -> None:
    """Writes config.json and model.safetensors (bf16), each complete or not at all."""
    from safetensors.torch import save_file

    folder.mkdir(parents=True, exist_ok=True)
    weights = {"model." + k: v.detach().to(torch.bfloat16).contiguous() for k, v in model.state_dict().items()}
    save_file(weights, folder / ".model.safetensors", metadata={"format": "pt"})
    (folder / ".model.safetensors").rename(folder / "model.safetensors")
    (folder / "config.json").write_text(json.dumps(model.s.config(), indent=2) + "\n")
    (folder / "generation_config.json").write_text(json.dumps({"bos_token_id": 0, "eos_token_id": 1}) + "\n")
