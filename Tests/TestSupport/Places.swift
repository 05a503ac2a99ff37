import Foundation

/// Where tests find what they read.
package enum Places {
  /// The folder of the whole package.
  package static let root = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  /// The embedded model's files.
  package static let embeddedModel = root.appendingPathComponent("Sources/EmbeddedModel/Resources/model").path

  /// One of the texts that the README's commands open.
  package static func sample(_ name: String) -> String { root.appendingPathComponent("Samples/\(name)").path }

  /// A file or folder among a test target's own fixtures.
  package static func fixture(_ name: String, in bundle: Bundle) throws -> String {
    guard let folder = bundle.resourceURL else { throw NoResources(bundle: bundle.bundlePath) }
    return folder.appendingPathComponent("Fixtures/\(name)").path
  }

  /// `shared/data`, upward from here; `nil` where the project stands alone.
  package static let sharedData: String? = {
    var folder = root
    while folder.path != "/" {
      let data = folder.appendingPathComponent("shared/data").path
      if FileManager.default.fileExists(atPath: data) { return data }
      folder.deleteLastPathComponent()
    }
    print("../shared/data isn't there; the comparisons with it are skipped")
    return nil
  }()

  /// Whether the comparisons with shared data can be made.
  package static var hasSharedData: Bool { sharedData != nil }

  /// A test bundle that was built without the files that its tests read.
  private struct NoResources: Error, CustomStringConvertible {
    let bundle: String
    var description: String { "\(bundle) has no resources; build the tests anew" }
  }
}
