import Checkpoint
import Eviction
import Exploration
import Transformer

extension LaqTUI {
  /// The policies of `--kept`, in the order in which the files are given.
  /// - Throws: `KeptFileError`, `CheckpointError`.
  func keptPolicies(shape: ModelShape, prompt: Prompt) throws -> [Policy] {
    let tokens = prompt.tokens.map(\.id)
    return try kept.flatMap { try KeptFile(path: $0).maps(shape: shape, tokens: tokens) }.map(Policy.init(keeping:))
  }
}
