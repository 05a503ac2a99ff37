import Exploration
import Foundation

/// Where `e` writes to.
enum ExportFile {
  /// Writes the kept tokens; without a path to the first free `kept.json`, `kept-2.json`, … here.
  /// - Returns: a sentence for the status line.
  static func write(_ story: Story, to path: String?) throws -> String {
    let export = try KeptExport(story)
    let target = path ?? free()
    try export.write(to: target)
    return "kept tokens of \(story.lanes.count + 1) policies written to \(target)"
  }

  private static func free() -> String {
    var name = "kept.json"
    var number = 2
    while FileManager.default.fileExists(atPath: name) {
      name = "kept-\(number).json"
      number += 1
    }
    return name
  }
}
