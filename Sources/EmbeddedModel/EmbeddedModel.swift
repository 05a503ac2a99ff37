import Foundation

/// The model that comes with the program: a Hugging Face folder among the package's resources.
///
/// `Bundle.module` is not used, because it ends the process when the resources are gone; a program
/// that was moved without them can still open another model.
package enum EmbeddedModel {
  /// The name under which the screens and exports know it.
  package static let name = "embedded"

  /// The folder with `config.json`, `model.safetensors` and `tokenizer.json`.
  ///
  /// Looked for beside the running program, where the package manager puts it, so that it is found
  /// from any working folder and through symbolic links.
  /// - Throws: `EmbeddedModelError` with the folders that were tried.
  package static func folder() throws -> String {
    let program = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
    // The native build system says ".resources", Swift Build (`--build-system swiftbuild`) ".bundle".
    let bundles = ["laq-tui_EmbeddedModel.resources", "laq-tui_EmbeddedModel.bundle"]
    // A test runs inside a bundle of its own, one folder deeper than the program.
    let beside = [
      program.deletingLastPathComponent(),
      URL(fileURLWithPath: CommandLine.arguments.first ?? "").deletingLastPathComponent(),
      Bundle.main.bundleURL,
    ]
    let candidates = beside.flatMap { folder in
      bundles.map { folder.appendingPathComponent($0).appendingPathComponent("model") }
    }
    for candidate in candidates
    where FileManager.default.fileExists(
      atPath: candidate.appendingPathComponent("config.json").path)
    {
      return candidate.path
    }
    throw EmbeddedModelError(searched: candidates.map(\.path))
  }
}

/// The resources are not where the package manager puts them.
package struct EmbeddedModelError: Error, CustomStringConvertible {
  /// The folders that were tried.
  package let searched: [String]

  package var description: String {
    """
    the embedded model was not found in \(searched.first ?? "any folder"); \
    build with 'swift build', or name a model folder with --model
    """
  }
}

/// The text of the tutorial, compiled into the program so that it is read wherever the program lies.
///
/// It is `Samples/needle.txt` itself: the resource is a link to it.
package enum EmbeddedSample {
  /// The name under which the screens and exports know it.
  package static let name = "needle.txt"

  /// Its bytes, UTF-8.
  package static let text: [UInt8] = PackageResources.needle_txt
}
