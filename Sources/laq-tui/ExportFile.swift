import Exploration
import Foundation

/// Where `e` writes to.
enum ExportFile {
  /// Writes the kept tokens; without a path to the first free `kept.json`, `kept-2.json`, … here.
  /// - Returns: a sentence for the status line.
  static func write(_ story: Story, to path: String?) throws -> String {
    let export = try KeptExport(story)
    let target = path ?? free("kept")
    try export.write(to: target)
    return "kept tokens of \(story.lanes.count + 1) policies written to \(target)"
  }

  /// Writes why an answer was lost, to the first free `why.json`, `why-2.json`, … here.
  /// - Returns: a sentence for the status line.
  static func write(_ finding: WhyFinding, of story: Story) throws -> String {
    let target = free("why")
    do {
      try WhyExport(finding, of: story).json().write(to: URL(fileURLWithPath: target), options: .atomic)
    } catch {
      throw ExportError.notWritten(target, reason: error.localizedDescription)
    }
    return "why \(finding.policy.title) lost the answer: written to \(target)"
  }

  private static func free(_ stem: String) -> String {
    var name = "\(stem).json"
    var number = 2
    while FileManager.default.fileExists(atPath: name) {
      name = "\(stem)-\(number).json"
      number += 1
    }
    return name
  }
}
