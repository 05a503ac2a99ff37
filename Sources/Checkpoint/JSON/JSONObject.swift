/// A JSON object; errors name the keys that lead to it.
struct JSONObject: TypedFields {
  let file: String
  let values: [ByteString: JSONValue]
  private let prefix: String
  /// What errors call the keys of values that were made from another format, by their paths.
  private let names: [ByteString: String]

  /// Whether the values were made from another format, whose own names errors use.
  var isTranslated: Bool { !names.isEmpty }

  /// Parses bytes that came from outside.
  /// - Parameters:
  ///   - prefix: what errors put before a key, where the object is only a part of the file.
  ///   - acceptsOddNumbers: whether `NaN` and `Infinity` are numbers, as for Python.
  init(
    _ bytes: UnsafeRawBufferPointer, file: String, prefix: String = "", acceptsOddNumbers: Bool = false
  ) throws {
    let parsed: JSONValue
    do {
      parsed = try JSONParser.parse(bytes, acceptsOddNumbers: acceptsOddNumbers)
    } catch let failure as JSONParser.Failure {
      throw CheckpointError.malformed(file: file, reason: failure.reason)
    }
    guard case .object(let values) = parsed else {
      throw CheckpointError.malformed(file: file, reason: "a JSON object was expected")
    }
    self.init(file: file, values: values, prefix: prefix)
  }

  /// Reads and parses a file that Python's programs read and write, `NaN` and `Infinity` included.
  init(path: String) throws {
    let mapped = try MappedFile(path: path)
    try self.init(mapped.bytes, file: path, acceptsOddNumbers: true)
    withExtendedLifetime(mapped) {}
  }

  /// Values that were made from another format; errors name its file.
  /// - Parameter names: what that format calls the keys, by their paths.
  init(file: String, values: [ByteString: JSONValue], names: [ByteString: String] = [:]) {
    self.init(file: file, values: values, prefix: "", names: names)
  }

  private init(
    file: String, values: [ByteString: JSONValue], prefix: String, names: [ByteString: String] = [:]
  ) {
    self.file = file
    self.values = values
    self.prefix = prefix
    self.names = names
  }

  /// What errors call a key of this object.
  func name(_ key: String) -> String { name(ByteString(key)) }

  private func name(_ key: ByteString) -> String {
    names[ByteString(prefix + key.text)] ?? "\(prefix)\(key)"
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
    .badValue(file: file, key: name(key), expected: expected, found: found)
  }

  /// A value that null switches off, and that has a default where its key is missing.
  func optional<Value>(_ key: String, default standard: Value?, _ read: (String) throws -> Value) rethrows
    -> Value?
  {
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
    return JSONObject(file: file, values: value, prefix: "\(prefix)\(key).", names: names)
  }

  /// An object below this one, or what is given where it is missing.
  func object(_ key: String, default standard: [ByteString: JSONValue]) throws -> JSONObject {
    has(key) ? try object(key) : below(key, standard)
  }

  /// This object with other values beside its own, which they take the place of.
  func merging(_ values: [ByteString: JSONValue]) -> JSONObject {
    JSONObject(file: file, values: self.values.merging(values) { $1 }, prefix: prefix, names: names)
  }

  /// A whole number in a range, which may be missing, but not `null`.
  func size(_ key: String, in range: ClosedRange<Int>, default standard: Int) throws -> Int {
    self[key] == nil ? standard : try integer(key, in: range)
  }

  /// An object somewhere below a key, whose values are known.
  func below(_ key: String, _ values: [ByteString: JSONValue]) -> JSONObject {
    JSONObject(file: file, values: values, prefix: "\(prefix)\(key).", names: names)
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
