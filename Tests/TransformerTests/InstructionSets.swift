import Kernels
import Testing
@testable import Transformer

extension Trait where Self == ConditionTrait {
  /// Skips what needs products in bfloat16 on a CPU that has none.
  static var needsBFloat16: Self {
    .enabled(if: Precision.automatic.usesBFloat16, "this CPU, or LAQ_CPU, has no bf16 dot products")
  }

  /// Skips what runs an instruction set that this CPU lacks, or that `LAQ_CPU` rules out.
  static func needs(_ set: InstructionSet) -> Self {
    .enabled(if: set <= InstructionSet.used, "this CPU, or LAQ_CPU, has no \(set.name)")
  }
}

extension InstructionSet {
  /// Runs `body`, whose kernels this thread calls, with this set and no higher one.
  func using<Result>(_ body: () throws -> Result) rethrows -> Result {
    laq_lower_cpu_of_thread(Int32(rawValue))
    defer { laq_lower_cpu_of_thread(-1) }
    return try body()
  }
}
