import Foundation

/// Writes safetensors files: the length of a JSON header, the header, and the tensors' bytes.
enum SafetensorsExport {
  /// What the header says of a tensor.
  struct Entry {
    let name: String
    /// The type's name in a safetensors file.
    let type: String
    /// Bytes of an element.
    let width: Int
    /// Sizes, outermost first.
    let shape: [Int]

    /// Bytes of all elements.
    var byteCount: Int { shape.reduce(width, *) }
  }

  private struct Tensor: Encodable {
    let dtype: String
    let shape: [Int]
    let data_offsets: [Int]
  }

  private enum HeaderEntry: Encodable {
    case tensor(Tensor)
    case metadata([String: String])

    func encode(to encoder: any Encoder) throws {
      switch self {
      case .tensor(let tensor): try tensor.encode(to: encoder)
      case .metadata(let values): try values.encode(to: encoder)
      }
    }
  }

  /// The file's bytes, the widest elements first, so that every tensor is aligned to its elements.
  static func data(_ arrays: [NamedArray], metadata: [String: String]) throws -> Data {
    let ordered = arrays.enumerated().sorted {
      ($1.element.element.byteCount, $0.offset) < ($0.element.element.byteCount, $1.offset)
    }.map(\.element)
    var data = try header(ordered.map(Entry.init), metadata: metadata)
    for array in ordered { data += array.data }
    return data
  }

  /// All that stands before the tensors' bytes, which follow each other in the order of their entries.
  static func header(_ entries: [Entry], metadata: [String: String]) throws -> Data {
    var values: [String: HeaderEntry] = ["__metadata__": .metadata(metadata)]
    var end = 0
    for entry in entries {
      values[entry.name] = .tensor(
        Tensor(dtype: entry.type, shape: entry.shape, data_offsets: [end, end + entry.byteCount]))
      end += entry.byteCount
    }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    var header = try encoder.encode(values)
    header += Data(repeating: 0x20, count: (8 - header.count % 8) % 8)
    var data = Data(capacity: 8 + header.count)
    data.append(bits: UInt64(header.count))
    return data + header
  }
}

extension SafetensorsExport.Entry {
  /// What the header says of an array.
  init(_ array: NamedArray) {
    self.init(
      name: array.name, type: array.element.safetensors, width: array.element.byteCount, shape: array.shape)
  }
}
