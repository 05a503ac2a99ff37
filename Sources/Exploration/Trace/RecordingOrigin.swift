import Transformer

/// What the numbers of a recording hang on: whoever computes the same would have the same bytes.
public struct RecordingOrigin: Codable, Sendable, Equatable {
  /// A digest of the model's files.
  public let model: String
  /// SHA-256 of the tokens that passed.
  public let tokens: String
  /// The number format of matrix products that was asked for.
  public let precision: String
  /// The instructions that the CPU computed with.
  public let instructions: String
  /// The program's name and version.
  public let program: String

  /// The origin of a prompt's prefill on this machine, now.
  /// - Parameter model: a digest of the model's files.
  public init(model: String, prompt: Prompt, precision: Precision) {
    self.model = model
    let ids = prompt.tokens.map { String($0.id) }.joined(separator: " ")
    tokens = Prompt.hash(of: Array(ids.utf8))
    self.precision = precision.rawValue
    (instructions, program) = (InstructionSet.used.name, Release.name)
  }

  /// The first part in which another origin differs, in words; `nil` where there is none.
  func difference(from wanted: RecordingOrigin) -> String? {
    if model != wanted.model { return "it is of other model files" }
    if tokens != wanted.tokens { return "it is of another text, question or chat" }
    if precision != wanted.precision {
      return "it was computed with --precision \(precision), and now it is \(wanted.precision)"
    }
    if instructions != wanted.instructions {
      return "it was computed with \(instructions) instructions, and this CPU uses \(wanted.instructions)"
    }
    return program == wanted.program ? nil : "\(program) has computed it, and this is \(wanted.program)"
  }
}
