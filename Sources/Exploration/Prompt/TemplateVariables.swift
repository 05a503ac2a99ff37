import ChatTemplates
import Foundation

/// Variables that a person gives to a chat template beside the conversation, such as `enable_thinking=false`.
public struct TemplateVariables: Sendable, Hashable {
  /// The value of one: what a command line can say.
  enum Value: Sendable, Hashable {
    case flag(Bool)
    case integer(Int)
    case number(Double)
    case text(String)
  }

  private(set) var values: [String: Value] = [:]

  /// None.
  public init() {}

  /// Reads variables as `--template` takes them; of equal names the last one counts.
  ///
  /// `true`, `false` and numbers as JSON has them are such values, and what stands in double quotes is a
  /// text, as everything else is.
  /// - Throws: `TemplateVariableError`.
  public init(parsing arguments: [String]) throws {
    for argument in arguments {
      let (name, value) = try Self.variable(argument)
      values[name] = value
    }
  }

  /// Whether there are none.
  public var isEmpty: Bool { values.isEmpty }

  /// Their names, in the order of the alphabet.
  public var names: [String] { values.keys.sorted() }

  /// The variables as they are read, in the order of their names.
  public var arguments: [String] {
    values.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value.argument)" }
  }

  /// These, and those of others that have other names.
  public func over(_ others: TemplateVariables) -> TemplateVariables {
    var result = others
    result.values.merge(values) { _, own in own }
    return result
  }

  /// As a template finds them.
  var templateValues: [String: TemplateValue] {
    values.mapValues { value in
      switch value {
      case .flag(let flag): .bool(flag)
      case .integer(let number): .integer(number)
      case .number(let number): .number(number)
      case .text(let text): .string(text)
      }
    }
  }

  private static func variable(_ argument: String) throws -> (name: String, value: Value) {
    guard let sign = argument.firstIndex(of: "=") else { throw TemplateVariableError.noValue(argument) }
    let name = String(argument[..<sign])
    guard let first = name.unicodeScalars.first, first == "_" || first.properties.isAlphabetic,
      name.unicodeScalars.allSatisfy({ $0 == "_" || $0.properties.isAlphabetic || ("0"..."9").contains($0) })
    else { throw TemplateVariableError.noName(argument) }
    guard !ChatTemplate.givenNames.contains(name) else { throw TemplateVariableError.reserved(name) }
    return (name, try Value(String(argument[argument.index(after: sign)...]), name: name))
  }
}

extension TemplateVariables.Value {
  /// - Throws: `TemplateVariableError` for a number or a text in quotes that is none.
  fileprivate init(_ text: String, name: String) throws {
    switch text {
    // As Python writes them, too: a text 'False' would count as true.
    case "true", "True": self = .flag(true)
    case "false", "False": self = .flag(false)
    case _ where text.hasPrefix("\""):
      guard let string = try? JSONDecoder().decode(String.self, from: Data(text.utf8)) else {
        throw TemplateVariableError.badText(name, found: text)
      }
      self = .text(string)
    case _ where Self.isNumber(text):
      if text.utf8.allSatisfy({ $0 == UInt8(ascii: "-") || (0x30...0x39).contains($0) }) {
        guard let whole = Int(text) else { throw TemplateVariableError.tooLarge(name, found: text) }
        self = .integer(whole)
      } else {
        guard let number = Double(text), number.isFinite else {
          throw TemplateVariableError.tooLarge(name, found: text)
        }
        self = .number(number)
      }
    default: self = .text(text)
    }
  }

  /// What reads back as this value.
  fileprivate var argument: String {
    switch self {
    case .flag(let flag): flag ? "true" : "false"
    case .integer(let number): String(number)
    case .number(let number): String(number)
    case .text(let text):
      if let read = try? Self(text, name: ""), read == self { text } else { Self.quoted(text) }
    }
  }

  /// Whether a text is a number as JSON has them, which has no zeros before it and no sign but '-'.
  private static func isNumber(_ text: String) -> Bool {
    text.wholeMatch(of: /-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?/) != nil
  }

  private static func quoted(_ text: String) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .withoutEscapingSlashes
    return (try? encoder.encode(text)).map { String(decoding: $0, as: UTF8.self) } ?? "\"\""
  }
}

/// Why a template's variable is not taken; the sentence says what was found and what to do.
public enum TemplateVariableError: Error, Hashable, CustomStringConvertible {
  /// There is no `=`.
  case noValue(String)
  /// What stands before `=` is no name.
  case noName(String)
  /// The program gives it a value itself.
  case reserved(String)
  /// A quotation mark begins what is no text in JSON.
  case badText(String, found: String)
  /// A number that no value holds.
  case tooLarge(String, found: String)
  /// The template reads no such variable.
  case unknown([String], file: String, known: [String])

  /// The sentence that a person reads: what was expected, what was found, and what to do.
  public var description: String {
    switch self {
    case .noValue(let found):
      "--template \(found): a name and a value were expected, as enable_thinking=false"
    case .noName(let found): "--template \(found): a name of letters, digits and '_' was expected before '='"
    case .reserved(let name): "--template \(name): the program gives this variable itself; leave it out"
    case .badText(let name, let found):
      """
      --template \(name): \(found) begins as a text in quotes and is none; end it with '"', \
      or write \\" for a mark in it
      """
    case .tooLarge(let name, let found):
      "--template \(name): the number \(found) is too large; put it in double quotes for a text"
    case .unknown(let names, let file, let known):
      """
      --template \(names.joined(separator: ", ")): the chat template of \(file) reads no such variable; \
      \(known.isEmpty ? "it has none of its own" : "it reads \(known.joined(separator: ", "))")
      """
    }
  }
}
