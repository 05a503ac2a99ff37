/// A value in the configuration file.
enum TOMLValue: Equatable {
  case text(String)
  case number(Int)
  case flag(Bool)
  case list([TOMLValue])

  /// A text; `nil` if it is none.
  var text: String? { if case .text(let text) = self { text } else { nil } }
  /// A whole number.
  var number: Int? { if case .number(let number) = self { number } else { nil } }
  /// True or false.
  var flag: Bool? { if case .flag(let flag) = self { flag } else { nil } }
  /// A list of texts.
  var texts: [String]? {
    guard case .list(let values) = self else { return nil }
    let texts = values.compactMap(\.text)
    return texts.count == values.count ? texts : nil
  }
}
