import Testing

@testable import Checkpoint

/// The parts of a tokenizer by themselves, on cases that can be checked by hand.
@Suite struct TokenizerPartsTests {
  private func scan(_ text: String) -> ArraySlice<AlignedScalar> { AlignedScalar.scan(Array(text.utf8))[...] }

  private func text(_ scalars: ArraySlice<AlignedScalar>) -> String {
    String(decoding: scalars.bytes, as: UTF8.self)
  }

  private static let behaviors: [(behavior: SplitStep.Behavior, isInverted: Bool, expected: [String])] = [
    (.isolated, false, ["-", "a", "-", "-", "b"]),
    (.removed, false, ["a", "b"]),
    (.mergedWithPrevious, false, ["-", "a-", "-", "b"]),
    (.mergedWithNext, false, ["-a", "-", "-b"]),
    (.contiguous, false, ["-", "a", "--", "b"]),
    (.removed, true, ["-", "-", "-"]),
    (.contiguous, true, ["-", "a", "--", "b"]),
  ]

  @Test(arguments: behaviors)
  func matchesBecomeOfPiecesWhatTheBehaviorSays(
    _ behavior: SplitStep.Behavior, _ isInverted: Bool, _ expected: [String]
  ) throws {
    let step = SplitStep(
      pattern: try RegexAutomaton(pattern: "-"), behavior: behavior, isInverted: isInverted)
    #expect(step.split(scan("-a--b")).map(text) == expected)
  }

  private static let forms: [(form: UnicodeForm, text: String, expected: String)] = [
    (.nfc, "e\u{301}x", "\u{E9}x"), (.nfc, "가\u{11A8}", "각"), (.nfc, "\u{1112}\u{1161}\u{11AB}", "한"),
    (.nfc, "a\u{323}\u{302}\u{301}", "\u{1EAD}\u{301}"), (.nfc, "a\u{301}\u{323}", "\u{1EA1}\u{301}"),
    (.nfc, "\u{958}", "\u{915}\u{93C}"),
    (.nfc, "\u{2126}", "\u{3A9}"), (.nfd, "각é", "\u{1100}\u{1161}\u{11A8}e\u{301}"),
    (.nfkc, "ﬁ½", "fi1\u{2044}2"),
    (.nfkc, "ｶﾞ", "ガ"), (.nfkd, "\u{1E9B}\u{323}", "s\u{323}\u{307}"),
  ]

  @Test(arguments: forms) func normalizationFormsAreUnicodes(
    _ form: UnicodeForm, _ source: String, _ expected: String
  ) {
    let result = form.normalized(scan(source))
    #expect(text(result).unicodeScalars.elementsEqual(expected.unicodeScalars))
    #expect(result.byteRange == 0..<source.utf8.count)
  }

  @Test func whatANormalizerChangesKeepsItsPlace() {
    let result = UnicodeForm.nfc.normalized(scan("xe\u{301}yﬁ"))
    #expect(result.map(\.byteRange) == [0..<1, 1..<4, 4..<5, 5..<8])
    #expect(UnicodeForm.nfkc.normalized(scan("ﬁ")).map(\.byteRange) == [0..<1, 1..<3])
  }

  private func added(_ text: String, _ entry: AddedTokens.Entry) -> [String] {
    let bytes = Array(text.utf8)
    return AddedTokens([entry]).split(scan(text)).map {
      switch $0 {
      case .text(let slice): self.text(slice)
      case .added(_, let range): "[" + String(decoding: bytes[range], as: UTF8.self) + "]"
      }
    }
  }

  @Test func addedTokensTakeTheSpaceThatTheySay() {
    let content = Array("<x>".utf8)
    #expect(added("a <x> b", .init(id: 1, content: content)) == ["a ", "[<x>]", " b"])
    #expect(added("a <x> b", .init(id: 1, content: content, stripsLeft: true)) == ["a", "[ <x>]", " b"])
    #expect(added("a <x> \n", .init(id: 1, content: content, stripsRight: true)) == ["a ", "[<x> \n]"])
    #expect(added("a<x>", .init(id: 1, content: content, isWord: true)) == ["a<x>"])
    #expect(added("-<x>", .init(id: 1, content: content, isWord: true)) == ["-", "[<x>]"])
  }

  @Test func theLongestAddedTokenCounts() {
    let tokens = AddedTokens([
      .init(id: 1, content: Array("ab".utf8)), .init(id: 2, content: Array("abcd".utf8)),
    ])
    let ids = tokens.split(scan("abcabcd")).compactMap { if case .added(let id, _) = $0 { id } else { nil } }
    #expect(ids == [1, 2])
  }

  @Test func unigramTakesTheBestSum() {
    let entries = ["?", "a", "b", "ab", "abc"].enumerated().map { (bytes: Array($1.utf8), id: $0) }
    let none = [Int?](repeating: nil, count: 256)
    func ids(_ scores: [Double], _ source: String) -> [Int] {
      let model = UnigramModel(
        table: TokenTable(entries), scores: scores, unknown: 0, byteIDs: none,
        unknownScore: (scores.min() ?? 0) - 10)
      var encoding = Encoding()
      model.encode(scan(source), into: &encoding)
      #expect(covers(encoding.tokens, Array(source.utf8)))
      return encoding.tokens.map(\.id)
    }
    #expect(ids([0, -1, -1, -3, -9], "ab") == [1, 2])
    #expect(ids([0, -1, -1, -1.5, -9], "ab") == [3])
    #expect(ids([0, -1, -1, -1.5, -2], "abcab") == [4, 3])
    // Characters without a token are one token together.
    #expect(ids([0, -1, -1, -1.5, -9], "axyb") == [1, 0, 2])
  }

  @Test func aPrecompiledTableThatIsCutOffIsNone() {
    for bytes in [[], [1], [4, 0, 0, 0], [3, 0, 0, 0, 1, 2, 3], [0, 0, 0, 0]] as [[UInt8]] {
      #expect(PrecompiledMap(bytes) == nil)
    }
    // A trie that points outside of itself finds nothing.
    let wild = PrecompiledMap([4, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0x7F])
    #expect(wild.map { text($0.normalized(scan("aé"))) } == "aé")
  }

  @Test func mergesOfLongAndShortPiecesAreTheSame() {
    // "a" pairs up to powers of two, so that the order of merges matters.
    let merges = (0..<5).map {
      (BytePairMerger.Pair(left: $0, right: $0), BytePairMerger.Merge(rank: 4 - $0, result: $0 + 1))
    }
    let merger = BytePairMerger(merges: Dictionary(uniqueKeysWithValues: merges))
    for count in [1, 2, 3, 31, 48, 49, 63, 200] {
      var symbols = (0..<count).map { BytePairMerger.Symbol(id: 0, byteRange: $0..<$0 + 1) }
      merger.merge(&symbols)
      let ids = symbols.map(\.id)
      #expect(ids.reduce(0) { $0 + 1 << $1 } == count)
      #expect(zip(ids, ids.dropFirst()).allSatisfy { $0 != $1 || $0 == 5 }, "\(count): \(ids)")
    }
  }
}
