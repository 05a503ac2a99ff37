import Kernels
import Testing
@testable import Transformer

/// Every kernel at every instruction set that this CPU has, against plain sums in doubles.
@Suite struct KernelLevelTests {
  @Test func portableKernelsAreRight() throws { try Self.check(.portable) }

  @Test(.needs(.avx2)) func avx2KernelsAreRight() throws { try Self.check(.avx2) }

  @Test(.needs(.avx512)) func avx512KernelsAreRight() throws { try Self.check(.avx512) }

  @Test(.needs(.avx512BFloat16)) func avx512BFloat16KernelsAreRight() throws {
    try Self.check(.avx512BFloat16)
  }

  @Test func theSettingNamesEveryInstructionSet() {
    #expect(InstructionSet.allCases.map(\.name) == ["portable", "avx2", "avx512", "avx512-bf16"])
    #expect(InstructionSet.used <= InstructionSet.detected)
    for set in InstructionSet.allCases {
      #expect(set.using { InstructionSet.used } == min(set, InstructionSet.used))
    }
  }

  private static func check(_ set: InstructionSet) throws {
    set.using {
      for (name, kernel) in KernelChecks.elementwise + KernelChecks.products + KernelChecks.attention {
        let worst = kernel()
        #expect(worst <= 1, "\(name) at \(set.name): \(worst) times what rounding explains")
      }
    }
  }
}
