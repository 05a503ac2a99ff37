import Checkpoint
import Exploration

/// The places at which something is found in a prompt.
struct SearchMatches: Sendable {
  /// What was typed.
  let typed: String
  /// The prompt that was searched.
  let hash: String
  /// The tokens in which a match begins, or that have the id, ascending.
  let positions: [Int]

  /// Searches all that the model reads, the question included.
  ///
  /// Cost: one step for each byte of the prompt; for a text also one for each byte that agrees, at each
  /// place: no more unless the text resembles itself, and then up to the product of the two lengths.
  /// - Throws: `TextPattern.Failure`.
  init(_ typed: String, in prompt: Prompt) throws {
    self.typed = typed
    hash = prompt.hash
    switch try SearchPattern(typed) {
    case .id(let id): positions = prompt.tokens.indices.filter { prompt.tokens[$0].id == id }
    case .expression(let pattern):
      positions = Self.positions(of: pattern.matches(in: prompt.read).map(\.lowerBound), in: prompt)
    case .text(let needle):
      let starts = prompt.read.withUnsafeBufferPointer { bytes in
        bytes.indices.filter { bytes[$0] == needle.first && bytes[$0...].starts(with: needle) }
      }
      positions = Self.positions(of: starts, in: prompt)
    }
  }

  /// The first match behind a place, or before it, with its number from 1; at the ends it goes round.
  func next(from place: Int, forward: Bool) -> (position: Int, number: Int)? {
    let index =
      forward
      ? positions.firstIndex { $0 >= place } ?? positions.indices.first
      : positions.lastIndex { $0 <= place } ?? positions.indices.last
    return index.map { (positions[$0], $0 + 1) }
  }

  /// The tokens in which bytes stand; both ascend.
  private static func positions(of bytes: [Int], in prompt: Prompt) -> [Int] {
    var result: [Int] = []
    var position = 0
    for byte in bytes {
      while position < prompt.tokens.count, prompt.readRange(at: position).upperBound <= byte {
        position += 1
      }
      guard position < prompt.tokens.count, result.last != position else { continue }
      result.append(position)
    }
    return result
  }
}

/// What a person looks for in a text.
enum SearchPattern {
  /// A text, byte by byte.
  case text([UInt8])
  /// A token's id, typed as `#41`.
  case id(Int)
  /// A regular expression, typed between slashes; the last one may be left out.
  case expression(TextPattern)

  /// Reads what was typed behind `/`.
  /// - Throws: `TextPattern.Failure`.
  init(_ typed: String) throws {
    if typed.hasPrefix("#"), let id = Int(typed.dropFirst()) {
      self = .id(id)
    } else if typed.hasPrefix("/"), typed.count > 1 {
      let expression = typed.dropFirst()
      self = .expression(try TextPattern(String(expression.last == "/" ? expression.dropLast() : expression)))
    } else {
      self = .text(Array(typed.utf8))
    }
  }
}
