import Checkpoint
import Foundation
import Transformer

/// A prompt's prefill as a session keeps it: a trace with the last token's logits, so that nothing of the
/// prompt passes the model again. Vectors stay in the mapped file.
public struct KeptRecording: Sendable {
  /// The key of the file's metadata that says what the numbers hang on.
  static let key = "laq_recording"

  /// The prefill.
  public let recording: Recording
  /// The tokens that passed.
  let tokens: [Int]

  /// Opens a file.
  /// - Parameters:
  ///   - wanted: what would be computed now.
  ///   - prompt: the prompt that is opened.
  ///   - firstQueryPosition: the first of its queries that policies look at.
  ///   - vocabulary: the model's tokens.
  /// - Throws: `KeptRecordingError`, `TraceError`, `CheckpointError`.
  public init(
    path: String, fitting wanted: RecordingOrigin, prompt: Prompt, settings: ExplorationSettings,
    vocabulary: Int
  ) throws {
    guard let said = try TraceTensors(path: path).header.recordingOrigin,
      let origin = try? JSONDecoder().decode(RecordingOrigin.self, from: Data(said))
    else { throw KeptRecordingError.other(path, reason: "it does not say what it was computed of") }
    if let difference = origin.difference(from: wanted) {
      throw KeptRecordingError.other(path, reason: difference)
    }
    let trace = try TraceFile(path: path)
    recording = trace.recording
    tokens = prompt.tokens.map(\.id)
    guard trace.prompt.tokens.map(\.id) == tokens, recording.lastLogits.count == vocabulary else {
      throw KeptRecordingError.other(path, reason: "its parts do not belong together")
    }
    let first = RunRequest(prompt, settings).firstQueryPosition
    guard recording.firstQueryPosition <= first else {
      throw KeptRecordingError.other(
        path,
        reason: "it holds the last \(recording.tokenCount - recording.firstQueryPosition) queries, and "
          + "\(recording.tokenCount - first) are looked at")
    }
  }
}

/// Why a session's recording is of no use.
public enum KeptRecordingError: Error, Equatable, CustomStringConvertible {
  /// It is of something else.
  case other(String, reason: String)

  /// The sentence that a person reads.
  public var description: String {
    switch self {
    case .other(let path, let reason): "\(path): \(reason)"
    }
  }
}
