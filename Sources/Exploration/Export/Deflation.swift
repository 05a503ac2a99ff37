import CZlib
import Foundation

/// Packing of bytes as browsers unpack them: zlib's format (RFC 1950), by the system's zlib.
package enum Deflation {
  /// The packed bytes; the same zlib makes the same of the same bytes.
  /// - Returns: `nil` where there are more bytes than zlib counts, or no memory for them.
  package static func packed(_ bytes: Data) -> Data? {
    var count = compressBound(UInt(bytes.count))
    var packed = Data(count: Int(count))
    let state = packed.withUnsafeMutableBytes { packed in
      bytes.withUnsafeBytes { bytes in
        compress2(
          packed.bindMemory(to: UInt8.self).baseAddress, &count,
          bytes.bindMemory(to: UInt8.self).baseAddress, UInt(bytes.count), Z_BEST_COMPRESSION)
      }
    }
    return state == Z_OK ? packed.prefix(Int(count)) : nil
  }
}
