import Checkpoint
import Exploration
import Foundation

/// Text to hide a needle in: the `.txt` files of a folder in the order of their names, again and again until
/// it is enough.
package struct Haystack: Sendable, Hashable {
  /// The folder, as it was given.
  package let folder: String
  /// All files' bytes, one after the other.
  private let text: [UInt8]

  /// Reads a folder.
  /// - Throws: `EvaluationError.unreadable` when it, or one of its files, cannot be read, or when nothing is
  ///   in it.
  package init(folder: String) throws {
    self.folder = folder
    do {
      let path = (folder as NSString).expandingTildeInPath
      let names = try FileManager.default.contentsOfDirectory(atPath: path).filter { $0.hasSuffix(".txt") }
        .sorted()
      text = try names.flatMap { name in
        [UInt8](try Data(contentsOf: URL(fileURLWithPath: path).appendingPathComponent(name)))
      }
    } catch {
      throw EvaluationError.unreadable(folder, reason: (error as NSError).localizedDescription)
    }
    guard !text.isEmpty else {
      throw EvaluationError.unreadable(folder, reason: "it has no .txt file with text")
    }
  }

  /// SHA-256 in hexadecimal of the text.
  package var digest: String { SHA256.hexadecimal(of: text) }

  /// The beginning of the text, and a needle behind the sentence that ends at or before `depth` per cent of
  /// it.
  ///
  /// The needle stands where the reference's does: the place in tokens, then back to the end of a sentence.
  /// At 100 per cent it is the end of the text, within a sentence or not.
  /// - Parameter length: tokens of both together, about: the text is cut between two tokens.
  /// - Throws: `CaseError` where the text becomes too few tokens, however often it is repeated.
  package func hiding(
    _ needle: String, atDepth depth: Double, length: Int, tokenizer: Tokenizer
  ) throws -> [UInt8] {
    let needle = Array(needle.utf8)
    let wanted = max(1, length - tokenizer.encode(needle, addingSpecialTokens: false).count)
    let tokens = try beginning(wanted, tokenizer)
    let hay = Array(tokens.text[..<(tokens.ends.last ?? 0)])
    var place = hay.count
    if depth < 100 {
      let index = Int(Double(tokens.ends.count) * depth / 100)
      place = index == 0 ? 0 : tokens.ends[index - 1]
      while place > 0, hay[place - 1] != UInt8(ascii: ".") { place -= 1 }
    }
    return hay[..<place] + needle + hay[place...]
  }

  /// Bytes of a token at most, on average over a long text: a tokenizer that leaves out what it has no token
  /// for may leave nothing.
  private static let mostBytesPerToken = 512

  /// The first tokens, as the places in the text where they end.
  private func beginning(_ count: Int, _ tokenizer: Tokenizer) throws -> (text: [UInt8], ends: [Int]) {
    var byteCount = 8 * count
    while byteCount <= max(Self.mostBytesPerToken * count, 2 * text.count) {
      let piece = (0...byteCount / text.count).reduce(into: [UInt8]()) { piece, _ in piece += text }.prefix(
        byteCount)
      let tokens = tokenizer.encode(Array(piece), addingSpecialTokens: false)
      // The last token of a text that was cut is another one than in the whole.
      if tokens.count > count { return (Array(piece), tokens.prefix(count).map(\.byteRange.upperBound)) }
      byteCount *= 2
    }
    throw CaseError(
      """
      \(folder): this model's tokenizer makes fewer than \(count) tokens of \(byteCount / 2) bytes of this \
      text; give a text in a language that the model reads
      """)
  }
}
