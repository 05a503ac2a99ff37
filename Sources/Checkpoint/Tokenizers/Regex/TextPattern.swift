/// A regular expression to search a text by: one step for each character read, whatever the expression is.
///
/// The expressions are those that tokenizers use (`RegexParser`): characters, sets, `.`, `\d`, `\w`, `\s`,
/// `\p{…}`, groups, alternatives, counts, `(?i:…)`, `$`, a look ahead or behind at one character. `^`, `\b`
/// and references back are refused, as is what would need very many states: nothing that is typed can make a
/// search hang.
package struct TextPattern: Sendable {
  /// What is wrong with an expression, in a few words.
  package struct Failure: Error, Equatable {
    package let reason: String
  }

  private let automaton: RegexAutomaton

  /// Reads an expression.
  package init(_ expression: String) throws(Failure) {
    do {
      automaton = try RegexAutomaton(pattern: expression)
    } catch let failure as RegexParser.Failure {
      throw Failure(reason: failure.reason)
    } catch {
      throw Failure(reason: String(describing: error))
    }
  }

  /// Every match, as byte ranges; what is no UTF-8 matches by `.` and by complements of sets alone.
  package func matches(in text: [UInt8]) -> [Range<Int>] {
    let scalars = AlignedScalar.scan(text)
    return automaton.matches(in: scalars[...]).map { range in
      scalars[range.lowerBound].byteRange.lowerBound..<scalars[range.upperBound - 1].byteRange.upperBound
    }
  }
}
