"""Tokens per second of transformers' prefill on random weights in bf16, in the sizes that laq-bench measures.

    python torch_prefill.py [LENGTH ...]
"""
import sys, time

import torch
from transformers import LlamaConfig, LlamaForCausalLM, Qwen2Config, Qwen2ForCausalLM

MODELS = {
    "smollm2-135m": (LlamaForCausalLM, LlamaConfig, dict(
        hidden_size=576, intermediate_size=1536, num_hidden_layers=30, num_attention_heads=9, num_key_value_heads=3,
        vocab_size=49152)),
    "qwen2.5-403m": (Qwen2ForCausalLM, Qwen2Config, dict(
        hidden_size=896, intermediate_size=4864, num_hidden_layers=24, num_attention_heads=14, num_key_value_heads=2,
        vocab_size=50257)),
}

for name, (architecture, configuration, sizes) in MODELS.items():
    model = architecture(configuration(**sizes, max_position_embeddings=65536, attn_implementation="sdpa"))
    model = model.to(torch.bfloat16).eval()
    for length in map(int, sys.argv[1:] or ("512", "2048")):
        tokens = torch.randint(0, 50000 if "qwen" in name else 49000, (1, length))
        fastest = float("inf")
        with torch.no_grad():
            for _ in range(4):
                start = time.perf_counter()
                # As in a generation: the cache is filled, and the last token's logits are computed.
                model(tokens, use_cache=True, logits_to_keep=1)
                fastest = min(fastest, time.perf_counter() - start)
        print(f"{name} torch bf16 prefill {length}: {length / fastest:.1f}", flush=True)
