import Checkpoint
import Eviction
import Exploration
import Transformer

extension LaqTUI {
  /// The policies whose choice is made: those that a trace has recorded, and those of `--kept`, in the order in
  /// which the files are given; of equal names the later ones get a number.
  /// - Throws: `KeptFileError`, `CheckpointError`.
  func keptPolicies(shape: ModelShape, prompt: Prompt, recorded: [KeptMap] = []) throws -> [Policy] {
    let tokens = prompt.tokens.map(\.id)
    var counts: [String: Int] = [:]
    let files = try policies.kept.flatMap { try KeptFile(path: $0).maps(shape: shape, tokens: tokens) }
    return (recorded + files).map { map in
      counts[map.name, default: 0] += 1
      let name = counts[map.name].flatMap { $0 > 1 ? "\(map.name) (\($0))" : nil } ?? map.name
      return Policy(
        keeping: KeptMap(name: name, source: map.source, kept: map.kept, promptHash: prompt.hash))
    }
  }
}
