import Foundation
import Testing

@testable import Checkpoint

/// A folder for a test's files, removed with it.
final class TemporaryFolder {
  let path: String

  /// - Parameter inMemory: for tests that write thousands of files, where the system has such a folder.
  init(inMemory: Bool = false) throws {
    let memory = "/dev/shm"
    let parent =
      inMemory && FileManager.default.isWritableFile(atPath: memory)
      ? URL(fileURLWithPath: memory) : FileManager.default.temporaryDirectory
    let url = parent.appendingPathComponent(
      "checkpoint-tests-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    path = url.path
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// Writes a file and gives its path.
  func write(_ bytes: some Sequence<UInt8>, as name: String = "file") throws -> String {
    let file = path + "/" + name
    // Removed first: some file systems wait for the disk when a file is overwritten.
    try? FileManager.default.removeItem(atPath: file)
    try Data(Array(bytes)).write(to: URL(fileURLWithPath: file))
    return file
  }

  func write(_ text: String, as name: String = "file") throws -> String {
    try write(text.utf8, as: name)
  }
}

/// A folder beside this file's, and the data beside the project.
enum Places {
  static func fixture(_ name: String) throws -> String {
    try #require(
      Bundle.module.resourceURL?.appendingPathComponent("Fixtures/\(name)").path,
      "the test bundle has no resources")
  }

  /// `shared/data`, upward from here; `nil` where the project stands alone.
  static let sharedData: String? = {
    var folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    while folder.path != "/" {
      let data = folder.appendingPathComponent("shared/data").path
      if FileManager.default.fileExists(atPath: data) { return data }
      folder.deleteLastPathComponent()
    }
    print("CheckpointTests: ../shared/data isn't there; the comparisons with it are skipped")
    return nil
  }()

  static var hasSharedData: Bool { sharedData != nil }
}

/// Parses a text with the parser under test.
func parseJSON(_ text: some Sequence<UInt8>) throws -> JSONValue {
  try Array(text).withUnsafeBytes { try JSONParser.parse($0) }
}

func parseJSON(_ text: String) throws -> JSONValue { try parseJSON(text.utf8) }

/// The error of an attempt, in words; `nil` when it succeeds.
func failure(of attempt: () throws -> Void) -> String? {
  do {
    try attempt()
    return nil
  } catch let error as CheckpointError {
    return error.description
  } catch {
    return "another error than CheckpointError: \(error)"
  }
}

/// Whether tokens cover a text's bytes without a gap or an overlap.
func covers(_ tokens: [Token], _ text: [UInt8]) -> Bool {
  var end = 0
  for token in tokens {
    guard token.byteRange.lowerBound == end || token.byteRange.isEmpty else { return false }
    end = max(end, token.byteRange.upperBound)
  }
  return end == text.count
}
