import Checkpoint
import EmbeddedModel
import Foundation
import Views

/// What a shell offers in the place of an option's value; the scripts that it gets from the argument parser
/// ask the program.
enum Completions {
  /// Policies' names, part by part.
  @Sendable static func policies(_ words: [String], _ index: Int, _ prefix: String) -> [String] {
    guard let draft = PolicyCompletion.draft(prefix) else { return PolicyCompletion.names(prefix) }
    return models(words, index, draft.model).map { draft.stem + $0 }
  }

  /// The embedded model, those in the Hugging Face cache, and files.
  @Sendable static func models(_ words: [String], _ index: Int, _ prefix: String) -> [String] {
    let names =
      [EmbeddedModel.name] + Checkpoint.cachedModels(environment: ProcessInfo.processInfo.environment)
    return names.filter { $0.hasPrefix(prefix) } + FileCompletion().candidates(prefix)
  }
}
