import Foundation
import TestSupport

/// A text whose run takes a moment only, in a folder of its own that goes with it.
final class QuickText {
  private let folder: ScratchFolder
  let path: String

  /// The text, with one policy and a few steps.
  var arguments: [String] { [path, "--budget", "16", "--policy", "streaming", "--steps", "2"] }

  /// - Parameter repeats: how often the fact is told; a longer text keeps the engine at work.
  init(repeats: Int = 1) throws {
    folder = try ScratchFolder()
    let facts = Array(repeating: "The passcode is amber lantern.", count: repeats).joined(separator: " ")
    path = try folder.write("\(facts)\nQuestion: What is the passcode?\nAnswer:", as: "text.txt")
  }
}
