import Foundation

/// A file of JSON values, one a line, of any size: its lines are found in one reading, and read again one at
/// a time.
///
/// Memory: one block of 1 MiB, and at most one line.
struct JSONLines {
  /// Longer lines are not read: the longest contexts hold a few MiB of text.
  static let lengthLimit = 16 << 20
  private static let blockLength = 1 << 20

  /// Where a line stands.
  struct Place: Sendable, Hashable {
    /// From 1, as editors count.
    let number: Int
    /// Its first byte in the file.
    let offset: Int
    /// Bytes, without the line's end.
    let length: Int
  }

  /// The file.
  let path: String

  /// The lines that hold anything but space.
  /// - Throws: `BenchmarkError.unreadable`.
  func places() throws -> [Place] {
    let handle = try open()
    defer { try? handle.close() }
    var places: [Place] = []
    var (number, start, position, isBlank) = (1, 0, 0, true)
    func end(at position: Int) {
      if !isBlank { places.append(Place(number: number, offset: start, length: position - start)) }
    }
    while let block = try read(Self.blockLength, from: handle) {
      block.withUnsafeBytes { bytes in
        var index = 0
        while index < bytes.count {
          let rest = UnsafeRawBufferPointer(rebasing: bytes[index...])
          let length = rest.firstIndex(of: 0x0A)
          if isBlank {
            isBlank = rest.prefix(length ?? rest.count).allSatisfy { [0x20, 0x09, 0x0D].contains($0) }
          }
          if let length {
            end(at: position + index + length)
            (number, start, isBlank) = (number + 1, position + index + length + 1, true)
            index += length + 1
          } else {
            index = bytes.count
          }
        }
      }
      position += block.count
    }
    end(at: position)
    return places
  }

  /// The bytes of a line.
  /// - Throws: `BenchmarkError.unreadable`, `.line` for one that is too long, no longer there, or nowhere.
  func bytes(_ place: Place) throws -> Data {
    guard place.length <= Self.lengthLimit else {
      throw BenchmarkError.line(
        path, place.number,
        reason: "has \(place.length) bytes, and lines of up to \(Self.lengthLimit >> 20) MiB are read")
    }
    guard place.offset >= 0, place.length >= 0 else {
      throw BenchmarkError.line(
        path, place.number,
        reason: "cannot stand at byte \(place.offset) with \(place.length) bytes: the plan has been changed")
    }
    let handle = try open()
    defer { try? handle.close() }
    do { try handle.seek(toOffset: UInt64(place.offset)) } catch { throw unreadable(error) }
    var data = Data()
    while data.count < place.length {
      guard let block = try read(place.length - data.count, from: handle) else {
        throw BenchmarkError.line(
          path, place.number, reason: "is not there any more: the file has been changed")
      }
      data += block
    }
    return data
  }

  private func open() throws -> FileHandle {
    do { return try FileHandle(forReadingFrom: URL(fileURLWithPath: path)) } catch { throw unreadable(error) }
  }

  /// The next bytes; `nil` at the end.
  private func read(_ count: Int, from handle: FileHandle) throws -> Data? {
    do {
      guard let data = try handle.read(upToCount: count), !data.isEmpty else { return nil }
      return data
    } catch {
      throw unreadable(error)
    }
  }

  private func unreadable(_ error: any Error) -> BenchmarkError {
    .unreadable(path, reason: (error as NSError).localizedDescription)
  }
}

/// Why a benchmark's files cannot be used; the sentence names file and line.
package enum BenchmarkError: Error, Hashable, CustomStringConvertible {
  /// There is no such file or folder, or it cannot be read.
  case unreadable(String, reason: String)
  /// A folder without `.jsonl` files.
  case noFiles(String)
  /// No data set has the name that was given.
  case unknownTask(String)
  /// A file whose name names no data set.
  case unnamedTask(String)
  /// A line that holds no case; the reason goes on where the line is named.
  case line(String, Int, reason: String)
  /// A file without lines.
  case emptyFile(String)

  package var description: String {
    switch self {
    case .unreadable(let path, let reason):
      "\(path): cannot be read (\(reason)); check the path and its permissions"
    case .noFiles(let path):
      "\(path): there are no .jsonl files in this folder; name LongBench's data folder or a file"
    case .unknownTask(let name): "--dataset \(name): there is no such data set; known are \(Self.known)"
    case .unnamedTask(let path):
      "\(path): its name holds no data set's, as in hotpotqa.jsonl; say which it is with --dataset"
    case .line(let path, let number, let reason): "\(path), line \(number): \(reason)"
    case .emptyFile(let path): "\(path): the file is empty, and one JSON object a line was expected"
    }
  }

  private static var known: String { BenchmarkTask.all.map(\.name).joined(separator: ", ") }
}
