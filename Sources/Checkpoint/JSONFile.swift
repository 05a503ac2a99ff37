import Foundation

/// Typed access to a JSON object, with errors that name file and key.
struct JSONObject {
  let file: String
  let values: [String: Any]
  private let prefix: String

  /// Parses bytes that came from outside.
  ///
  /// Foundation's parser recurses, so nesting is measured first: a hostile file must not exhaust the
  /// stack.
  init(_ data: Data, file: String) throws {
    guard Self.nesting(of: data) <= 64 else {
      throw CheckpointError.malformed(file: file, reason: "its JSON is nested deeper than 64 levels")
    }
    let parsed: Any
    do {
      parsed = try JSONSerialization.jsonObject(with: data)
    } catch {
      throw CheckpointError.malformed(file: file, reason: "it is not valid JSON")
    }
    guard let values = parsed as? [String: Any] else {
      throw CheckpointError.malformed(file: file, reason: "a JSON object was expected")
    }
    self.init(file: file, values: values, prefix: "")
  }

  /// Reads and parses a file.
  init(path: String) throws {
    let mapped = try MappedFile(path: path)
    try self.init(Data(mapped.bytes), file: path)
  }

  private init(file: String, values: [String: Any], prefix: String) {
    self.file = file
    self.values = values
    self.prefix = prefix
  }

  /// Whether a key is there and not null.
  func has(_ key: String) -> Bool { values[key] != nil && !(values[key] is NSNull) }

  /// An error about a key of this object.
  func bad(_ key: String, expected: String) -> CheckpointError {
    let found = values[key].map { String(describing: $0).prefix(80) } ?? "missing"
    return .badValue(file: file, key: prefix + key, expected: expected, found: String(found))
  }

  /// A whole number in a range.
  func integer(_ key: String, in range: ClosedRange<Int>, default standard: Int? = nil) throws -> Int {
    guard has(key) else {
      if let standard { return standard }
      throw bad(key, expected: "a whole number")
    }
    guard let number = values[key] as? NSNumber, let exact = Int(exactly: number.doubleValue),
      range.contains(exact)
    else {
      throw bad(key, expected: "a whole number from \(range.lowerBound) to \(range.upperBound)")
    }
    return exact
  }

  /// A positive finite number.
  func positive(_ key: String, default standard: Double? = nil) throws -> Double {
    guard has(key) else {
      if let standard { return standard }
      throw bad(key, expected: "a positive number")
    }
    guard let number = (values[key] as? NSNumber)?.doubleValue, number > 0, number.isFinite else {
      throw bad(key, expected: "a positive number")
    }
    return number
  }

  /// A truth value; false when missing.
  func flag(_ key: String) throws -> Bool {
    guard has(key) else { return false }
    guard let value = values[key] as? Bool else { throw bad(key, expected: "true or false") }
    return value
  }

  /// A string.
  func string(_ key: String) throws -> String {
    guard let value = values[key] as? String else { throw bad(key, expected: "a string") }
    return value
  }

  /// An object below this one.
  func object(_ key: String) throws -> JSONObject {
    guard let value = values[key] as? [String: Any] else { throw bad(key, expected: "an object") }
    return JSONObject(file: file, values: value, prefix: prefix + key + ".")
  }

  /// A list of objects; empty when missing.
  func objects(_ key: String) throws -> [JSONObject] {
    guard has(key) else { return [] }
    guard let list = values[key] as? [[String: Any]] else {
      throw bad(key, expected: "a list of objects")
    }
    return list.enumerated().map { index, value in
      JSONObject(file: file, values: value, prefix: "\(prefix)\(key)[\(index)].")
    }
  }

  private static func nesting(of data: Data) -> Int {
    var depth = 0
    var deepest = 0
    var inString = false
    var escaped = false
    for byte in data {
      if inString {
        if escaped { escaped = false } else if byte == 0x5C { escaped = true } else if byte == 0x22 { inString = false }
        continue
      }
      switch byte {
      case 0x22: inString = true
      case 0x5B, 0x7B:
        depth += 1
        deepest = max(deepest, depth)
      case 0x5D, 0x7D: depth -= 1
      default: break
      }
    }
    return deepest
  }
}
