import Checkpoint
import Foundation

/// A file that says what policies keep: NumPy's `.npz` and `.npy`, safetensors, or this program's own JSON.
///
/// Samples/Traces/README.md says how arrays are named and shaped.
public struct KeptFile {
  /// The file's path.
  public let path: String
  let contents: Contents

  /// What a file holds before it is held to a prompt.
  enum Contents {
    case arrays([StoredArray])
    case export(ExportedKept)
  }

  /// Opens a file and reads what it says about its arrays, not their elements.
  /// - Throws: `KeptFileError`; `CheckpointError` for a file that cannot be opened, or a safetensors header
  ///   that is damaged.
  public init(path: String) throws {
    self.path = path
    switch (path as NSString).pathExtension.lowercased() {
    case "npz": contents = .arrays(try Self.npz(try MappedFile(path: path)))
    case "npy": contents = .arrays([try Self.npy(try MappedFile(path: path))])
    case "safetensors": contents = .arrays(try Self.safetensors(path))
    case "json": contents = .export(try ExportedKept(path: path))
    default: throw KeptFileError.unknownFormat(path)
    }
  }

  private static func npz(_ file: MappedFile) throws -> [StoredArray] {
    let zip = try ZipFile(file)
    return try zip.entries.filter { $0.name.hasSuffix(".npy") }.map { entry in
      try array(
        String(entry.name.dropLast(4)), in: file.path, start: try zip.prefix(entry, NPYHeader.byteLimit),
        count: entry.count
      ) { header in Array(try zip.contents(entry).dropFirst(header.byteCount)) }
    }
  }

  private static func npy(_ file: MappedFile) throws -> StoredArray {
    let name = ((file.path as NSString).lastPathComponent as NSString).deletingPathExtension
    return try array(
      name, in: file.path, start: Array(file.bytes.prefix(NPYHeader.byteLimit)), count: file.bytes.count
    ) { header in Array(file.bytes.dropFirst(header.byteCount)) }
  }

  /// An array of an `.npy` file.
  /// - Parameters:
  ///   - start: the file's first bytes.
  ///   - count: all of its bytes.
  ///   - load: what follows the header.
  private static func array(
    _ name: String, in path: String, start: [UInt8], count: Int, load: @escaping (NPYHeader) throws -> [UInt8]
  ) throws -> StoredArray {
    let header: NPYHeader
    do {
      header = try NPYHeader(start)
    } catch let failure as NPYHeader.Failure {
      throw KeptFileError.damaged(path, reason: "'\(name)': \(failure.reason)")
    }
    let element = header.type.flatMap(StoredArray.Element.init(numPy:))
    let array = StoredArray(
      name: name, typeName: header.type ?? "a structured type", element: element, shape: header.shape,
      isColumnMajor: header.isColumnMajor, load: { try load(header) })
    if let element {
      guard let elements = array.count, elements * element.byteCount == count - header.byteCount else {
        throw KeptFileError.damaged(
          path, reason: "'\(name)' should hold \(array.summary), and has \(count - header.byteCount) bytes")
      }
    }
    return array
  }

  private static func safetensors(_ path: String) throws -> [StoredArray] {
    let file = try MappedFile(path: path)
    return try Safetensors(path: path).tensors.sorted { $0.key < $1.key }.map { name, tensor in
      let element = StoredArray.Element(safetensors: tensor.typeName)
      let array = StoredArray(
        name: name, typeName: tensor.typeName, element: element, shape: tensor.shape, isColumnMajor: false
      ) { Array(file.bytes[tensor.byteRange]) }
      // Of the types that are no weights, the reader of checkpoints checks no sizes.
      if let element {
        guard let count = array.count, count * element.byteCount == tensor.byteRange.count,
          tensor.byteRange.upperBound <= file.bytes.count
        else {
          throw KeptFileError.damaged(
            path, reason: "'\(name)' should hold \(array.summary), and has \(tensor.byteRange.count) bytes")
        }
      }
      return array
    }
  }
}
