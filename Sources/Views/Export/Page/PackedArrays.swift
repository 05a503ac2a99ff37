import Exploration
import Foundation

/// Numbers that a page's script unpacks: one array behind the other, deflated together and written in base 64.
struct PackedArrays {
  private var bytes = Data()

  /// Bytes of all.
  var count: Int { bytes.count }

  /// Appends bytes as they are.
  /// - Returns: where they begin.
  mutating func add(_ data: some Sequence<UInt8>) -> Int {
    defer { bytes.append(contentsOf: data) }
    return bytes.count
  }

  /// Appends numbers of some bytes each: the lowest bytes of all, then the next. The higher ones, mostly alike,
  /// take next to no room so.
  /// - Returns: where they begin.
  mutating func add(_ numbers: [Int], width: Int) -> Int {
    defer {
      for plane in 0..<width {
        bytes.append(contentsOf: numbers.map { UInt8(truncatingIfNeeded: $0 >> (8 * plane)) })
      }
    }
    return bytes.count
  }

  /// All of it.
  /// - Throws: `ExportError` where there is no memory for it.
  func text() throws -> String {
    guard let packed = Deflation.packed(bytes) else {
      throw ExportError.notWritten("the page", reason: "no memory to pack \(bytes.count) bytes")
    }
    return packed.base64EncodedString()
  }
}

/// Scores of tokens as a page has them: for each place the tokens from the highest score on, and their scores
/// in 16 bits (bfloat16: two decimal digits), each as the step down from the one before.
///
/// Ranks are exact so, and a score takes a third of its bytes.
struct PackedScores: Encodable {
  /// How many tokens have a score, per place.
  let ranked: [Int]
  /// How many of them are listed, per place.
  let listed: [Int]
  /// Where the tokens begin, `[place][listed]`.
  let tokens: Int
  /// Where the scores begin.
  let steps: Int

  /// Packs scores per place, NaN where a token has none.
  /// - Parameter limit: the most tokens that are listed of a place.
  init(_ places: [[Float]], limit: Int, width: Int, into arrays: inout PackedArrays) {
    var tokens: [Int] = [], steps: [Int] = [], ranked: [Int] = [], listed: [Int] = []
    for scores in places {
      let order = scores.indices.filter { !scores[$0].isNaN }.sorted {
        scores[$0] == scores[$1] ? $0 < $1 : scores[$0] > scores[$1]
      }
      var last = 0xFFFF
      for position in order.prefix(limit) {
        let code = Self.code(scores[position])
        steps.append(last - code)
        last = code
      }
      tokens += order.prefix(limit)
      ranked.append(order.count)
      listed.append(min(limit, order.count))
    }
    (self.ranked, self.listed) = (ranked, listed)
    self.tokens = arrays.add(tokens, width: width)
    self.steps = arrays.add(steps, width: 2)
  }

  /// A number in 16 bits that are in the order of the numbers themselves.
  static func code(_ score: Float) -> Int {
    // Minus zero is as large as zero.
    let bits = (score == 0 ? 0 : score).bitPattern
    let rounded = score.isFinite ? (Int(bits) + 0x7FFF + Int(bits >> 16 & 1)) >> 16 : Int(bits >> 16)
    return rounded & 0x8000 == 0 ? rounded | 0x8000 : ~rounded & 0xFFFF
  }
}
