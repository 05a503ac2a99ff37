/// A JSON object; errors name the keys that lead to it.
struct JSONObject: TypedFields {
  let file: String
  let values: [ByteString: JSONValue]
  private let prefix: String

  /// Parses bytes that came from outside.
  /// - Parameter prefix: what errors put before a key, where the object is only a part of the file.
  init(_ bytes: UnsafeRawBufferPointer, file: String, prefix: String = "") throws {
    let parsed: JSONValue
    do {
      parsed = try JSONParser.parse(bytes)
    } catch let failure as JSONParser.Failure {
      throw CheckpointError.malformed(file: file, reason: failure.reason)
    }
    guard case .object(let values) = parsed else {
      throw CheckpointError.malformed(file: file, reason: "a JSON object was expected")
    }
    self.init(file: file, values: values, prefix: prefix)
  }

  /// Reads and parses a file.
  init(path: String) throws {
    let mapped = try MappedFile(path: path)
    try self.init(mapped.bytes, file: path)
    withExtendedLifetime(mapped) {}
  }

  /// Values that were made from another format; errors name its file.
  init(file: String, values: [ByteString: JSONValue]) {
    self.init(file: file, values: values, prefix: "")
  }

  private init(file: String, values: [ByteString: JSONValue], prefix: String) {
    self.file = file
    self.values = values
    self.prefix = prefix
  }

  /// What stands under a key; `nil` when it is missing.
  subscript(key: String) -> JSONValue? { values[ByteString(key)] }

  /// Whether a key is there and not null.
  func has(_ key: String) -> Bool {
    switch self[key] {
    case nil, .null: false
    default: true
    }
  }

  /// An error about a key of this object.
  func bad(_ key: String, expected: String) -> CheckpointError {
    bad(ByteString(key), expected: expected, found: self[key])
  }

  /// An error about what stands somewhere below this object.
  func bad(_ key: ByteString, expected: String, found: JSONValue?) -> CheckpointError {
    bad(key, expected: expected, found: found?.description ?? "missing")
  }

  /// An error about something below this object, in words.
  func bad(_ key: ByteString, expected: String, found: String) -> CheckpointError {
    .badValue(file: file, key: "\(prefix)\(key)", expected: expected, found: found)
  }

  /// A value that null switches off, and that has a default where its key is missing.
  func optional<Value>(_ key: String, default standard: Value?, _ read: (String) throws -> Value) rethrows -> Value? {
    guard self[key] != nil else { return standard }
    return has(key) ? try read(key) : nil
  }

  /// A positive finite number.
  func positive(_ key: String, default standard: Double? = nil) throws -> Double {
    if let standard, !has(key) { return standard }
    guard let value = self[key]?.double, value > 0, value.isFinite else {
      throw bad(key, expected: "a positive number")
    }
    return value
  }

  /// An object below this one.
  func object(_ key: String) throws -> JSONObject { try object(ByteString(key)) }

  /// An object below this one.
  func object(_ key: ByteString) throws -> JSONObject {
    guard let value = values[key]?.object else {
      throw bad(key, expected: "an object", found: values[key])
    }
    return JSONObject(file: file, values: value, prefix: "\(prefix)\(key).")
  }

  /// An object somewhere below a key, whose values are known.
  func below(_ key: String, _ values: [ByteString: JSONValue]) -> JSONObject {
    JSONObject(file: file, values: values, prefix: "\(prefix)\(key).")
  }

  /// A list of objects; empty when missing.
  func objects(_ key: String) throws -> [JSONObject] {
    guard has(key) else { return [] }
    guard let list = self[key]?.array else { throw bad(key, expected: "a list of objects") }
    return try list.enumerated().map { index, value in
      guard let values = value.object else { throw bad(key, expected: "a list of objects") }
      return JSONObject(file: file, values: values, prefix: "\(prefix)\(key)[\(index)].")
    }
  }

  /// This object's parts where it is a `Sequence` of them under a key, otherwise itself.
  func parts(_ key: String) throws -> [JSONObject] {
    guard try string("type") == "Sequence" else { return [self] }
    return try objects(key).flatMap { try $0.parts(key) }
  }
}
