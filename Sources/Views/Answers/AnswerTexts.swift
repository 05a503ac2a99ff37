import Exploration
import Screen
import Synchronization

/// Remembers how answers are written: of dozens of policies that answer with hundreds of tokens, that takes
/// longer than a frame.
///
/// The same questions have the same answers whether they are remembered or not, so drawing stays a pure
/// function.
final class AnswerTexts: Sendable {
  /// More answers than this are forgotten at once.
  private static let limit = 256

  private struct Key: Hashable {
    let model: String
    let promptHash: String
    let isASCII: Bool
    let tokens: [Int]
  }

  private let memory = Mutex<[Key: [String]]>([:])

  /// An answer's tokens as they are written; controls and escapes are shown, never passed on.
  func texts(of tokens: [Int], in run: Run, glyphs: GlyphSet) -> [String] {
    let key = Key(
      model: run.modelName, promptHash: run.prompt.hash, isASCII: glyphs.isASCII, tokens: tokens)
    return memory.withLock { memory in
      if let known = memory[key] { return known }
      let made = tokens.map {
        Sanitizer.visible(bytes: run.vocabulary.bytes(of: $0), glyphs: glyphs, spaces: false)
      }
      if memory.count >= Self.limit { memory.removeAll() }
      memory[key] = made
      return made
    }
  }
}
