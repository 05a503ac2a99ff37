import Checkpoint
import Eviction
import Foundation
import Synchronization

/// The models that may draft pseudo tokens for another one: the small files of each are read once, and its
/// vocabulary must be that model's.
public final class DraftModels: Sendable {
  private let model: Checkpoint
  private let open: @Sendable (String) throws -> Checkpoint
  private let known = Mutex<[String: Checkpoint]>([:])

  /// Opens nothing yet.
  /// - Parameters:
  ///   - model: the model that they draft for.
  ///   - open: opens a path or a name; unless given, what `Checkpoint` opens.
  public init(
    for model: Checkpoint,
    open: @escaping @Sendable (String) throws -> Checkpoint = {
      try Checkpoint(path: ($0 as NSString).expandingTildeInPath)
    }
  ) {
    (self.model, self.open) = (model, open)
  }

  /// Refuses the first of some policies whose draft is none for the model.
  /// - Throws: `DraftError`.
  public func check(_ policies: [Policy]) throws {
    for draft in policies.compactMap(\.draft) { _ = try checkpoint(draft) }
  }

  /// The small files of a draft.
  /// - Throws: `DraftError`.
  func checkpoint(_ draft: String) throws -> Checkpoint {
    if let found = known.withLock({ $0[draft] }) { return found }
    let found: Checkpoint
    do { found = try open(draft) } catch {
      throw DraftError.notOpened(draft: draft, reason: String(describing: error))
    }
    if let (expected, found: other) = Self.difference(model.tokenizer, found.tokenizer) {
      throw DraftError.otherVocabulary(file: found.path, model: model.path, expected: expected, found: other)
    }
    known.withLock { $0[draft] = found }
    return found
  }

  /// How many ids the model has embeddings for: others cannot be fed.
  var embeddedCount: Int { model.configuration.vocabularySize }

  /// The first token in which two vocabularies differ, in words; `nil` where they are the same but for
  /// padding, of which larger embeddings have more.
  static func difference(_ model: Tokenizer, _ draft: Tokenizer) -> (expected: String, found: String)? {
    for id in 0..<max(model.vocabularySize, draft.vocabularySize) {
      let (wanted, found) = (token(id, of: model), token(id, of: draft))
      if wanted != found {
        let sizes = (count(model), count(draft))
        return (
          "token \(id) to be \(wanted ?? "none") of \(sizes.0)", "\(found ?? "none") of \(sizes.1)"
        )
      }
    }
    return nil
  }

  private static func count(_ tokenizer: Tokenizer) -> String { "\(tokenizer.vocabularySize) tokens" }

  /// A token as two vocabularies are compared by it; `nil` for what fills the end of a table.
  private static func token(_ id: Int, of tokenizer: Tokenizer) -> String? {
    let bytes = tokenizer.bytes(of: id)
    if tokenizer.isSpecial(id) { return "a special token" }
    let text = String(decoding: bytes, as: UTF8.self)
    if bytes.isEmpty || text == "[PAD\(id)]" { return nil }
    let isText = text.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0 != "\u{FFFD}" }
    return isText ? "'\(text)'" : "the bytes " + bytes.map { String($0, radix: 16) }.joined(separator: " ")
  }
}
