import Foundation

/// JSON of which equal values have equal bytes: keys sorted, no spaces, the shortest digits that read back as
/// the number.
package enum CanonicalJSON {
  /// A value in one line, without the line's end.
  package static func data(_ value: some Encodable) throws -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return try encoder.encode(value)
  }

  /// Reads a value.
  package static func value<Value: Decodable>(_ type: Value.Type, from data: Data) throws -> Value {
    try JSONDecoder().decode(type, from: data)
  }
}
