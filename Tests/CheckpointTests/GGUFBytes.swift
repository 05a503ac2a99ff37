/// Writes the bytes of a GGUF file, also of one that cannot be.
struct GGUFBytes {
  var magic: [UInt8] = Array("GGUF".utf8)
  var version: UInt32 = 3
  /// How many there are, where the file says something else.
  var claimedTensors: UInt64?
  var claimedEntries: UInt64?
  var entries: [[UInt8]] = []
  var tensors: [[UInt8]] = []
  var data: [UInt8] = []
  var alignment = 32

  /// The whole file.
  var bytes: [UInt8] {
    var result = magic + Self.number(version)
    result += Self.number(claimedTensors ?? UInt64(tensors.count))
    result += Self.number(claimedEntries ?? UInt64(entries.count))
    result += (entries + tensors).flatMap { $0 }
    result += [UInt8](repeating: 0, count: (alignment - result.count % alignment) % alignment)
    return result + data
  }

  static func number(_ value: some FixedWidthInteger) -> [UInt8] {
    withUnsafeBytes(of: value.littleEndian) { Array($0) }
  }

  static func string(_ text: String) -> [UInt8] { number(UInt64(text.utf8.count)) + Array(text.utf8) }

  /// A key and its value: the value's type and bytes.
  mutating func add(_ key: String, type: UInt32, _ value: [UInt8]) {
    entries.append(Self.string(key) + Self.number(type) + value)
  }

  mutating func add(_ key: String, _ value: UInt32) { add(key, type: 4, Self.number(value)) }
  mutating func add(_ key: String, float value: Float) { add(key, type: 6, Self.number(value.bitPattern)) }
  mutating func add(_ key: String, _ value: String) { add(key, type: 8, Self.string(value)) }

  mutating func add(_ key: String, _ values: [UInt32]) {
    add(
      key, type: 9, Self.number(4 as UInt32) + Self.number(UInt64(values.count)) + values.flatMap(Self.number)
    )
  }

  mutating func add(_ key: String, _ values: [String]) {
    let list = Self.number(8 as UInt32) + Self.number(UInt64(values.count))
    add(key, type: 9, list + values.flatMap(Self.string))
  }

  /// A tensor's description; sizes innermost first, as in the file.
  mutating func addTensor(_ name: String, sizes: [UInt64], type: UInt32 = 0, offset: UInt64) {
    tensors.append(
      Self.string(name) + Self.number(UInt32(sizes.count)) + sizes.flatMap(Self.number) + Self.number(type)
        + Self.number(offset))
  }

  /// A small model's file: a tensor of floats and one of blocks.
  static var small: GGUFBytes {
    var file = GGUFBytes()
    file.add("general.architecture", "llama")
    file.add("llama.embedding_length", 4)
    file.add("llama.block_count", 1)
    file.add("llama.feed_forward_length", 8)
    file.add("llama.context_length", 16)
    file.add("llama.attention.head_count", 2)
    file.add("llama.attention.layer_norm_rms_epsilon", float: 1e-5)
    file.add("llama.rope.scaling.type", "linear")
    file.add("llama.rope.scaling.factor", float: 2)
    file.add("tokenizer.ggml.tokens", ["a", "b", "</s>"])
    let types = [1, 1, 3].flatMap { number($0 as Int32) }
    file.add("tokenizer.ggml.token_type", type: 9, number(5 as UInt32) + number(3 as UInt64) + types)
    file.add("tokenizer.ggml.eos_token_id", 2)
    file.addTensor("token_embd.weight", sizes: [4, 3], offset: 0)
    file.addTensor("blk.0.attn_q.weight", sizes: [4, 4], type: 1, offset: 64)
    file.addTensor("output.weight", sizes: [32, 2], type: 8, offset: 96)
    file.addTensor("rope_factors_long.weight", sizes: [1], offset: 192)
    file.addTensor("rope_factors_short.weight", sizes: [1], offset: 224)
    file.data = (0..<228).map { UInt8($0 % 64) }
    return file
  }
}
