import Kernels

/// The CPU's instruction sets that products and attention are computed with, each with all before it.
///
/// The environment's `LAQ_CPU` lowers what is used below what the CPU has, for oneDNN as well: so one machine
/// runs, and tests, what an older one would. It is read once, when the program starts.
public enum InstructionSet: Int, Sendable, CaseIterable, Comparable {
  /// What every CPU of the architecture has.
  case portable
  /// AVX2, FMA and F16C.
  case avx2
  /// AVX-512 F, BW, VL and DQ.
  case avx512
  /// AVX-512 with dot products in bfloat16.
  case avx512BFloat16

  /// What this CPU has.
  public static var detected: InstructionSet { InstructionSet(laq_detected_cpu()) }

  /// What is used.
  public static var used: InstructionSet { InstructionSet(laq_cpu_level()) }

  /// Throws where `LAQ_CPU` holds a word that names none of these, and is therefore not obeyed.
  public static func checkSetting() throws {
    if let found = laq_unknown_cpu_setting() {
      throw TransformerError.unknownInstructionSet(String(cString: found), known: allCases.map(\.name))
    }
  }

  /// As `LAQ_CPU` names it.
  public var name: String { String(cString: laq_cpu_name(laq_cpu(UInt32(rawValue)))) }

  /// Whether a set is below another one.
  public static func < (a: InstructionSet, b: InstructionSet) -> Bool { a.rawValue < b.rawValue }

  private init(_ level: laq_cpu) { self = InstructionSet(rawValue: Int(level.rawValue)) ?? .portable }
}
