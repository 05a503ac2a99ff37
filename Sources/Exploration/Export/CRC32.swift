import CZlib
import Foundation

/// The checksum that a zip file holds of each entry: CRC-32 of ISO 3309, by the system's zlib.
package enum CRC32 {
  /// The checksum of some bytes.
  package static func checksum(_ bytes: some ContiguousBytes) -> UInt32 {
    bytes.withUnsafeBytes { bytes in
      UInt32(truncatingIfNeeded: crc32_z(0, bytes.bindMemory(to: UInt8.self).baseAddress, bytes.count))
    }
  }
}
