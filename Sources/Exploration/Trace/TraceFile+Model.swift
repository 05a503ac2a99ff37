import Checkpoint
import Eviction
import Transformer

/// A trace whose model is there as well: what was recorded need not pass the model again, and everything that
/// a trace alone lacks is decoded.
extension TraceFile {
  /// The run of a trace's prompt by the model that it was recorded of.
  /// - Throws: `TraceModelError` for a model of other sizes, or with other words.
  public func makeRun(_ settings: ExplorationSettings, by checkpoint: Checkpoint, named name: String) throws
    -> Run
  {
    Run(
      modelName: name, prompt: try prompt(for: checkpoint, named: name), settings: settings,
      vocabulary: Vocabulary(checkpoint.tokenizer))
  }

  /// In what the answer of a run by the model differs from the recorded one, in a sentence; `nil` where it
  /// does not, as far as both go.
  public func otherAnswer(in run: Run) -> String? {
    guard run.hasModel, let full = run.full?.answer, !answer.tokens.isEmpty else { return nil }
    let same = zip(full.tokens, answer.tokens).prefix { $0 == $1 }.count
    func said(_ answer: Continuation) -> [Int]? {
      answer.tokens.indices.contains(same) ? [answer.tokens[same]] : answer.hasEnded ? [] : nil
    }
    guard let (found, recorded) = said(full).flatMap({ found in said(answer).map { (found, $0) } }),
      found != recorded
    else { return nil }
    func words(_ tokens: [Int]) -> String {
      tokens.isEmpty ? "the end" : "\"\(run.vocabulary.text(tokens))\""
    }
    return """
      this model's answer is not the recorded one: token \(same + 1) is \(words(found)), and was \(words(recorded)); \
      another number format or machine rounds otherwise
      """
  }

  /// The prompt as a model reads it.
  /// - Throws: `TraceModelError`.
  public func prompt(for checkpoint: Checkpoint, named name: String) throws -> Prompt {
    let (own, found) = (recording.shape, checkpoint.configuration.shape)
    guard own == found else {
      throw TraceModelError.sizes(
        file: path, model: name, expected: Self.words(own), found: Self.words(found))
    }
    let ids = Set(prompt.tokens.map(\.id)).sorted()
    if let unknown = ids.first(where: { $0 >= checkpoint.tokenizer.embeddedCount }) {
      throw TraceModelError.unknownToken(file: path, model: name, id: unknown)
    }
    // Tokens at the edges of words are written in several ways; most of another vocabulary's are other words.
    let others = ids.filter { !isAlike(vocabulary.bytes(of: $0), checkpoint.tokenizer.bytes(of: $0)) }
    if let other = others.first, 2 * others.count > ids.count {
      func quoted(_ bytes: [UInt8]) -> String { "'\(String(decoding: bytes, as: UTF8.self))'" }
      throw TraceModelError.words(
        file: path, model: name, id: other, expected: quoted(vocabulary.bytes(of: other)),
        found: quoted(checkpoint.tokenizer.bytes(of: other)))
    }
    return prompt.read(
      by: checkpoint.tokenizer, contextLength: checkpoint.configuration.contextLength)
  }

  /// What need not pass the model again: all but the last tokens, where the trace has everything of them.
  var prefix: RecordedPrefix? {
    let shape = recording.shape
    let isWhole = recording.layers.allSatisfy {
      $0.values.count == shape.kvHeadCount * recording.tokenCount * shape.headDimension
        && $0.logSumExp.count == shape.queryHeadCount * recording.tokenCount
    }
    return isWhole && recording.firstQueryPosition == 0
      ? RecordedPrefix(recording, count: recording.tokenCount) : nil
  }

  private func isAlike(_ a: [UInt8], _ b: [UInt8]) -> Bool {
    func core(_ bytes: [UInt8]) -> [UInt8] { bytes.filter { $0 != 0x20 } }
    return core(a) == core(b)
  }

  private static func words(_ shape: ModelShape) -> String {
    "\(shape.layerCount) layers of \(shape.queryHeadCount) query and \(shape.kvHeadCount) KV heads of "
      + "\(shape.headDimension)"
  }
}

/// Why a model cannot go on where a trace ends; the sentence says what was expected and found, and what to do.
public enum TraceModelError: Error, Hashable, CustomStringConvertible {
  /// The model has other sizes.
  case sizes(file: String, model: String, expected: String, found: String)
  /// The model has no embedding for one of the tokens.
  case unknownToken(file: String, model: String, id: Int)
  /// The model's tokens are other words.
  case words(file: String, model: String, id: Int, expected: String, found: String)
  /// An option that puts something around a text.
  case framed(file: String, option: String)

  private static let cure = "give the model that was traced, or leave out --model"

  /// The sentence that a person reads.
  public var description: String {
    switch self {
    case .sizes(let file, let model, let expected, let found):
      "\(file): the trace is of a model with \(expected), and \(model) has \(found); \(Self.cure)"
    case .unknownToken(let file, let model, let id):
      "\(file): the trace has a token of id \(id), for which \(model) has no embedding; \(Self.cure)"
    case .words(let file, let model, let id, let expected, let found):
      "\(file): the trace's tokens are other words in \(model), as \(id), which is \(expected) and \(found) there; "
        + Self.cure
    case .framed(let file, let option):
      "\(file): a trace's prompt is as it was recorded, and \(option) would change it; leave it out, or give the text itself"
    }
  }
}
