import Foundation

/// NumPy's archive of arrays: a zip file with an `.npy` file for each.
enum NPZ {
  /// The file's bytes; `nil` when they would be more than a zip file holds.
  static func data(_ arrays: [NamedArray]) -> Data? {
    var archive = ZipArchive()
    for array in arrays {
      guard archive.add("\(array.name).npy", npy(array)) else { return nil }
    }
    return archive.finished()
  }

  /// One array as an `.npy` file, format 1.0: a Python dictionary, filled with spaces so that the elements
  /// begin at a multiple of 64 bytes, and the elements (NEP 1).
  static func npy(_ array: NamedArray) -> Data {
    // A tuple of one needs its comma.
    let shape = array.shape.map { "\($0), " }.joined()
    let header = "{'descr': '\(array.element.numPy)', 'fortran_order': False, 'shape': (\(shape)), }"
    let fixed = 10
    let length = (fixed + header.utf8.count + 1 + 63) / 64 * 64 - fixed
    var data = Data([0x93]) + Data("NUMPY".utf8) + Data([1, 0])
    data.append(bits: UInt16(length))
    data += Data(header.utf8) + Data(repeating: 0x20, count: length - header.utf8.count - 1) + Data([0x0A])
    return data + array.data
  }
}
