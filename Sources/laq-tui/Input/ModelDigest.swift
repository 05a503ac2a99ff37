import Checkpoint
import Evaluation
import Foundation
import Synchronization

/// The digest of the model that was opened, of its files as they were then: whoever keeps values behind it
/// may do so hours later, and a first screen waits for no digest.
final class ModelDigest: Sendable {
  private let compute: @Sendable () -> String?
  /// What it was when it was computed last: reading a model's files takes seconds.
  private let known = Mutex<String?>(nil)
  private let files: [String]
  private let stamps: [Stamp]

  /// What changes with a file, however it is replaced.
  private struct Stamp: Equatable, Sendable {
    var number: Int?
    var size: Int?
    var date: Date?
  }

  /// - Parameters:
  ///   - path: where the model was looked for, if it is not the embedded one.
  ///   - gate: a trained gate's file, if one was named.
  init(_ checkpoint: Checkpoint, path: String?, gate: String?) {
    compute = { try? EvaluationModel(checkpoint, path: path, gate: gate).identity.digest }
    let inside = try? FileManager.default.contentsOfDirectory(atPath: checkpoint.path)
    let model =
      inside?.sorted().map { (checkpoint.path as NSString).appendingPathComponent($0) }
      ?? Checkpoint.files(ofGGUF: checkpoint.path)
    files = model + (gate.map { [$0] } ?? [])
    stamps = files.map(Self.stamp)
  }

  /// SHA-256 in hexadecimal; `nil` where the files cannot be read, or are others than those that were opened.
  var value: String? {
    guard files.map(Self.stamp) == stamps else { return nil }
    return known.withLock { known in
      known = known ?? compute()
      return known
    }
  }

  private static func stamp(_ path: String) -> Stamp {
    let target = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
    let found = try? FileManager.default.attributesOfItem(atPath: target)
    return Stamp(
      number: found?[.systemFileNumber] as? Int, size: found?[.size] as? Int,
      date: found?[.modificationDate] as? Date)
  }
}
