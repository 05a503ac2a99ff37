import Foundation
import Transformer

/// A tensor that is made when it is written: its name, type and shape are known before.
struct StreamedTensor {
  /// What the file's header says of it.
  let entry: SafetensorsExport.Entry
  private let body: (AtomicFile.Output) throws -> Void

  /// A small array.
  init(_ array: NamedArray) {
    entry = SafetensorsExport.Entry(array)
    body = { try $0.append(array.data) }
  }

  /// Floats, gathered when they are written.
  init(_ name: String, shape: [Int], _ floats: @escaping () -> [Float]) {
    entry = SafetensorsExport.Entry(name: name, type: "F32", width: 4, shape: shape)
    body = { file in try floats().withUnsafeBytes { try file.append($0) } }
  }

  /// Recorded vectors in their own number format.
  init(_ name: String, _ vectors: VectorStorage, shape: [Int]) {
    let (type, width) = vectors.isRounded ? ("BF16", 2) : ("F32", 4)
    entry = SafetensorsExport.Entry(name: name, type: type, width: width, shape: shape)
    body = { file in
      // A part at a time, so that nothing is held twice.
      let part = 1 << 22
      for first in stride(from: 0, to: vectors.count, by: part) {
        try Task.checkCancellation()
        let range = first..<min(first + part, vectors.count)
        if vectors.isRounded {
          try vectors.bfloat16(range).withUnsafeBytes { try file.append($0) }
        } else {
          try vectors.floats(range).withUnsafeBytes { try file.append($0) }
        }
      }
    }
  }

  /// Writes the elements.
  func write(to file: AtomicFile.Output) throws { try body(file) }

  /// Tensors with the widest elements first, so that each is aligned to its own; otherwise in their order.
  static func ordered(_ tensors: [StreamedTensor]) -> [StreamedTensor] {
    tensors.enumerated().sorted {
      ($1.element.entry.width, $0.offset) < ($0.element.entry.width, $1.offset)
    }.map(\.element)
  }
}
