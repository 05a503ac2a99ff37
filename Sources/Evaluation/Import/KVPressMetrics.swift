import Foundation

/// What kvpress' own scorer said of a folder (`metrics.json`): one figure, one for each task, or, of needles,
/// one for each answer.
struct KVPressMetrics {
  /// Per cent, by task; of a benchmark without tasks, under an empty name.
  let means: [String: Double]
  /// Of each answer in the order of the rows, by the score's name.
  let single: [[String: Double]]?

  /// Reads the file.
  /// - Throws: `ImportError`.
  init(_ data: Data, file: String) throws {
    let object = try? JSONSerialization.jsonObject(with: data, options: .fragmentsAllowed)
    if let mean = object as? Double {
      (means, single) = (["": mean], nil)
    } else if let list = object as? [[String: Any]] {
      single = list.map { one in
        one.compactMapValues { ($0 as? [String: Any])?["f"] as? Double }
      }
      means = [:]
    } else if let tasks = object as? [String: Any] {
      single = nil
      means = tasks.compactMapValues { value in
        (value as? [String: Any])?["string_match"] as? Double
      }
    } else {
      throw ImportError(
        file, expected: "a number, an object or a list of JSON", found: "\(data.count) bytes of another kind",
        cure: "the file was cut off or changed: copy it again, or run the evaluation again")
    }
  }
}
