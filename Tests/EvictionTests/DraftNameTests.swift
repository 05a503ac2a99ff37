import TestSupport
import Testing

@testable import Eviction

/// A model's path in a policy's name: `source=draft:MODEL`.
@Suite struct DraftNameTests {
  @Test(arguments: [
    ("laq(source=draft:/Models/Small)", "/Models/Small"),
    ("LAQ( m=4, Source = DRAFT:HuggingFaceTB/SmolLM2-135M )", "HuggingFaceTB/SmolLM2-135M"),
    ("laq(source=draft:embedded,cheap=full)/ada", "embedded"),
    ("laq(source=draft:C:/a:b.gguf)", "C:/a:b.gguf"), ("laq(source=draft:~/x+y/z)+critical", "~/x+y/z"),
    ("laq(source=draft:\"/My Models/a, (b)=c:d\",m=2)", "/My Models/a, (b)=c:d"),
    ("laq(source=\"draft:/a b\")", "/a b"), (#"laq(source=draft:"a\"b\\c\d")"#, #"a"b\c\d"#),
    ("laq(source=draft:\"/a)/b\"\"c\")", "/a)/bc"), ("laq++(source=draft:\" \")", " "),
  ]) func aModelsPathKeepsItsCaseAndMayHoldAnything(_ name: String, _ model: String) throws {
    let policy = try Policy(parsing: name)
    #expect(policy.draft == model && policy.lookahead?.source == .draft)
    #expect(try Policy(parsing: policy.name) == policy, "\(policy.name)")
    #expect(policy.allSettings.contains { $0.key == "source" && $0.value == "draft:\(model)" })
    #expect(policy.setting("m", to: "3")?.draft == model, "another setting leaves it alone")
  }

  @Test func namesQuoteWhatWouldBeSyntax() throws {
    for (model, name) in [
      ("/a/b", "laq(source=draft:/a/b)"), ("a:b", "laq(source=draft:a:b)"),
      ("/a b", "laq(source=draft:\"/a b\")"), ("a,b", "laq(source=draft:\"a,b\")"),
      ("a=b", "laq(source=draft:\"a=b\")"), ("(a)", "laq(source=draft:\"(a)\")"),
      (#"a"\b"#, #"laq(source=draft:"a\"\\b")"#),
    ] {
      let policy = try #require(Policy("laq")?.setting("source", to: "draft:\(model)"))
      #expect(policy.name == name && policy.draft == model)
    }
  }

  @Test func anyPathComesBack() throws {
    var generator = SeededGenerator(seed: 21)
    let pieces = [
      "/", "a", "B", ",", "(", ")", "=", ":", "\"", "\\", " ", "\t", "+", "é", "\u{1}", "draft:", "*",
    ]
    for _ in 0..<2000 {
      let model = (0..<Int.random(in: 1...8, using: &generator))
        .map { _ in pieces.randomElement(using: &generator) ?? "" }.joined()
      let policy = try #require(Policy("laq++/ada+critical")?.setting("source", to: "draft:\(model)"))
      let back = try Policy(parsing: policy.name)
      #expect(back == policy && back.draft == model, "\(policy.name)")
    }
  }

  @Test(arguments: [
    "laq(source=draft:)", "laq(source=draft)", "laq(source=draft:\"\")", "laq(source=drafts:x)",
  ])
  func aDraftNeedsAModel(_ name: String) throws {
    let error = #expect(throws: PolicyNameError.self) { try Policy(parsing: name) }
    let words = error?.description ?? ""
    #expect(words.contains("draft:MODEL") && words.contains("truth") && words.contains("double quotes"))
  }

  @Test(arguments: [
    "laq(source=draft:\"/a", "laq(source=draft:/a(b))", "laq(source=draft:a=b)", "laq(source=draft:a,)b)",
    "laq\"", "laq(source=draft:/a b\")",
  ]) func whatIsNotQuotedIsSyntax(_ name: String) {
    #expect(throws: PolicyNameError.self) { try Policy(parsing: name) }
  }

  @Test func sweepsTakeDrafts() throws {
    let sweep = try #require(PolicySweep("source=greedy,draft:/A,\"draft:/B, c\""))
    #expect(sweep.values == ["greedy", "draft:/A", "draft:/B, c"])
    let swept = try sweep.applied(to: [try Policy(parsing: "laq(m=4)")], budgets: [64]).policies
    #expect(swept.map(\.draft) == [nil, "/A", "/B, c"])
  }

  @Test func onlyTheSameDraftsBeginningIsShared() throws {
    let long = try #require(Policy("laq(m=16,source=draft:/a)")?.lookahead)
    for (name, isBeginning) in [
      ("laq(m=4,source=draft:/a)", true), ("laq(m=4,source=draft:/b)", false), ("laq(m=4)", false),
      ("laq(m=4,source=draft:/a,cheap=full)", false), ("laq(m=17,source=draft:/a)", false),
    ] { #expect(Policy(name)?.lookahead?.isBeginning(of: long) == isBeginning, "\(name)") }
  }

  @Test func typedSettingsMayBeQuoted() throws {
    let laq = try #require(Policy("laq"))
    #expect(laq.setting("source", typed: "draft:\"/a, b\"")?.draft == "/a, b")
    #expect(laq.setting("source", typed: "draft:/a b")?.draft == "/a b")
    #expect(laq.setting("source", typed: "draft:\"/a") == nil)
  }
}
