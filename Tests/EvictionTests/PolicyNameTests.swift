import TestSupport
import Testing

@testable import Eviction

/// The one parser and the one printer of policy names.
@Suite struct PolicyNameTests {
  @Test func defaultsPrintAsTheBareName() throws {
    for descriptor in PolicyRegistry.all {
      #expect(try Policy(parsing: descriptor.name).name == descriptor.name)
      let spelled = descriptor.parameters.map { "\($0.key)=\($0.standard)" }.joined(separator: ",")
      #expect(try Policy(parsing: "\(descriptor.name)(\(spelled))/uniform").name == descriptor.name)
    }
  }

  @Test func aliasesCaseAndSpacesAreForgiven() throws {
    for (typed, name) in [
      ("streamingllm", "streaming"), ("laqpp", "laq++"), ("fullkv", "full"), ("SnapKV", "snapkv"),
      (" LAQ++ ( M = 016 , w2 = 4 ) ", "laq++(m=16,w2=4)"), ("snapkv/uniform", "snapkv"), ("laq()", "laq"),
    ] { #expect(try Policy(parsing: typed).name == name, "\(typed)") }
  }

  @Test func everySettingIsPrintedInTheOrderOfTheParameters() throws {
    let name = "laq(m=16,w2=4,cheap=h2o,w1=16,kernel=5,pool=avg,mask=reference)"
    #expect(try Policy(parsing: name).name == name)
    let turned = "laq(mask=reference,pool=avg,kernel=5,w1=16,cheap=h2o,w2=4,m=16)"
    #expect(try Policy(parsing: turned).name == name)
  }

  @Test func randomSettingsRoundTrip() throws {
    var generator = SeededGenerator(seed: 5)
    for descriptor in PolicyRegistry.all {
      for _ in 0..<100 {
        let pairs = descriptor.parameters.shuffled(using: &generator).filter { _ in
          Bool.random(using: &generator)
        }.map { "\($0.key)=\(Self.value($0, &generator))" }
        let text = pairs.isEmpty ? descriptor.name : "\(descriptor.name)(\(pairs.joined(separator: ",")))"
        let policy = try Policy(parsing: text)
        #expect(try Policy(parsing: policy.name) == policy, "\(text)")
        #expect(Policy(policy.description)?.name == policy.name)
        #expect(policy.allSettings.map(\.key) == descriptor.parameters.map(\.key))
      }
    }
  }

  /// A style brings defaults of its own, which names leave out as they do others.
  @Test func aStyleChangesTheDefaults() throws {
    for (typed, name) in [
      ("snapkv(style=kvpress)", "snapkv(style=kvpress)"),
      ("snapkv(pool=avg,kernel=5,w=64,style=kvpress)", "snapkv(style=kvpress)"),
      ("snapkv(style=kvpress,w=32)", "snapkv(w=32,style=kvpress)"),
      ("snapkv(style=kvpress,w=auto)", "snapkv(w=auto,style=kvpress)"),
      ("snapkv(w=64,kernel=5,pool=avg)", "snapkv(w=64,kernel=5,pool=avg)"),
      ("snapkv(style=ours)", "snapkv"), ("snapkv(w=32,style=authors)", "snapkv(style=authors)"),
      ("snapkv(w=8,style=longbench)", "snapkv(style=longbench)"),
      ("laq(w1=32,mask=reference,style=authors)", "laq(style=authors)"),
    ] { #expect(try Policy(parsing: typed).name == name, "\(typed)") }
    let scorer = try Policy(parsing: "snapkv(style=kvpress)").scorer as? SnapKVScorer
    #expect(scorer == SnapKVScorer(window: .tokens(64), kernel: 5, pooling: .avg, style: .kvpress))
    for descriptor in PolicyRegistry.all {
      for (style, values) in descriptor.presets {
        #expect(descriptor.parameters.contains { $0.key == "style" && $0.allows(style) })
        for (key, value) in values {
          #expect(descriptor.parameters.contains { $0.key == key && $0.canonical(value) == value }, "\(key)")
        }
      }
    }
  }

  @Test func namesAndAliasesAreUnique() {
    let names = PolicyRegistry.all.flatMap { [$0.name] + $0.aliases }
    #expect(Set(names).count == names.count)
  }

  @Test func standardsAreAllowed() {
    for parameter in PolicyRegistry.all.flatMap(\.parameters) {
      #expect(parameter.allows(parameter.standard), "\(parameter.key)")
    }
  }

  @Test(arguments: [
    ("snapvk", "snapkv"), ("lqa", "laq"), ("h20", "h2o"), ("steaming", "streaming"), ("laq+", "laq"),
    ("orakel", "oracle"), ("expectd", "expected"), ("keydif", "keydiff"), ("tovaa", "tova"),
    ("finh", "finch"),
    ("randm", "random"), ("nocausal", "noncausal"),
  ]) func unknownNamesSuggestTheNearest(_ typed: String, _ nearest: String) {
    #expect(throws: PolicyNameError.unknownPolicy(typed, nearest: nearest)) { try Policy(parsing: typed) }
    let sentence = PolicyNameError.unknownPolicy(typed, nearest: nearest).description
    #expect(sentence.contains("did you mean '\(nearest)'"))
    for descriptor in PolicyRegistry.all { #expect(sentence.contains(descriptor.name)) }
  }

  @Test(arguments: [
    ("laq(m=0)", "a whole number from 1 to 256"), ("laq(m=257)", "1 to 256"),
    ("laq(kernel=4)", "an odd number"),
    ("snapkv(kernel=65)", "from 1 to 63"), ("snapkv(w=0)", "from 1 to 4096"), ("laq(w1=0)", "from 1 to 4096"),
    ("laq(w2=-1)", "from 0 to 4096"), ("laq(m=eight)", "a whole number"),
    ("laq(m=99999999999999999999)", "a whole number"), ("laq(pool=sum)", "max, avg, none"),
    ("laq(cheap=laq)", "snapkv, tova, cake, finch, h2o"), ("laq(cheap=oracle)", "random, full"),
    ("laq(mask=none)", "causal, reference"), ("expected(epsilon=2)", "a number from 0 to 1"),
    ("expected(covariance=yes)", "on, off"), ("expected(future=0)", "from 1 to 65536"),
    ("lagkv(lag=1)", "from 2 to 4096"),
    ("cur(leverage=both)", "product, key, value, average"), ("finch(w=5000)", "1 to 4096"),
    ("finch(w=0)", "1 to 4096"),
    ("snapkv(w=B/0)", "a share of the budget as B/4"), ("snapkv(w=B/)", "question"),
    ("snapkv(w=asked)", "auto, or question"), ("laq(w1=question/2)", "question"),
    ("random(seed=-1)", "from 0"),
    ("cap(tau=-1)", "from 0 to 1000"), ("leverage(sketch=0)", "1 to 512"), ("noncausal(chunk=0)", "from 1"),
    ("snapkv(style=mine)", "ours, authors, longbench, needle, kvpress"),
  ]) func settingsOutOfRangeStateTheRange(_ typed: String, _ range: String) {
    let error = #expect(throws: PolicyNameError.self) { try Policy(parsing: typed) }
    #expect(error?.description.contains(range) == true, "\(error?.description ?? "")")
  }

  @Test func unknownSettingsAndAllocationsListTheKnown() {
    let known = ["w", "kernel", "pool", "style"]
    #expect(throws: PolicyNameError.unknownSetting(policy: "snapkv", key: "m", known: known)) {
      try Policy(parsing: "snapkv(m=4)")
    }
    #expect(throws: PolicyNameError.unknownSetting(policy: "h2o", key: "w", known: [])) {
      try Policy(parsing: "h2o(w=4)")
    }
    #expect(throws: PolicyNameError.unknownAllocation("ad", nearest: "ada")) {
      try Policy(parsing: "laq/ad")
    }
  }

  @Test func repeatedSettingsAreRefused() {
    #expect(throws: PolicyNameError.repeatedSetting(policy: "laq", key: "m")) {
      try Policy(parsing: "laq(m=4,w2=1,m=8)")
    }
  }

  @Test(arguments: [
    "", "/", "laq/", "/uniform", "laq/uniform/uniform", "laq(", "laq(m=4", "laq(m)", "laq(m=)", "laq(=4)",
    "laq(m=4=5)", "laq(m=4))x",
  ]) func malformedNamesAreRefused(_ typed: String) {
    #expect(throws: PolicyNameError.malformed(typed)) { try Policy(parsing: typed) }
  }

  @Test func anyTextIsAnswered() {
    var generator = SeededGenerator(seed: 6)
    let pieces = [
      "laq", "snapkv", "++", "(", ")", "=", ",", "/", "m", "w", "4", "-", "é", "\u{0}", "uniform", " ",
    ]
    for _ in 0..<2000 {
      let text = (0..<Int.random(in: 0...9, using: &generator))
        .map { _ in pieces.randomElement(using: &generator) ?? "" }.joined()
      do {
        let policy = try Policy(parsing: text)
        #expect(try Policy(parsing: policy.name) == policy)
      } catch {
        #expect(error is PolicyNameError, "\(text)")
      }
    }
  }

  static func value(_ parameter: PolicyParameter, _ generator: inout SeededGenerator) -> String {
    switch parameter.domain {
    case .number(let range): String(Double.random(in: range, using: &generator))
    case .numbers(let range):
      (0..<Int.random(in: 1...4, using: &generator)).map { _ in
        String(Double.random(in: range, using: &generator))
      }
      .joined(separator: ":")
    case .integer(let range): String(Int.random(in: range, using: &generator))
    case .window(let range):
      [
        "B/\(Int.random(in: 1...99, using: &generator))", "b",
        String(Int.random(in: range, using: &generator)),
      ]
      .randomElement(using: &generator) ?? "B"
    case .odd(let range): String(Int.random(in: range, using: &generator) | 1)
    case .word(let words): words.randomElement(using: &generator) ?? ""
    case .wordOrModel(let words, let prefix):
      (words + ["\(prefix):/Models/\(Int.random(in: 0...9, using: &generator))"])
        .randomElement(using: &generator) ?? ""
    case .file: ["Heads of a model.json", "../a/B.json", "~/x"].randomElement(using: &generator) ?? "x"
    }
  }
}
