import Foundation

/// An array with a name, a type and a shape: what `.npz` and safetensors files are made of.
struct NamedArray {
  /// The types that exports need, little-endian.
  enum Element {
    case bool, bytes, float32, int64

    /// NumPy's name of the type.
    var numPy: String {
      switch self {
      case .bool: "|b1"
      case .bytes: "|u1"
      case .float32: "<f4"
      case .int64: "<i8"
      }
    }

    /// The name of the type in a safetensors file.
    var safetensors: String {
      switch self {
      case .bool: "BOOL"
      case .bytes: "U8"
      case .float32: "F32"
      case .int64: "I64"
      }
    }

    /// Bytes of an element.
    var byteCount: Int {
      switch self {
      case .bool, .bytes: 1
      case .float32: 4
      case .int64: 8
      }
    }
  }

  let name: String
  let element: Element
  /// Sizes, outermost first; their product is the number of elements in `data`, row-major.
  let shape: [Int]
  let data: Data

  init(_ name: String, _ values: [Bool], shape: [Int]) {
    self.init(name, .bool, shape: shape, data: Data(values.map { $0 ? 1 : 0 }))
  }

  init(_ name: String, _ values: [Float], shape: [Int]) {
    var data = Data(capacity: values.count * 4)
    for value in values { data.append(bits: value.bitPattern) }
    self.init(name, .float32, shape: shape, data: data)
  }

  init(_ name: String, _ values: [Int], shape: [Int]? = nil) {
    var data = Data(capacity: values.count * 8)
    for value in values { data.append(bits: Int64(value)) }
    self.init(name, .int64, shape: shape ?? [values.count], data: data)
  }

  init(_ name: String, text: Data) { self.init(name, .bytes, shape: [text.count], data: text) }

  private init(_ name: String, _ element: Element, shape: [Int], data: Data) {
    precondition(
      shape.reduce(1, *) * element.byteCount == data.count, "\(name): \(data.count) bytes for \(shape)")
    (self.name, self.element, self.shape, self.data) = (name, element, shape, data)
  }
}
