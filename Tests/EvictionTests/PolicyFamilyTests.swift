import Testing

@testable import Eviction

/// Policies that differ in one setting, and the sweeps that make them.
@Suite struct PolicyFamilyTests {
  static func policies(_ names: [String]) throws -> [Policy] { try names.map { try Policy(parsing: $0) } }

  @Test func membersDifferInOneSettingAlone() throws {
    let listed = try Self.policies([
      "snapkv", "laq", "snapkv(w=8)", "h2o", "snapkv(w=8,kernel=5)", "laq(m=16)", "snapkv/ada", "laq++",
    ])
    let families = PolicySweepFamily.all(listed)
    #expect(families.map(\.key) == ["w", "m", "kernel"])
    #expect(
      families.map { $0.members.map(\.name) } == [
        ["snapkv", "snapkv(w=8)"], ["laq", "laq(m=16)"], ["snapkv(w=8)", "snapkv(w=8,kernel=5)"],
      ])
    #expect(families.map { $0.standard?.name } == ["snapkv", "laq", "snapkv(w=8)"])
    #expect(
      PolicySweepFamily.all(try Self.policies(["snapkv(w=8)", "snapkv(w=16)"])).map(\.standard) == [nil])
  }

  @Test func eachPolicyThatHasTheSettingIsRunUnderAllValues() throws {
    let sweep = try #require(PolicySweep("W=8, 16,32"))
    let (policies, skipped) = try sweep.applied(
      to: try Self.policies(["laq", "snapkv", "cake/cake", "snapkv(w=8)"]), budgets: [48])
    #expect(
      policies.map(\.name) == [
        "laq", "snapkv", "snapkv(w=8)", "snapkv(w=16)", "snapkv(w=32)", "cake/cake", "cake(w=8)/cake",
        "cake(w=16)/cake", "cake(w=32)/cake",
      ])
    #expect(skipped.isEmpty)
    let ahead = try #require(PolicySweep("m=8,16"))
    #expect(
      try ahead.applied(to: try Self.policies(["laq", "h2o", "laq++/ada"]), budgets: []).policies.map(\.name)
        == [
          "laq", "laq(m=16)", "h2o", "laq++/ada", "laq++(m=16)/ada",
        ])
  }

  @Test func whatDoesNotFitTheBudgetIsLeftOutAndSaid() throws {
    let sweep = try #require(PolicySweep("w=16,32,64,B/2"))
    let (policies, skipped) = try sweep.applied(to: try Self.policies(["snapkv"]), budgets: [24, 48])
    #expect(policies.map(\.name) == ["snapkv", "snapkv(w=16)", "snapkv(w=32)", "snapkv(w=B/2)"])
    #expect(
      skipped == [
        "snapkv(w=32) at 24 is all window: its row says so, and it is no candidate",
        "snapkv(w=64) is left out: a window of 64 leaves nothing to choose of 48",
      ])
    // Pseudo tokens take nothing of the budget.
    let ahead = try #require(PolicySweep("m=64"))
    #expect(try ahead.applied(to: try Self.policies(["laq"]), budgets: [24]).skipped.isEmpty)
  }

  @Test(arguments: ["", "w", "w=", "=8", "w=8,", "w=8=9"]) func whatIsNoSweepIsRefused(_ text: String) {
    #expect(PolicySweep(text) == nil)
  }

  @Test func settingsThatNobodyHasAreNamed() throws {
    let policies = try Self.policies(["snapkv", "laq"])
    for (text, words) in [("q=1", "no setting 'q'"), ("w=0", "from 1 to 4096"), ("m=300", "1 to 256")] {
      let error = #expect(throws: PolicyNameError.self) {
        try #require(PolicySweep(text)).applied(to: policies, budgets: [48])
      }
      #expect(error?.description.contains(words) == true, "\(text)")
    }
  }

  @Test func olderNamesHaveTheirPapersWindows() throws {
    for (name, older) in [
      ("snapkv", "snapkv(w=32)"), ("laq", "laq(w1=32)"), ("laq++/ada", "laq++(w2=8,w1=32)/ada"),
      ("cake/cake", "cake(w=32)/cake"), ("snapkv(w=8)", "snapkv(w=8)"), ("finch", "finch"), ("h2o", "h2o"),
      ("snapkv(style=kvpress)", "snapkv(style=kvpress)"),
    ] { #expect(try Policy(parsing: name).withFixedWindows.name == older) }
  }

  @Test func aKeyTurnsThroughNumbersAndBack() throws {
    var policy = try Policy(parsing: "snapkv")
    var names: [String] = []
    for _ in 0..<4 {
      policy = try #require(policy.turning("w", through: [8, 16, 32]))
      names.append(policy.name)
    }
    #expect(names == ["snapkv(w=8)", "snapkv(w=16)", "snapkv(w=32)", "snapkv"])
  }
}
