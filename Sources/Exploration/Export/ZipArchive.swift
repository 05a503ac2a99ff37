import CZlib
import Foundation

/// A zip file with stored entries: all of the format that NumPy's `.npz` needs (PKWARE's APPNOTE 6.3,
/// sections 4.3 and 4.4).
///
/// Our own, because packages that write zip files write files on a disk, compress, and stamp the time: here
/// equal contents have equal bytes.
struct ZipArchive {
  /// Sizes and places are held in 32 bits; all of them set means that they stand elsewhere.
  static let byteLimit = Int(UInt32.max) - 1
  /// Entries are counted in 16 bits.
  static let entryLimit = Int(UInt16.max) - 1

  private(set) var data = Data()
  private var directory = Data()
  private var entryCount = 0

  /// Adds a file, uncompressed, dated to 1 January 1980, where the format's time begins.
  /// - Returns: false, with nothing added, when the format has no more room.
  mutating func add(_ name: String, _ contents: Data) -> Bool {
    let name = Data(name.utf8)
    let grown = data.count + directory.count + contents.count + 2 * name.count + 200
    guard grown <= Self.byteLimit, name.count <= UInt16.max, entryCount < Self.entryLimit else {
      return false
    }
    var common = Data()
    common.append(bits: UInt16(20))  // version 2.0 reads it
    common.append(bits: UInt16(1 << 11))  // names are UTF-8
    common.append(bits: UInt16(0))  // stored
    common.append(bits: UInt16(0))  // midnight
    common.append(bits: UInt16(1 << 5 | 1))
    common.append(bits: CRC32.checksum(contents))
    common.append(bits: UInt32(contents.count))
    common.append(bits: UInt32(contents.count))
    common.append(bits: UInt16(name.count))
    common.append(bits: UInt16(0))  // no extra field

    directory.append(bits: UInt32(0x0201_4B50))
    directory.append(bits: UInt16(20))
    directory += common
    directory.append(bits: UInt16(0))  // no comment
    directory.append(bits: UInt16(0))  // the first disk
    directory.append(bits: UInt16(0))
    directory.append(bits: UInt32(0))
    directory.append(bits: UInt32(data.count))
    directory += name

    data.append(bits: UInt32(0x0403_4B50))
    data += common + name
    data += contents
    entryCount += 1
    return true
  }

  /// The whole file: entries, directory, end.
  func finished() -> Data {
    var end = Data()
    end.append(bits: UInt32(0x0605_4B50))
    end.append(bits: UInt32(0))  // one disk
    end.append(bits: UInt16(entryCount))
    end.append(bits: UInt16(entryCount))
    end.append(bits: UInt32(directory.count))
    end.append(bits: UInt32(data.count))
    end.append(bits: UInt16(0))  // no comment
    return data + directory + end
  }
}

extension Data {
  /// Appends a number, its lowest byte first.
  package mutating func append(bits: some FixedWidthInteger) {
    Swift.withUnsafeBytes(of: bits.littleEndian) { append(contentsOf: $0) }
  }
}

/// The checksum that a zip file holds of each entry: CRC-32 of ISO 3309, by the system's zlib.
package enum CRC32 {
  /// The checksum of some bytes.
  package static func checksum(_ bytes: some ContiguousBytes) -> UInt32 {
    bytes.withUnsafeBytes { bytes in
      UInt32(truncatingIfNeeded: crc32_z(0, bytes.bindMemory(to: UInt8.self).baseAddress, bytes.count))
    }
  }
}
