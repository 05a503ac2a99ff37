import Kernels

/// How a GGUF tensor's elements are stored, by the type's number in the file.
enum GGMLType: UInt32, Sendable {
  case float32 = 0
  case float16 = 1
  case q4_0 = 2
  case q4_1 = 3
  case q5_0 = 6
  case q5_1 = 7
  case q8_0 = 8
  case q2K = 10
  case q3K = 11
  case q4K = 12
  case q5K = 13
  case q6K = 14
  case iq4NL = 20
  case iq4XS = 23
  case bfloat16 = 30
  case mxfp4 = 39

  /// Elements that are stored together; a tensor's rows have a multiple of it.
  var blockLength: Int {
    switch self {
    case .float32, .float16, .bfloat16: 1
    case .q4_0, .q4_1, .q5_0, .q5_1, .q8_0, .iq4NL, .mxfp4: 32
    case .q2K, .q3K, .q4K, .q5K, .q6K, .iq4XS: 256
    }
  }

  /// Bytes of one block.
  var blockSize: Int {
    switch self {
    case .float32: 4
    case .float16, .bfloat16: 2
    case .q4_0: 18
    case .q4_1: 20
    case .q5_0: 22
    case .q5_1: 24
    case .q8_0: 34
    case .q2K: 84
    case .q3K: 110
    case .q4K: 144
    case .q5K: 176
    case .q6K: 210
    case .iq4NL: 18
    case .iq4XS: 136
    case .mxfp4: 17
    }
  }

  /// The same where matrices are multiplied as they stand in the file.
  var multiplied: laq_format? { self == .float32 ? nil : laq_format(rawValue: rawValue) }

  /// For errors: the types that can be read.
  static let supported = """
    F32, F16, BF16, Q8_0, Q4_0, Q4_1, Q5_0, Q5_1, Q2_K, Q3_K, Q4_K, Q5_K, Q6_K, IQ4_NL, IQ4_XS, MXFP4 \
    (llama-quantize makes these from others)
    """

  /// A type's name, also of the types that exist but cannot be read here.
  static func name(_ code: UInt32) -> String {
    let index = Int(exactly: code) ?? names.count
    return names.indices.contains(index) && !names[index].isEmpty ? names[index] : "number \(code)"
  }

  /// In the order of their numbers; empty where a number is retired.
  private static let names = [
    "F32", "F16", "Q4_0", "Q4_1", "", "", "Q5_0", "Q5_1", "Q8_0", "Q8_1", "Q2_K", "Q3_K", "Q4_K", "Q5_K",
    "Q6_K", "Q8_K", "IQ2_XXS", "IQ2_XS", "IQ3_XXS", "IQ1_S", "IQ4_NL", "IQ3_S", "IQ2_S", "IQ4_XS", "I8",
    "I16", "I32", "I64", "F64", "IQ1_M", "BF16", "", "", "", "TQ1_0", "TQ2_0", "", "", "", "MXFP4",
  ]
}
