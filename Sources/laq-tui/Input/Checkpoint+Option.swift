import Checkpoint
import EmbeddedModel
import Eviction
import Exploration
import Foundation

extension Checkpoint {
  /// What a model option names: the embedded model, a path, or the name of one that was downloaded.
  init(option: String) throws {
    try self.init(
      path: option == EmbeddedModel.name
        ? EmbeddedModel.folder() : (option as NSString).expandingTildeInPath)
  }
}

extension DraftModels {
  /// The drafts of policies' names, which name them as a model option does.
  convenience init(named model: Checkpoint) { self.init(for: model) { try Checkpoint(option: $0) } }
}
