/// A session that is to be kept in a file.
package struct SessionRequest: Sendable, Hashable {
  /// The file's path as it was typed.
  package var path: String
  /// Whether a file that is there already may be replaced.
  package var replacing: Bool
  /// Whether the prompt's recording is kept beside it, so that the text need not pass the model again.
  package var keepsRecording: Bool

  /// Makes a request.
  package init(_ path: String, replacing: Bool = false, keepsRecording: Bool = false) {
    (self.path, self.replacing, self.keepsRecording) = (path, replacing, keepsRecording)
  }

  /// The word behind the file's name that asks for the recording, too.
  static let recordingWord = "recording"

  /// It as it is typed.
  var typed: String { keepsRecording ? "\(path) \(Self.recordingWord)" : path }

  /// The file that the recording is kept in.
  package var recordingPath: String { path + ".recording" }
}

/// A file with a prompt's recording, which a session names as long as it is about the same prompt.
package struct KeptRecordingFile: Sendable, Hashable {
  /// The file.
  package var path: String
  /// Its bytes.
  package var bytes: Int
  /// The hash of the prompt that it is about.
  package var promptHash: String

  /// Takes note of a file.
  package init(path: String, bytes: Int, promptHash: String) {
    (self.path, self.bytes, self.promptHash) = (path, bytes, promptHash)
  }
}
