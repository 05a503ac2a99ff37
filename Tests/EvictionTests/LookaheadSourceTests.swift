import Testing
import Transformer

@testable import Eviction

/// Where LAQ's pseudo tokens come from, as a setting: names, what is shared, and what is missing.
@Suite struct LookaheadSourceTests {
  /// A source as it is typed: a draft needs a model.
  private static func value(_ source: LookaheadSettings.Source) -> String {
    source == .draft ? "draft:/a/Model" : source.rawValue
  }

  @Test(arguments: ["laq", "laq++"]) func namesPrintAndParse(_ family: String) throws {
    for source in LookaheadSettings.Source.allCases {
      let value = Self.value(source)
      let name = source == .greedy ? family : "\(family)(source=\(value))"
      let policy = try Policy(parsing: "\(family)(source=\(value))")
      #expect(policy.name == name && policy.lookahead?.source == source)
      #expect(try Policy(parsing: policy.name) == policy)
      for content in LookaheadSettings.Content.allCases {
        let other = try Policy(
          parsing: "\(family)(m=4,source=\(value),content=\(content.rawValue))/ada")
        #expect(try Policy(parsing: other.name) == other)
        #expect(other.lookahead?.content == (source == .position ? content : nil))
      }
    }
    #expect(
      try Policy(parsing: "\(family)(source=greedy)") == Policy(parsing: family), "the paper's is the default"
    )
    #expect(throws: PolicyNameError.self) { try Policy(parsing: "\(family)(source=draft)") }
  }

  /// What a source does not look at makes no lookahead of its own.
  @Test func whatIsEqualIsShared() throws {
    func lookahead(_ name: String) throws -> LookaheadSettings? { try Policy(parsing: name).lookahead }
    for source in ["position", "truth"] {
      let wanted = try lookahead("laq(source=\(source))")
      for other in ["w1=16", "cheap=streaming", "eos=stop", "kernel=5", "mask=reference", "w2=4"] {
        #expect(try lookahead("laq(source=\(source),\(other))") == wanted, "\(source) with \(other)")
      }
      #expect(wanted?.hasCheapCache == false && wanted?.cheap == Policy("full"))
      #expect(try lookahead("laq(source=\(source),m=4)") != wanted)
    }
    #expect(try lookahead("laq(source=lookup,w1=16)") != lookahead("laq(source=lookup)"))
    #expect(try lookahead("laq(source=lookup)") != lookahead("laq"))
    #expect(
      try lookahead("laq(source=position,content=first)") != lookahead("laq(source=position)"))
  }

  @Test func shorterLookaheadsAreTheBeginningOfLongerOnes() throws {
    func begins(_ name: String, _ other: String) throws -> Bool {
      let (short, long) = (try Policy(parsing: name).lookahead, try Policy(parsing: other).lookahead)
      return try #require(short).isBeginning(of: #require(long))
    }
    #expect(try begins("laq(m=3)", "laq") && begins("laq", "laq++(m=8)"))
    #expect(try begins("laq(source=lookup,m=3)", "laq(source=lookup)"))
    for (name, other) in [
      ("laq", "laq(m=3)"), ("laq(m=3)", "laq(w1=16)"), ("laq(m=3)", "laq(source=lookup)"),
      ("laq(m=3)", "laq(eos=stop)"), ("laq(source=position,m=3)", "laq(source=position)"),
    ] {
      #expect(try !begins(name, other), "\(name) of \(other)")
    }
  }

  /// Sources that need no cheap cache look at none of the prompt's queries: a recording of windows serves.
  @Test func onlyACheapCacheLooksAtTheWindow() throws {
    for source in ["position", "truth"] {
      #expect(try Policy(parsing: "laq(source=\(source))").observedTokens == 0)
      #expect(try Policy(parsing: "laq++(source=\(source),w2=8)").observedTokens == 8)
    }
    #expect(try Policy(parsing: "laq(source=lookup,w1=16)").observedTokens == 16)
    #expect(try Policy(parsing: "laq(source=truth)").needs == [.lookahead, .decode])
    #expect(try Policy(parsing: "laq(source=position)").needs == [.lookahead])
  }

  @Test func whatIsMissingIsNamedWithItsSource() throws {
    let whole = HandMadeTests.evidence.recording
    for source in LookaheadSettings.Source.allCases where source != .greedy {
      let name = "laq(source=\(source.rawValue))"
      let error = EvidenceError.noPseudoQueries(policy: name, source: source)
      #expect(throws: error) {
        try Policy(parsing: "laq(source=\(Self.value(source)))").evict(
          Evidence(recording: whole), budget: 5, granularity: .kvHead)
      }
      #expect(error.description.hasPrefix(name) && error.description.contains("run the model itself"))
      #expect(error.description.contains("answer") == (source == .truth))
    }
  }

  /// The scores know queries only: whoever made them.
  @Test func theSameQueriesChooseTheSameTokens() throws {
    func kept(_ name: String) throws -> KeptTokens {
      try Policy(parsing: name).evict(HandMadeTests.evidence, budget: 5, granularity: .kvHead).kept
    }
    for source in LookaheadSettings.Source.allCases {
      #expect(try kept("laq(source=\(Self.value(source)),m=2)") == kept("laq(m=2)"))
    }
  }

  @Test func whatCannotBeCopiedIsSaid() throws {
    let policy = try Policy(parsing: "laq(source=lookup)")
    let (kept, scores) = try policy.evict(HandMadeTests.evidence, budget: 5, granularity: .kvHead)
    func notes(_ isFallback: Bool) -> [PolicyNote.Kind]? {
      ChoiceFigures(
        policy, kept: kept, scores: scores, facts: PromptFacts(budget: 5), pseudoCount: 2,
        isFallback: isFallback, answerLimit: 8)?.notes.map(\.kind)
    }
    #expect(notes(false) == [] && notes(true) == [.nothingToCopy])
    #expect(PolicyNote(.nothingToCopy).sentence(policy, budget: "5").contains("source=greedy"))
  }
}
