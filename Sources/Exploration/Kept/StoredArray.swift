/// An array of a file, of which the description is known and the elements are read when they are asked for.
struct StoredArray {
  /// The elements that kept tokens are read from.
  enum Element: Hashable {
    case bool
    case integer(byteCount: Int, isSigned: Bool, isBigEndian: Bool)

    /// Bytes of an element.
    var byteCount: Int {
      switch self {
      case .bool: 1
      case .integer(let byteCount, _, _): byteCount
      }
    }

    /// The element of a NumPy type; `nil` for others.
    init?(numPy type: String) {
      let kind = type.dropFirst().first
      guard let order = type.first, "<>|=".contains(order), let size = Int(type.dropFirst(2)) else {
        return nil
      }
      switch (kind, size) {
      case ("b", 1): self = .bool
      case ("i", 1), ("i", 2), ("i", 4), ("i", 8), ("u", 1), ("u", 2), ("u", 4), ("u", 8):
        self = .integer(byteCount: size, isSigned: kind == "i", isBigEndian: order == ">")
      default: return nil
      }
    }

    /// The element of a safetensors type; `nil` for others.
    init?(safetensors type: String) {
      switch type {
      case "BOOL": self = .bool
      case "I8", "I16", "I32", "I64", "U8", "U16", "U32", "U64":
        guard let bits = Int(type.dropFirst()) else { return nil }
        self = .integer(byteCount: bits / 8, isSigned: type.first == "I", isBigEndian: false)
      default: return nil
      }
    }
  }

  /// The name in the file.
  let name: String
  /// The type as the file names it.
  let typeName: String
  /// `nil` where its elements are not read here.
  let element: Element?
  /// Sizes, outermost first.
  let shape: [Int]
  /// Whether the first index runs fastest (`fortran_order`).
  let isColumnMajor: Bool
  /// The elements' bytes; a check that they are as many as type and shape say.
  let load: () throws -> [UInt8]

  /// The type and the shape, for errors.
  var summary: String { "\(typeName) \(shape)" }

  /// The product of the sizes; `nil` where it is beyond all memory.
  var count: Int? {
    shape.reduce(1) { product, size in
      guard let product else { return nil }
      let (value, isOver) = product.multipliedReportingOverflow(by: size)
      return isOver || value > Int.max / 8 ? nil : value
    }
  }

  /// All elements. Cost: their bytes; callers have held the shape to what they expect.
  /// - Precondition: `element` is not `nil`.
  func elements() throws -> Elements? {
    guard let element else { return nil }
    return Elements(bytes: try load(), element: element, shape: shape, isColumnMajor: isColumnMajor)
  }

  /// Elements in memory.
  struct Elements {
    private let bytes: [UInt8]
    private let element: Element
    /// Places between neighbours along each axis.
    private let strides: [Int]
    private let shape: [Int]

    init(bytes: [UInt8], element: Element, shape: [Int], isColumnMajor: Bool) {
      var strides = shape
      var stride = 1
      for axis in isColumnMajor ? Array(shape.indices) : shape.indices.reversed() {
        strides[axis] = stride
        stride *= shape[axis]
      }
      (self.bytes, self.element, self.strides, self.shape) = (bytes, element, strides, shape)
    }

    /// The elements along the last axis, at a place of the others; numbers beyond `Int` are -2, which is no
    /// position.
    func row(_ place: [Int]) -> [Int] {
      guard let length = shape.last, let step = strides.last else { return [] }
      let start = zip(place, strides).reduce(0) { $0 + $1.0 * $1.1 }
      return (0..<length).map { number(start + $0 * step) }
    }

    private func number(_ index: Int) -> Int {
      switch element {
      case .bool: return bytes[index] == 0 ? 0 : 1
      case .integer(let byteCount, let isSigned, let isBigEndian):
        var bits: UInt64 = 0
        for place in 0..<byteCount {
          let byte = bytes[index * byteCount + (isBigEndian ? byteCount - 1 - place : place)]
          bits |= UInt64(byte) << UInt64(8 * place)
        }
        guard isSigned else { return Int(exactly: bits) ?? -2 }
        let unused = UInt64(64 - 8 * byteCount)
        return Int(Int64(bitPattern: bits << unused) >> Int64(unused))
      }
    }
  }
}
