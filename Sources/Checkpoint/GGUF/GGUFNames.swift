/// The names of tensors in GGUF files for the names in Hugging Face's.
enum GGUFNames {
  /// The name that GGUF has for a tensor's Hugging Face name; `nil` for a name that no supported model has.
  static func name(of tensor: String, hasOutputNorms: Bool) -> String? {
    if let fixed = whole[tensor] { return fixed }
    let parts = tensor.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count >= 5, parts[0] == "model", parts[1] == "layers", let layer = Int(parts[2]),
      String(layer) == parts[2]
    else { return nil }
    let part = parts[3..<parts.count - 1].joined(separator: ".")
    // Gemma 2 has a norm behind attention under the name that others have for the one before the MLP.
    let isNormBehind = hasOutputNorms && part == "post_attention_layernorm"
    guard let name = isNormBehind ? "post_attention_norm" : layered[part] else { return nil }
    return "blk.\(layer).\(name).\(parts[parts.count - 1])"
  }

  private static let whole = [
    "model.embed_tokens.weight": "token_embd.weight",
    "model.norm.weight": "output_norm.weight",
    "lm_head.weight": "output.weight",
  ]

  private static let layered = [
    "input_layernorm": "attn_norm",
    "self_attn.q_proj": "attn_q",
    "self_attn.k_proj": "attn_k",
    "self_attn.v_proj": "attn_v",
    "self_attn.qkv_proj": "attn_qkv",
    "self_attn.o_proj": "attn_output",
    "self_attn.q_norm": "attn_q_norm",
    "self_attn.k_norm": "attn_k_norm",
    "post_attention_layernorm": "ffn_norm",
    "pre_feedforward_layernorm": "ffn_norm",
    "post_feedforward_layernorm": "post_ffw_norm",
    "mlp.gate_proj": "ffn_gate",
    "mlp.up_proj": "ffn_up",
    // Gate and up in one, gate first.
    "mlp.gate_up_proj": "ffn_up",
    "mlp.down_proj": "ffn_down",
  ]
}
