import Checkpoint
import Foundation

/// A zip file from outside, as NumPy writes `.npz`: entries that are stored or deflated (PKWARE's APPNOTE
/// 6.3, section 4.3).
///
/// Nothing is believed before it is checked against the file's size, and nothing is unpacked beyond what is
/// asked for.
struct ZipFile {
  /// A file in the archive, as the directory at the end describes it.
  struct Entry {
    let name: String
    let isDeflated: Bool
    /// Bytes in the archive, and of the contents.
    let storedCount: Int, count: Int
    let checksum: UInt32
    /// Where its own header begins.
    fileprivate let offset: Int
  }

  /// The entries, in the directory's order.
  let entries: [Entry]
  private let file: MappedFile
  /// Where the directory begins, and so the entries end.
  private let end: Int

  /// Reads the directory.
  /// - Throws: `KeptFileError`.
  init(_ file: MappedFile) throws {
    self.file = file
    let bytes = file.bytes
    func damaged(_ reason: String) -> KeptFileError { .damaged(file.path, reason: reason) }
    // The end record has 22 bytes and a comment of at most 65,535.
    let places = stride(from: bytes.count - 22, through: max(0, bytes.count - 22 - Int(UInt16.max)), by: -1)
    let isEnd = { (place: Int) in
      bytes.number(UInt32.self, at: place) == 0x0605_4B50
        && place + 22 + Int(bytes.number(UInt16.self, at: place + 20)) == bytes.count
    }
    guard bytes.count >= 22, let last = places.first(where: isEnd) else {
      throw damaged("it does not end as a zip file does")
    }
    let entryCount = Int(bytes.number(UInt16.self, at: last + 10))
    let size = Int(bytes.number(UInt32.self, at: last + 12)),
      start = Int(bytes.number(UInt32.self, at: last + 16))
    guard entryCount != UInt16.max, size != UInt32.max, start != UInt32.max else {
      throw KeptFileError.unsupported(
        file.path, what: "it is a zip file of more than 4 GiB or 65,534 arrays",
        cure: "save fewer policies in a file")
    }
    guard start + size <= last else {
      throw damaged("its directory should have \(size) bytes from byte \(start) on")
    }
    var entries: [Entry] = []
    var place = start
    for _ in 0..<entryCount {
      guard place + 46 <= start + size, bytes.number(UInt32.self, at: place) == 0x0201_4B50 else {
        throw damaged("its directory of \(entryCount) entries ends after \(entries.count)")
      }
      let lengths = [28, 30, 32].map { Int(bytes.number(UInt16.self, at: place + $0)) }
      guard place + 46 + lengths.reduce(0, +) <= start + size else {
        throw damaged("a name runs out of its directory")
      }
      let name = String(decoding: bytes[place + 46..<place + 46 + lengths[0]], as: UTF8.self)
      let method = bytes.number(UInt16.self, at: place + 10)
      guard bytes.number(UInt16.self, at: place + 8) & 1 == 0, method == 0 || method == 8 else {
        throw KeptFileError.unsupported(
          file.path, what: "'\(name)' is encrypted or compressed by method \(method)",
          cure: "save it by np.savez or np.savez_compressed")
      }
      let entry = Entry(
        name: name, isDeflated: method == 8, storedCount: Int(bytes.number(UInt32.self, at: place + 20)),
        count: Int(bytes.number(UInt32.self, at: place + 24)),
        checksum: bytes.number(UInt32.self, at: place + 16),
        offset: Int(bytes.number(UInt32.self, at: place + 42)))
      guard entry.isDeflated || entry.storedCount == entry.count else {
        throw damaged("'\(name)' is stored in \(entry.storedCount) bytes, and should have \(entry.count)")
      }
      entries.append(entry)
      place += 46 + lengths.reduce(0, +)
    }
    guard Set(entries.map(\.name)).count == entries.count else {
      throw damaged("a name stands in its directory twice")
    }
    (self.entries, end) = (entries, start)
  }

  /// The first bytes of an entry, fewer where it has no more; they are not checked against its checksum.
  /// - Throws: `KeptFileError`.
  func prefix(_ entry: Entry, _ count: Int) throws -> [UInt8] {
    let stored = try stored(entry)
    let count = min(count, entry.count)
    guard entry.isDeflated else { return Array(stored.prefix(count)) }
    guard let bytes = Inflation.prefix(stored, count) else {
      throw KeptFileError.damaged(file.path, reason: "'\(entry.name)' cannot be unpacked")
    }
    return bytes
  }

  /// A whole entry. Cost: its `count`, which the caller holds to what it expects.
  /// - Throws: `KeptFileError` also when the contents are not those of the checksum.
  func contents(_ entry: Entry) throws -> [UInt8] {
    let bytes = try prefix(entry, entry.count)
    guard bytes.count == entry.count, CRC32.checksum(bytes) == entry.checksum else {
      throw KeptFileError.damaged(file.path, reason: "'\(entry.name)' is not what its checksum says")
    }
    return bytes
  }

  private func stored(_ entry: Entry) throws -> UnsafeRawBufferPointer {
    let bytes = file.bytes
    // The own header repeats name and sizes; only the lengths of name and extra field may differ from the
    // directory's.
    guard entry.offset + 30 <= end, bytes.number(UInt32.self, at: entry.offset) == 0x0403_4B50 else {
      throw KeptFileError.damaged(file.path, reason: "'\(entry.name)' is not where its directory says")
    }
    let start =
      entry.offset + 30 + Int(bytes.number(UInt16.self, at: entry.offset + 26))
      + Int(bytes.number(UInt16.self, at: entry.offset + 28))
    guard start + entry.storedCount <= end else {
      throw KeptFileError.damaged(file.path, reason: "'\(entry.name)' runs into its directory")
    }
    return UnsafeRawBufferPointer(rebasing: bytes[start..<start + entry.storedCount])
  }
}

extension UnsafeRawBufferPointer {
  /// A little-endian number, aligned or not.
  /// - Precondition: its bytes are there.
  func number<Number: FixedWidthInteger>(_ type: Number.Type, at offset: Int) -> Number {
    Number(littleEndian: loadUnaligned(fromByteOffset: offset, as: type))
  }
}
