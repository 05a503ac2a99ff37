import Checkpoint
import Eviction
import Exploration
import Foundation
import Transformer

/// The model that an evaluation runs: its small files, its name, and as many engines as prompts run at once.
package struct EvaluationModel: Sendable {
  /// Sizes, tokenizer, template.
  package let checkpoint: Checkpoint
  /// Name and digest.
  package let identity: ModelIdentity
  /// The template by which a prompt becomes a user's turn, if prompts are to be.
  package let chat: ChatTemplateFile?
  /// What that template is told beside the conversation.
  package let variables: TemplateVariables
  /// What policies see of a prompt whose text and question can be told apart.
  package let compressed: CompressedPart
  /// The models that may draft pseudo tokens.
  package let drafts: DraftModels
  private let precision: Precision
  private let gate: Gate?

  /// Opens a model's small files.
  /// - Parameters:
  ///   - path: where the checkpoint was opened: one file of weights of several is a model of its own.
  ///   - name: what results call it; the checkpoint's own name unless given.
  ///   - usesChat: whether prompts become a user's turn.
  ///   - variables: what the model's template is told beside the conversation.
  ///   - compressed: what policies see of a prompt.
  ///   - gate: the file of a trained gate, if not the one beside the weights.
  ///   - drafts: the models that may draft pseudo tokens; unless given, all with the model's vocabulary.
  /// - Throws: `EvaluationError.unreadable`, `PromptError.noTemplate`, `TemplateVariableError`, and what
  ///   reading a template or a gate throws.
  package init(
    _ checkpoint: Checkpoint, path: String? = nil, name: String? = nil, usesChat: Bool = false,
    variables: TemplateVariables = TemplateVariables(), compressed: CompressedPart = .all,
    precision: Precision = .automatic, gate: String? = nil, drafts: DraftModels? = nil
  ) throws {
    self.checkpoint = checkpoint
    self.drafts = drafts ?? DraftModels(for: checkpoint)
    self.compressed = compressed
    self.gate = try gate.map { try Gate(path: $0, for: checkpoint.configuration) }
    identity = try ModelIdentity(
      checkpoint, name: name ?? checkpoint.name, weights: path.flatMap { Self.namesWeights($0) ? $0 : nil },
      gate: gate)
    chat = usesChat ? try checkpoint.chatTemplate() : nil
    guard chat != nil || !usesChat else { throw PromptError.noTemplate(model: identity.name) }
    self.variables = variables
    try chat?.check(variables)
    self.precision = precision
  }

  /// What is put around a prompt: its question, and the turns of a chat if prompts are to have them.
  /// - Parameters:
  ///   - questionOffset: the byte of the text with which its question begins, where the text ends with one.
  ///   - isTurn: whether this prompt is to have them, too.
  package func framing(
    question: String? = nil, putsQuestionFirst: Bool = false, questionOffset: Int? = nil, isTurn: Bool = true
  ) -> PromptFraming {
    PromptFraming(
      question: question, putsQuestionFirst: putsQuestionFirst, asksAfterEviction: compressed == .context,
      questionOffset: questionOffset, chat: isTurn ? chat : nil,
      variables: variables)
  }

  /// Whether a path names a file of weights other than the one that opening its folder would find.
  private static func namesWeights(_ path: String) -> Bool {
    var isFolder: ObjCBool = false
    let url = URL(fileURLWithPath: path)
    return url.pathExtension.lowercased() == "safetensors" && url.lastPathComponent != "model.safetensors"
      && FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && !isFolder.boolValue
  }

  /// An engine of its own, which holds the model's weights a second time.
  package func engine() -> RunEngine {
    RunEngine(checkpoint: checkpoint, precision: precision, gate: gate, drafts: drafts)
  }

  /// Refuses a length that no prompt of this model can have, before the work of making one. Texts fall a
  /// little short of the length that is asked for: what may fit is left to `checkLength(of:)`.
  /// - Throws: `CaseError`.
  func checkLength(_ length: Int, of one: EvaluationCase) throws {
    guard length / 2 <= checkpoint.configuration.contextLength else {
      throw CaseError(
        "\(one.id): \(length) tokens were asked for, and this model's context has \(checkpoint.configuration.contextLength); "
          + "ask for shorter prompts")
    }
  }

  /// Refuses a prompt that leaves no room for its answer.
  /// - Throws: `PromptError.tooLong`.
  package func checkLength(of prompt: CasePrompt) throws {
    let limit = checkpoint.configuration.contextLength - prompt.answerLimit
    let count = prompt.prompt.tokens.count + (prompt.prompt.laterQuestion?.tokens.count ?? 0)
    guard count <= limit else {
      throw PromptError.tooLong(prompt.prompt.name, tokenCount: count, limit: max(0, limit))
    }
  }
}
