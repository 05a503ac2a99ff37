import Foundation

/// A GGUF model: one file, or several that `llama-gguf-split` made of one, of which the first has the
/// metadata.
struct GGUFFile: Sendable {
  /// One tensor's place and form.
  struct Tensor: Sendable, Hashable {
    /// The file that it lies in.
    let part: Int
    /// The type by its number in the file.
    let typeCode: UInt32
    /// Sizes, outermost first as everywhere here; the file has them innermost first.
    let shape: [Int]
    /// The elements' place in the file; empty when the type is one that cannot be read.
    let byteRange: Range<Int>

    /// The type, when it is one of those that can be read.
    var type: GGMLType? { GGMLType(rawValue: typeCode) }
  }

  /// Keys and values.
  let metadata: GGUFMetadata
  /// Every tensor by the name that the files give it.
  let tensors: [String: Tensor]
  /// The mapped files, in their order.
  let files: [MappedFile]

  /// Maps a model's file and those that belong to it, and checks their headers; no tensor's bytes are
  /// touched.
  /// - Parameter path: the only file, or the first of several.
  /// - Throws: `CheckpointError` for a header that is cut off, contradicts itself or describes bytes
  ///   outside its file, and for parts that are missing or of another model.
  init(path: String) throws {
    let first = try GGUFPart(path: path, number: 0)
    metadata = first.metadata
    let count = try metadata.integer("split.count", in: 0...GGUFPartName.largestCount, default: 1)
    guard count > 1 else {
      (tensors, files) = (first.tensors, [first.file])
      return
    }
    let name = try Self.partName(path, count: count, metadata)
    var tensors = first.tensors
    var files = [first.file]
    for index in 1..<count {
      let part = try Self.part(name, index, count: count)
      for (tensor, place) in part.tensors.sorted(by: { $0.key < $1.key }) {
        guard tensors.updateValue(place, forKey: tensor) == nil else {
          throw CheckpointError.malformed(
            file: part.file.path, reason: "tensor '\(ByteString(tensor))' stands in a part before it, too")
        }
      }
      files.append(part.file)
    }
    let expected = try metadata.integer("split.tensors.count", in: 0...Int(Int32.max), default: tensors.count)
    guard expected == tensors.count else {
      throw metadata.bad(
        "split.tensors.count", expected: "\(tensors.count), the tensors of all \(count) parts",
        found: String(expected))
    }
    (self.tensors, self.files) = (tensors, files)
  }

  /// The elements of a tensor as they are stored.
  func bytes(of tensor: Tensor) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(rebasing: files[tensor.part].bytes[tensor.byteRange])
  }

  private static func partName(_ path: String, count: Int, _ metadata: GGUFMetadata) throws -> GGUFPartName {
    let number = try metadata.integer("split.no", in: 0...count - 1)
    guard let name = GGUFPartName(path), name.count == count, name.number == number else {
      throw metadata.bad(
        "split.no",
        expected: "that of the file's name (NAME-00001-of-00003.gguf), by which the other parts are found",
        found: "\(number) of \(count)")
    }
    guard number == 0 else {
      throw metadata.unsupported(
        "part \(number + 1) of \(count) by itself", supported: "the first part, \(name.path(of: 0))")
    }
    return name
  }

  private static func part(_ name: GGUFPartName, _ index: Int, count: Int) throws -> GGUFPart {
    let path = name.path(of: index)
    guard FileManager.default.fileExists(atPath: path) else {
      throw CheckpointError.unreadable(
        file: path, reason: "it is missing: part \(index + 1) of a model in \(count) files")
    }
    let part = try GGUFPart(path: path, number: index)
    guard try part.metadata.integer("split.no", in: 0...count - 1) == index else {
      throw part.metadata.bad("split.no", expected: "\(index), as the file's name says")
    }
    guard try part.metadata.integer("split.count", in: 0...GGUFPartName.largestCount) == count else {
      throw part.metadata.bad("split.count", expected: "\(count), as in the first part")
    }
    return part
  }
}
