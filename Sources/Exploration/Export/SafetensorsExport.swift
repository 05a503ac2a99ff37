import Foundation

/// Writes safetensors files: the length of a JSON header, the header, and the tensors' bytes.
enum SafetensorsExport {
  private struct Tensor: Encodable {
    let dtype: String
    let shape: [Int]
    let data_offsets: [Int]
  }

  private enum Entry: Encodable {
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
    var entries: [String: Entry] = ["__metadata__": .metadata(metadata)]
    var end = 0
    for array in ordered {
      entries[array.name] = .tensor(
        Tensor(dtype: array.element.safetensors, shape: array.shape, data_offsets: [end, end + array.data.count]))
      end += array.data.count
    }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    var header = try encoder.encode(entries)
    header += Data(repeating: 0x20, count: (8 - header.count % 8) % 8)
    var data = Data(capacity: 8 + header.count + end)
    data.append(bits: UInt64(header.count))
    data += header
    for array in ordered { data += array.data }
    return data
  }
}
