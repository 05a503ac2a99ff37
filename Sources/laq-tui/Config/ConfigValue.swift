import TOMLKit

/// A value in the configuration file, as the kinds that settings take.
struct ConfigValue {
  private let value: TOMLValueConvertible

  init(_ value: TOMLValueConvertible) { self.value = value }

  /// A text; `nil` if it is none.
  var text: String? { value.type == .string ? value.string : nil }
  /// A text or a whole number, as text.
  var textOrNumber: String? { text ?? (value.type == .int ? value.int.map { String($0) } : nil) }
  /// A whole number.
  var number: Int? { value.type == .int ? value.int : nil }
  /// True or false.
  var flag: Bool? { value.type == .bool ? value.bool : nil }
  /// A list of texts.
  var texts: [String]? {
    guard let array = value.array else { return nil }
    let texts = (0..<array.count).compactMap { ConfigValue(array[$0]).text }
    return texts.count == array.count ? texts : nil
  }
}

/// What is wrong with a value, in a sentence without its place.
struct ConfigValueError: Error {
  let reason: String

  init(_ reason: String) { self.reason = reason }
}
