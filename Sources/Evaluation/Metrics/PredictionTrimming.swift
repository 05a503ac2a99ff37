/// What a benchmark takes of a decoded text before it scores it.
package enum PredictionTrimming: String, Sendable, Hashable, Codable {
  /// All of it.
  case none
  /// Its first line that is not empty: LongBench's tasks of few examples, whose models go on with another
  /// example.
  case firstLine = "first-line"
  /// Controls become new lines, and space around it is taken away, as RULER's evaluation does.
  case printable

  /// The part of a text that is scored.
  package func trimmed(_ text: String) -> String {
    switch self {
    case .none: return text
    case .firstLine: return String(CodePoints(text).linesFromFirst.first ?? CodePoints(""))
    case .printable:
      let printable = CodePoints(text).stripped.scalars.map { $0.value < 0x20 ? "\n" : $0 }
      return String(CodePoints(printable).stripped)
    }
  }
}
