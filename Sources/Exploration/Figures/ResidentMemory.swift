import Foundation

/// The memory that the process has in RAM, as Linux counts it.
package enum ResidentMemory {
  /// The most bytes that were resident since the process began, or since the peak was last forgotten; `nil`
  /// where the system does not tell.
  package static var peak: Int? { bytes("VmHWM:") }

  /// The bytes that are resident now.
  package static var now: Int? { bytes("VmRSS:") }

  /// Forgets the peak: from here on it is what is resident now, and what comes to it.
  /// - Returns: whether the system allows it (Linux 4.0 and later, unless a sandbox hides it).
  @discardableResult
  package static func forgetPeak() -> Bool {
    // The number is proc(5)'s for the peak; others would have pages written anew.
    guard let file = FileHandle(forWritingAtPath: "/proc/self/clear_refs") else { return false }
    defer { try? file.close() }
    return (try? file.write(contentsOf: Data("5".utf8))) != nil
  }

  private static func bytes(_ key: String) -> Int? {
    let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
    let line = status.split(separator: "\n").first { $0.hasPrefix(key) }
    return line?.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Int($0) }.map { $0 << 10 }
  }
}
