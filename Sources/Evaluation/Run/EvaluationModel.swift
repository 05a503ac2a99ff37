import Checkpoint
import Eviction
import Exploration
import Transformer

/// The model that an evaluation runs: its small files, its name, and as many engines as prompts run at once.
public struct EvaluationModel: Sendable {
  /// Sizes, tokenizer, template.
  public let checkpoint: Checkpoint
  /// Name and digest.
  public let identity: ModelIdentity
  /// The template by which a prompt becomes a user's turn, if prompts are to be.
  public let chat: ChatTemplateFile?
  private let precision: Precision
  private let gate: Gate?

  /// Opens a model's small files.
  /// - Parameters:
  ///   - name: what results call it; the checkpoint's own name unless given.
  ///   - usesChat: whether prompts become a user's turn.
  ///   - gate: a trained gate, if not the one beside the weights.
  /// - Throws: `EvaluationError.unreadable`, `PromptError.noTemplate`, and what reading a template throws.
  public init(
    _ checkpoint: Checkpoint, name: String? = nil, usesChat: Bool = false, precision: Precision = .automatic,
    gate: Gate? = nil
  ) throws {
    self.checkpoint = checkpoint
    identity = try ModelIdentity(checkpoint, name: name ?? checkpoint.name)
    chat = usesChat ? try checkpoint.chatTemplate() : nil
    guard chat != nil || !usesChat else { throw PromptError.noTemplate(model: identity.name) }
    self.precision = precision
    self.gate = gate
  }

  /// An engine of its own, which holds the model's weights a second time.
  public func explorer() -> Explorer { Explorer(checkpoint: checkpoint, precision: precision, gate: gate) }

  /// Refuses a prompt that leaves no room for its answer.
  /// - Throws: `PromptError.tooLong`.
  public func checkLength(of prompt: CasePrompt) throws {
    let limit = checkpoint.configuration.contextLength - prompt.answerLimit
    guard prompt.prompt.tokens.count <= limit else {
      throw PromptError.tooLong(prompt.prompt.name, tokenCount: prompt.prompt.tokens.count, limit: max(0, limit))
    }
  }
}
