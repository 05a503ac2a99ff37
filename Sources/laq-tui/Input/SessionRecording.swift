import Exploration
import Foundation
import Transformer
import Views

/// The recording that a session names, if it is what would be computed now; else why it is not taken, and the
/// text passes the model again.
struct SessionRecording {
  /// The prefill.
  let recording: KeptRecording?
  /// The file, for the session that is written next.
  let file: KeptRecordingFile?
  /// What a person should know; `nil` where it is taken.
  let warning: String?

  /// `nil` for a session without one.
  /// - Parameters:
  ///   - session: the session's file.
  ///   - run: what is opened, with the options beside the session.
  ///   - vocabulary: the model's tokens.
  init?(
    _ session: SessionFile?, path: String, _ run: Run, digest: ModelDigest?, precision: Precision,
    vocabulary: Int
  ) {
    guard let session, let named = session.recording else { return nil }
    let place = session.path(named.path, of: path)
    do {
      guard let model = digest?.value else { throw NoRecording() }
      let recording = try KeptRecording(
        path: place,
        fitting: RecordingOrigin(model: model, prompt: run.prompt, precision: precision), prompt: run.prompt,
        settings: run.settings, vocabulary: vocabulary)
      self.recording = recording
      (file, warning) = (
        KeptRecordingFile(path: place, bytes: named.bytes, promptHash: run.prompt.hash), nil
      )
    } catch {
      (recording, file) = (nil, nil)
      warning = "the session's recording is left out (\(error)); the text passes the model again"
    }
  }
}
