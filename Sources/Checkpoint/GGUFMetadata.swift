/// The keys and values of a GGUF file, with typed access and errors that name file and key.
///
/// The counterpart of `JSONObject` for `tokenizer.ggml.*`, `general.*` and the architecture's keys.
struct GGUFMetadata: Sendable {
  /// The file, for errors.
  let file: String
  /// Everything, by the full key.
  let values: [String: GGUFValue]

  /// What stands under a key; `nil` when it is missing.
  subscript(key: String) -> GGUFValue? { values[key] }

  /// Whether a key is there.
  func has(_ key: String) -> Bool { values[key] != nil }

  /// An error about a key.
  func bad(_ key: String, expected: String, found: String? = nil) -> CheckpointError {
    .badValue(
      file: file, key: ByteString(key).description, expected: expected,
      found: found ?? self[key]?.description ?? "missing")
  }

  /// An error about something that is valid, but not supported.
  func unsupported(_ what: String, supported: String) -> CheckpointError {
    .unsupported(file: file, what: what, supported: supported)
  }

  /// A whole number in a range.
  func integer(_ key: String, in range: ClosedRange<Int>, default standard: Int? = nil) throws -> Int {
    if let standard, !has(key) { return standard }
    guard let value = self[key]?.wholeNumber, range.contains(value) else {
      throw bad(key, expected: "a whole number from \(range.lowerBound) to \(range.upperBound)")
    }
    return value
  }

  /// A truth value; false, or what is given, when missing.
  func flag(_ key: String, default standard: Bool = false) throws -> Bool {
    guard has(key) else { return standard }
    guard case .bool(let value) = self[key] else { throw bad(key, expected: "true or false") }
    return value
  }

  /// A string.
  func string(_ key: String) throws -> String { try bytes(key).text }

  /// A string's exact bytes.
  func bytes(_ key: String) throws -> ByteString {
    guard let value = self[key]?.string else { throw bad(key, expected: "a string") }
    return value
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
