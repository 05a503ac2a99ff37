/// The keys and values of a GGUF file: the counterpart of `JSONObject` for `tokenizer.ggml.*`, `general.*`
/// and the architecture's keys.
struct GGUFMetadata: TypedFields, Sendable {
  /// The file, for errors.
  let file: String
  /// Everything, by the full key.
  let values: [String: GGUFValue]

  /// What stands under a key; `nil` when it is missing.
  subscript(key: String) -> GGUFValue? { values[key] }

  /// Whether a key is there.
  func has(_ key: String) -> Bool { values[key] != nil }

  /// An error about a key.
  func bad(_ key: String, expected: String) -> CheckpointError {
    bad(key, expected: expected, found: self[key]?.description ?? "missing")
  }

  /// An error about a key, in words.
  func bad(_ key: String, expected: String, found: String) -> CheckpointError {
    .badValue(file: file, key: ByteString(key).description, expected: expected, found: found)
  }

  /// A list of strings, each by its exact bytes.
  func strings(_ key: String) throws -> [ByteString] {
    guard let list = self[key]?.strings else { throw bad(key, expected: "a list of strings") }
    return list
  }

  /// A list of whole numbers.
  func integers(_ key: String) throws -> [Int] {
    guard let list = self[key]?.wholeNumbers else { throw bad(key, expected: "a list of whole numbers") }
    return list
  }

  /// A list of numbers.
  func numbers(_ key: String) throws -> [Double] {
    guard let list = self[key]?.doubles else { throw bad(key, expected: "a list of numbers") }
    return list
  }
}
