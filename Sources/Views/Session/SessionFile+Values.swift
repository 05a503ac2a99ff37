import Exploration
import Foundation
import Transformer

extension SessionFile {
  /// What was computed when the session was written, so that it is seen at once when it is opened.
  package struct Values: Codable, Sendable, Equatable {
    /// SHA-256 of all that the values hang on: they are shown where it is the same, and nowhere else.
    package var key: String
    /// JSON in base 64: thousands of numbers, which nobody reads one by one.
    package var run: Data
  }

  /// The most bytes that values take; of longer prompts they are computed again.
  package static let valuesLimit = 16 << 20

  /// Adds what a state's run has computed, if that is complete and what is asked for now.
  /// - Parameter model: a digest of the model's files; `nil` where they cannot be told apart.
  package mutating func remember(_ state: ViewState, model: String?) {
    values = nil
    let (run, setup) = (state.run, state.setup)
    guard let model, run.settings == setup.settings, run.prompt.asksTheSame(as: setup.prompt),
      let remembered = RememberedRun(run), let data = try? JSONEncoder().encode(remembered),
      data.count <= Self.valuesLimit, let key = key(of: setup.prompt, model: model)
    else { return }
    values = Values(key: key, run: data)
  }

  /// The run that a state begins with, with the values of this file where they are what it would compute;
  /// `nil` where they are not.
  /// - Parameters:
  ///   - current: the session as it would be written now: options beside the file may have changed it.
  ///   - model: a digest of the model's files.
  package func shown(in state: ViewState, current: SessionFile, model: String, shape: ModelShape) -> Run? {
    guard let values, values.key == current.key(of: state.setup.prompt, model: model),
      let remembered = try? JSONDecoder().decode(RememberedRun.self, from: values.run)
    else { return nil }
    return state.run.showing(remembered, shape: shape)
  }

  /// What values hang on: the tokens, the model, everything that was asked for, the program, and the
  /// instructions that it computes with, whose roundings differ.
  private func key(of prompt: Prompt, model: String) -> String? {
    var asked = self
    (asked.program, asked.values, asked.other, asked.screen) = (Release.name, nil, nil, Screen())
    asked.recording = nil
    // Where a file lies decides nothing; what is in it is in the digests.
    (asked.source.model, asked.source.gate) = ("", asked.source.gate.map { _ in "" })
    asked.source.text = Text(sha256: prompt.hash)
    (asked.setup.active, asked.setup.pinned) = (nil, nil)
    guard let data = try? asked.data() else { return nil }
    let tokens = prompt.tokens.map { String($0.id) }.joined(separator: " ")
    let whole = [String(decoding: data, as: UTF8.self), model, tokens, InstructionSet.used.name]
    return Prompt.hash(of: Array(whole.joined(separator: "\n").utf8))
  }
}
