import TestSupport
import Testing

@testable import Eviction

/// Names of three parts: scorer, allocation, wrappers.
@Suite struct PolicyPartsTests {
  /// Every set of wrappers that a policy may have: one or none for each place.
  static let wrapperSets: [[String]] = {
    let places = Dictionary(grouping: PolicyRegistry.wrappers, by: \.place).sorted {
      $0.key.rawValue < $1.key.rawValue
    }
    return places.reduce([[]]) { sets, place in
      sets + sets.flatMap { set in place.value.map { set + [$0.name] } }
    }
  }()

  @Test func theWholeProductOfNamesRoundTrips() throws {
    var seen: Set<Policy> = []
    var count = 0
    for scorer in PolicyRegistry.all {
      for allocation in PolicyRegistry.allocations {
        for wrappers in Self.wrapperSets where allocation.name == "uniform" || !wrappers.contains("block") {
          let follows = scorer.scorer(scorer.standardSettings)?.following != nil
          guard follows || !wrappers.contains("decode") else { continue }
          let tail = wrappers.map { "+" + $0 }.joined()
          let typed = "\(scorer.name)/\(allocation.name)\(tail)"
          let policy = try Policy(parsing: typed)
          #expect(policy.name == (allocation.name == "uniform" ? scorer.name + tail : typed))
          #expect(try Policy(parsing: policy.name) == policy, "\(typed)")
          #expect(policy.title.hasPrefix(scorer.title) && policy.title.hasSuffix(tail))
          seen.insert(policy)
          count += 1
        }
      }
    }
    #expect(seen.count == count)
  }

  @Test func everyPartTakesSettings() throws {
    for (typed, name) in [
      ("snapkv(w=64)/ada(floor=0.20)+critical(eps=1e-4)", "snapkv(w=64)/ada+critical"),
      ("SnapKV / Pyramid ( beta = 5 ) ", "snapkv/pyramid(beta=5)"),
      ("laq+++critical", "laq+++critical"), ("laq++/ada+chunkkv", "laq++/ada+chunkkv"),
      ("laq+critical", "laq+critical"), ("laq++(m=4)+chunk(size=64)", "laq++(m=4)+chunk(size=64)"),
      ("snapkv/ratios(0.9:0.50:.25)", "snapkv/ratios(0.9:0.5:0.25)"),
      ("snapkv/ratios(evict=1e-1)", "snapkv/ratios(0.1)"),
      ("snapkv/ratios(0.5)", "snapkv/ratios"),
      ("streaming+chunkkv(size=32)+critical", "streaming+critical+chunkkv(size=32)"),
      ("h2o/adakv+criticalkv", "h2o/ada+critical"),
      ("h2o+decoding(every=1,keep=64)", "h2o+decode(every=1,keep=64)"),
      ("laq+rerotate+critical", "laq+critical+rerotate"), ("snapkv/ada(floor=-0)", "snapkv/ada(floor=0)"),
    ] { #expect(try Policy(parsing: typed).name == name, "\(typed)") }
  }

  @Test func randomSettingsOfEveryPartRoundTrip() throws {
    var generator = SeededGenerator(seed: 8)
    func settings(_ family: some PolicyFamily) -> String {
      let pairs = family.parameters.shuffled(using: &generator).filter { _ in Bool.random(using: &generator) }
        .map { "\($0.key)=\(PolicyNameTests.value($0, &generator))" }
      return family.name + (pairs.isEmpty ? "" : "(\(pairs.joined(separator: ",")))")
    }
    for _ in 0..<500 {
      let scorer = PolicyRegistry.all.randomElement(using: &generator).map(settings) ?? ""
      let allocation =
        PolicyRegistry.allocations.dropFirst().randomElement(using: &generator).map(settings) ?? ""
      let wrappers = PolicyRegistry.wrappers.filter { ["critical", "chunkkv"].contains($0.name) }
        .shuffled(using: &generator).map { "+" + settings($0) }.joined()
      let policy = try Policy(parsing: "\(scorer)/\(allocation)\(wrappers)")
      #expect(try Policy(parsing: policy.name) == policy)
      let keys = policy.allSettings.map(\.key)
      #expect(Set(keys).count == keys.count)
    }
  }

  @Test func settingsOfPartsCarryTheirNames() throws {
    let settings = try Policy(parsing: "streaming/ada+critical").allSettings.map { "\($0.key)=\($0.value)" }
    #expect(
      settings == [
        "sinks=4", "ada.floor=0.2", "ada.style=kvpress", "critical.eps=0.0001", "critical.first=0.5",
      ])
  }

  @Test func unknownPartsSuggestTheNearest() {
    for (typed, error) in [
      ("laq/pyramide", PolicyNameError.unknownAllocation("pyramide", nearest: "pyramid")),
      ("laq/critical", .unknownAllocation("critical", nearest: "uniform")),
      ("laq+crtical", .unknownWrapper("crtical", nearest: "critical")),
      ("laq+chunks", .unknownWrapper("chunks", nearest: "chunkkv")),
    ] {
      let thrown = #expect(throws: PolicyNameError.self) { try Policy(parsing: typed) }
      switch (thrown, error) {
      case (.unknownAllocation(let a, _), .unknownAllocation(let b, _)),
        (.unknownWrapper(let a, _), .unknownWrapper(let b, _)):
        #expect(a == b)
      default: Issue.record("\(typed): \(String(describing: thrown))")
      }
      #expect(thrown?.description.contains("did you mean") == true)
    }
    #expect(throws: PolicyNameError.unknownAllocation("pyramide", nearest: "pyramid")) {
      try Policy(parsing: "laq/pyramide")
    }
  }

  @Test(arguments: [
    ("laq/ada(floor=1.5)", "a number from 0 to 1"), ("laq/ada(floor=nan)", "a number from 0 to 1"),
    ("laq/pyramid(beta=0)", "from 1 to 1000"), ("laq/ratios(1)", "joined by colons"),
    ("laq/ratios(0.5:)", "joined by colons"), ("laq/ada(style=ours)", "kvpress, authors"),
    ("laq+chunk(size=0)", "from 1 to 1000000"), ("laq+critical(eps=-1)", "from 0 to 1"),
  ]) func settingsOfPartsStateTheirRange(_ typed: String, _ range: String) {
    let error = #expect(throws: PolicyNameError.self) { try Policy(parsing: typed) }
    #expect(error?.description.contains(range) == true, "\(error?.description ?? "")")
  }

  @Test(arguments: [
    "snapkv+chunk+chunkkv", "snapkv+critical+critical", "snapkv+block+chunk", "snapkv/ada+block",
    "snapkv/pyramid+block",
    "laq+decode", "laq+++decode", "oracle+decode", "full+decode",
  ]) func partsThatDoNotGoTogetherAreRefused(_ typed: String) {
    let error = #expect(throws: PolicyNameError.self) { try Policy(parsing: typed) }
    #expect(error?.description.contains("do not go together") == true)
  }

  @Test(arguments: [
    "laq+critical/ada", "laq//ada", "laq/ada/ada", "laq/ada(0.2)", "laq)(", "laq/ada)", "laq((m=4))",
    "+critical",
    "/ada", "laq/+critical",
  ]) func malformedNamesOfPartsAreRefused(_ typed: String) {
    #expect(throws: PolicyNameError.malformed(typed)) { try Policy(parsing: typed) }
  }

  @Test func everyFamilyStatesItsCost() {
    for family: any PolicyFamily in PolicyRegistry.all + PolicyRegistry.allocations + PolicyRegistry.wrappers
    {
      #expect(!family.cost.isEmpty && !family.looksAt.isEmpty && !family.source.isEmpty, "\(family.name)")
      #expect(
        family.parameters.allSatisfy { $0.allows($0.standard) && $0.canonical($0.standard) == $0.standard })
      #expect(family.parameters.count { !$0.isNamed } <= 1)
    }
  }
}
