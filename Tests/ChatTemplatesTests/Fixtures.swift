import ChatTemplates
import Foundation
import TestSupport

/// The cases that `Fixtures/make_fixtures.py` has rendered with transformers.
struct Families: Decodable {
  struct Case: Decodable, Sendable {
    let family: String
    let conversation: String
    let variables: FixtureValue
    let prompt: Bool
    /// `nil` where the template refuses the conversation, or fails.
    let expected: String?
    let error: String?
  }

  let templates: [String: String]
  let conversations: [String: FixtureValue]
  let cases: [Case]
}

/// Single constructs with the variables that they are rendered with.
struct Constructs: Decodable {
  struct Case: Decodable, Sendable {
    let template: String
    let expected: String?
    let error: String?
  }

  let variables: FixtureValue
  let cases: [Case]
}

/// The time at which the fixtures were made, in the time zone of whoever runs the tests.
let fixtureDate =
  Calendar(identifier: .gregorian).date(
    from: DateComponents(year: 2025, month: 3, day: 4, hour: 15, minute: 6, second: 7)) ?? .distantPast

func fixture<Content: Decodable>(_ name: String) throws -> Content {
  let url = URL(fileURLWithPath: try Places.fixture("\(name).json", in: .module))
  return try JSONDecoder().decode(Content.self, from: Data(contentsOf: url))
}

/// A value as the fixtures write it: objects as pairs, as their order counts, and floats as text.
struct FixtureValue: Decodable, Sendable {
  let value: TemplateValue

  private enum Key: CodingKey { case pairs, number }

  init(from decoder: any Decoder) throws {
    if let object = try? decoder.container(keyedBy: Key.self) {
      if let text = try object.decodeIfPresent(String.self, forKey: .number) {
        value = .number(Double(text) ?? .nan)
        return
      }
      let pairs = try object.decode([Pair].self, forKey: .pairs)
      value = .mapping(pairs.map { (key: $0.key, value: $0.value) })
      return
    }
    let single = try decoder.singleValueContainer()
    if single.decodeNil() {
      value = .none
    } else if let bool = try? single.decode(Bool.self) {
      value = .bool(bool)
    } else if let integer = try? single.decode(Int.self) {
      value = .integer(integer)
    } else if let text = try? single.decode(String.self) {
      value = .string(text)
    } else {
      value = .list(try single.decode([FixtureValue].self).map(\.value))
    }
  }

  private struct Pair: Decodable {
    let key: String
    let value: TemplateValue

    init(from decoder: any Decoder) throws {
      var parts = try decoder.unkeyedContainer()
      key = try parts.decode(String.self)
      value = try parts.decode(FixtureValue.self).value
    }
  }

  /// A list of messages.
  var messages: [ChatMessage] {
    guard case .list(let values) = value else { return [] }
    return values.map { message in
      guard case .mapping(let fields) = message else { return ChatMessage(fields: []) }
      return ChatMessage(fields: fields)
    }
  }

  /// Variables by name.
  var variables: [String: TemplateValue] {
    guard case .mapping(let pairs) = value else { return [:] }
    return Dictionary(pairs.map { ($0.key, $0.value) }) { _, last in last }
  }
}
