import KeyStorm
import Screen
import Testing

@testable import Terminal

/// What a terminal sends, byte by byte: keys, pastes, and sequences of which no part may be a key.
@Suite struct InputDecoderTests {
  /// Everything that comes of some bytes, which come at once or in pieces; then nothing more comes.
  private func events(
    _ bytes: [UInt8], pieces: [Int] = [],
    _ decoder: InputDecoder = InputDecoder()
  ) -> [Event] {
    var decoder = decoder
    var events: [Event] = []
    var start = 0
    for end in pieces + [bytes.count] {
      decoder.feed(bytes[start..<end])
      while let event = decoder.next() { events.append(event) }
      start = end
    }
    while decoder.patience != nil {
      decoder.expire()
      while let event = decoder.next() { events.append(event) }
    }
    return events
  }

  private func events(_ text: String) -> [Event] { events(Array(text.utf8)) }
  private func keys(_ text: String) -> [Key] {
    events(text).map { if case .key(let key) = $0 { key } else { .function(99) } }
  }

  @Test(arguments: [
    ("a", [Key.character("a")]), ("鍵é", [.character("鍵"), .character("é")]),
    ("\r\n\t\u{7F}\u{8}", [.enter, .enter, .tab, .backspace, .backspace]),
    ("\u{1}\u{12}\u{1A}", [.control("a"), .control("r"), .control("z")]), ("\u{0}\u{1C}\u{1F}", []),
    ("\u{1B}[A\u{1B}OB\u{1B}[C\u{1B}OD", [.up, .down, .right, .left]),
    (
      "\u{1B}[H\u{1B}OF\u{1B}[1~\u{1B}[8~",
      [.home, .end, .home, .end]
    ),
    ("\u{1B}[5~\u{1B}[6~\u{1B}[2~\u{1B}[3~\u{1B}[Z", [.pageUp, .pageDown, .insert, .delete, .backTab]),
    (
      "\u{1B}OP\u{1B}OS\u{1B}[15~\u{1B}[21~\u{1B}[[A\u{1B}[24~",
      [
        .function(1), .function(4), .function(5),
        .function(10), .function(1), .function(12),
      ]
    ),
  ])
  func keysAreWhatTheyWereBefore(_ text: String, _ expected: [Key]) { #expect(keys(text) == expected) }

  @Test func theKeypadMeansWhatStandsOnIt() {
    #expect(keys("\u{1B}OM\u{1B}[57414u") == [.enter, .enter])
    let signs = keys("pyjklmnoX".map { "\u{1B}O\($0)" }.joined())
    #expect(signs == "09*+,-./=".map(Key.character))
    #expect(
      keys("\u{1B}[57399u\u{1B}[57408u\u{1B}[57410u\u{1B}[57419u\u{1B}[57426u") == [
        .character("0"),
        .character("9"), .character("/"), .up, .delete,
      ])
    // With num lock and caps lock on.
    #expect(
      keys("\u{1B}[57399;129u\u{1B}[97;65u\u{1B}[57414;193u") == [
        .character("0"), .character("a"),
        .enter,
      ])
  }

  @Test func keysThatMoveDoSoWithShiftAltAndControl() {
    for modifier in 2...16 {
      let sequences = [
        "[1;\(modifier)A", "[1;\(modifier)H", "[6;\(modifier)~", "O\(modifier)C", "O1;\(modifier)D",
      ]
      #expect(keys(sequences.map { "\u{1B}" + $0 }.joined()) == [.up, .home, .pageDown, .right, .left])
    }
    // As rxvt sends them, and screen.
    #expect(keys("\u{1B}[a\u{1B}Ob\u{1B}[7^\u{1B}[5@") == [.up, .down, .home, .pageUp])
    let rxvt = InputDecoder(dollarEnds: true)
    #expect(events(Array("\u{1B}[8$x".utf8), rxvt) == [.key(.end), .key(.character("x"))])
  }

  @Test func protocolsThatNumberKeysAreRead() {
    #expect(
      keys("\u{1B}[27u\u{1B}[13u\u{1B}[9u\u{1B}[127u\u{1B}[97u\u{1B}[40;1u") == [
        .escape, .enter, .tab,
        .backspace, .character("a"), .character("("),
      ])
    let held = ["9;2u", "27;2;9~", "97;5u", "27;5;114~", "97:65;2u", "27;2;65~", "97;2u"]
    let expected: [Key] = [
      .backTab, .backTab, .control("a"), .control("r"), .character("A"), .character("A"), .character("A"),
    ]
    #expect(keys(held.map { "\u{1B}[" + $0 }.joined()) == expected)
    // Alt, other modifiers, keys let go, keys that are none here.
    let nothing = [
      "113;3u", "27;3;113~", "113;9u", "113;1:3u", "1;1:3A", "57441u", "27;3u", "13;5u", "21;3~", "1;2P",
      "99999999999999u",
    ]
    for sequence in nothing { #expect(keys("\u{1B}[" + sequence).isEmpty, "\(sequence)") }
  }

  private static let silent = [
    "\u{1B}[I", "\u{1B}[O", "\u{1B}[E", "\u{1B}OE", "\u{1B}[0n", "\u{1B}[24;80R", "\u{1B}[?1;2c",
    "\u{1B}[>0;276;0c", "\u{1B}[?2026;2$y", "\u{1B}[4;1$y",
    "\u{1B}[8;24;80t", "\u{1B}[1;2;3;4;5q", "\u{1B}[?u", "\u{1B}[?1u", "\u{1B}[200;5~", "\u{1B}[201~",
    "\u{1B}[99~", "\u{1B}[!p", "\u{1B}[ q", "\u{1B}[1 @",
    "\u{1B}[<0;5M", "\u{1B}[<2;5;5M", "\u{1B}[<35;5;5M", "\u{1B}[<0;0;0M", "\u{1B}[M\u{22}!!",
    "\u{1B}[<-1;-1;-1M", "\u{1B}[-1u", "\u{1B}[ 1;2!3q", "\u{1B}[0;5;5M", "\u{1B}[l", "\u{1B}[38:2:1:2:3m",
    "\u{1B}OZ", "\u{1B}Oz", "\u{1B}O5Z", "\u{1B}[[Q",
    "\u{1B}]11;rgb:ffff/ffff/ffff\u{7}", "\u{1B}]11;rgb:0/0/0\u{1B}\\", "\u{1B}]52;c;cXE=\u{7}",
    "\u{1B}]lqq\u{1B}\\", "\u{1B}]\u{7}",
    "\u{1B}P>|q(1)\u{1B}\\", "\u{1B}P1+r\u{1B}\\", "\u{1B}_Gi=31;OK\u{1B}\\", "\u{1B}^qX\u{1B}\\",
    "\u{1B}Xqq\u{1B}\\", "\u{1B}]0;鍵 quit\u{7}", "\u{1B}]0;q\u{18}",
    "\u{1B}(B", "\u{1B}#8", "\u{1B} F", "\u{1B}%G", "\u{1B}q", "\u{1B}X", "\u{1B}P", "\u{1B}]", "\u{1B}1",
    "\u{1B}é", "\u{1B}鍵", "\u{1B}:", "\u{1B}\u{7F}", "\u{1B}\r", "\u{1B}\t",
    "\u{1B}\u{1B}[A", "\u{1B}\u{1B}OM", "\u{9B}5q", "\u{8F}Z", "\u{9D}0;q\u{7}", "\u{84}", "\u{0}",
    "\u{1B}[", "\u{1B}O", "\u{1B}[1;", "\u{1B}(",
  ]

  @Test func whatMeansNothingDoesNothing() {
    for text in Self.silent { #expect(events(text).isEmpty, "\(text.debugDescription)") }
    for bytes: [UInt8] in [
      [0x9B, 0x35, 0x71], [0xC3], [0xFF, 0xFE], [0xE9, 0x80], [0xF5, 0x80],
      [
        0x9D, 0x71,
        0x07,
      ], [0xC0, 0xAF],
    ] {
      #expect(events(bytes).isEmpty, "\(bytes)")
    }
  }

  /// Whole sequences that come at once leave the key behind them alone.
  @Test func theKeyBehindASequenceIsItself() {
    let whole = Self.silent.filter { text in
      !["\u{1B}X", "\u{1B}P", "\u{1B}]", "\u{1B}[", "\u{1B}O", "\u{1B}[1;", "\u{1B}("].contains(text)
    }
    for text in whole { #expect(keys(text + "j") == [.character("j")], "\(text.debugDescription)") }
  }

  /// A slow line cuts a sequence anywhere but behind ESC; what it means does not change.
  @Test func whereASequenceIsCutDoesNotMatter() {
    let texts =
      Self.silent + [
        "\u{1B}[A", "\u{1B}OM", "\u{1B}[57414;129u", "\u{1B}[<0;12;7M", "\u{1B}[M !!",
        "\u{1B}[200~q\r\u{1B}q鍵\u{1B}[201~", "\u{1B}[24~", "鍵",
      ]
    for text in texts {
      let bytes = Array(text.utf8)
      let whole = events(bytes)
      for cut in bytes.indices.dropFirst() {
        #expect(
          events(bytes, pieces: [cut]) == whole,
          "\(text.debugDescription) at \(cut)")
      }
      #expect(events(bytes, pieces: Array(bytes.indices.dropFirst())) == whole, "\(text.debugDescription)")
    }
  }

  @Test func onlySilenceMakesAnEscape() {
    var decoder = InputDecoder()
    decoder.feed([0x1B])
    #expect(decoder.next() == nil)
    #expect(decoder.patience == InputDecoder.Patience().escape)
    decoder.feed([0x5B])
    #expect(decoder.next() == nil)
    // Behind its beginning one waits longer.
    #expect(decoder.patience == InputDecoder.Patience().sequence)
    decoder.feed([0x41])
    #expect(decoder.next() == .key(.up))
    #expect(decoder.patience == nil)
    #expect(keys("\u{1B}") == [.escape])
    #expect(keys("\u{1B}\u{1B}\u{1B}") == [.escape, .escape, .escape])
    #expect(keys("\u{1B}\u{C}") == [.escape, .control("l")])
  }

  @Test func aSlowLineIsGivenTime() {
    let near = InputDecoder.Patience([:]),
      far = InputDecoder.Patience(["SSH_CONNECTION": "10.0.0.1 22 10.0.0.2 22"])
    #expect(near.escape >= 40 && near.escape <= 60 && far.escape > near.escape)
    #expect(near.sequence >= 200 && far.sequence >= near.sequence)
    #expect(InputDecoder.Patience(["ESCDELAY": "777"]).escape == 777)
    for other in ["-1", "x", ""] { #expect(InputDecoder.Patience(["ESCDELAY": other]) == near) }
  }

  /// An Alt-letter that also introduces strings makes nobody deaf.
  @Test func aStringThatNeverEndsIsGivenUp() {
    var decoder = InputDecoder()
    decoder.feed(Array("\u{1B}]0;title".utf8))
    #expect(decoder.next() == nil && decoder.patience != nil)
    decoder.expire()
    #expect(decoder.next() == nil && decoder.patience == nil)
    decoder.feed([0x6A])
    #expect(decoder.next() == .key(.character("j")))
  }

  @Test func aPasteIsNeverKeys() {
    #expect(
      events("\u{1B}[200~q\r\nX\u{1B}[A\u{1B}\u{3}\u{1B}[201~j") == [
        .paste("q\nX\u{1B}[A\u{1B}\u{3}"),
        .key(.character("j")),
      ])
    #expect(events("\u{1B}[200~\u{1B}[201~") == [.paste("")])
    // Its end may be lost, and it may end in the middle of one.
    #expect(events("\u{1B}[200~q\u{1B}[20") == [.paste("q\u{1B}[20")])
    let long = String(repeating: "q鍵\r", count: 20_000)
    #expect(events("\u{1B}[200~\(long)\u{1B}[201~") == [.paste(long.replacing("\r", with: "\n"))])
  }

  @Test func theMouseIsWhereItPoints() {
    #expect(
      keys("\u{1B}[<0;12;7M\u{1B}[<0;12;7m\u{1B}[<64;1;1M\u{1B}[<65;1;1M\u{1B}[<4;12;7M") == [
        .mouse(row: 6, column: 11, kind: .click), .mouse(row: 6, column: 11, kind: .release),
        .mouse(
          row: 0,
          column: 0, kind: .wheelUp),
        .mouse(row: 0, column: 0, kind: .wheelDown), .mouse(row: 6, column: 11, kind: .click),
      ])
    #expect(
      events([0x1B, 0x5B, 0x4D, 0x20, 0x2C, 0x27, 0x1B, 0x5B, 0x4D, 0x23, 0xF0, 0x27]) == [
        .key(.mouse(row: 6, column: 11, kind: .click)), .key(.mouse(row: 6, column: 207, kind: .release)),
      ])
    #expect(events(Array("\u{1B}[<0;12;7Mj".utf8), InputDecoder(hasMouse: false)) == [.key(.character("j"))])
  }

  /// Terminals of other makes send what their description says.
  @Test func describedKeysGoFirst() {
    let wyse = InputDecoder(described: [[0x1B, 0x54]: .delete, [0x1B, 0x5B, 0x71]: .up, [0x0B]: .up])
    #expect(
      events(Array("\u{1B}T\u{1B}[qj".utf8), wyse) == [.key(.delete), .key(.up), .key(.character("j"))])
  }

  /// Whatever comes between, a sequence that is complete is no key, and the key behind it is.
  /// What is answered, and the keys that come with it, whole and byte by byte.
  private func answers(_ text: String) -> (answers: TerminalAnswers, keys: [Event]) {
    func read(_ pieces: [[UInt8]]) -> (TerminalAnswers, [Event]) {
      var decoder = InputDecoder()
      var events: [Event] = []
      for piece in pieces {
        decoder.feed(piece)
        while let event = decoder.next() { events.append(event) }
      }
      return (decoder.answers, events)
    }
    let (whole, bytewise) = (read([Array(text.utf8)]), read(text.utf8.map { [$0] }))
    #expect(whole.0 == bytewise.0 && whole.1 == bytewise.1, "\(text.debugDescription)")
    return whole
  }

  @Test func answersComeInAnyPiecesAndLeaveWhatIsTyped() {
    let both = answers("\u{1B}]11;rgb:ffff/ffff/ffff\u{1B}\\\u{1B}[?64;1;2c")
    #expect(both.answers.background == .light && both.answers.isComplete && both.keys.isEmpty)
    let typed = answers("2j\u{1B}]11;rgb:00/00/00\u{7}]\u{1B}[?6c")
    #expect(typed.answers.background == .dark && typed.answers.isComplete)
    #expect(typed.keys == [.key(.character("2")), .key(.character("j")), .key(.character("]"))])
    let unknown = answers("\u{1B}[?1;2c")
    #expect(unknown.answers.background == nil && unknown.answers.isComplete)
    let paste = answers("\u{1B}[200~q\u{1B}[201~\u{1B}[?6c")
    #expect(paste.keys == [.paste("q")] && paste.answers.isComplete)
  }

  @Test func keysAndRubbishAreNoAnswer() {
    // The fourth is rxvt's Shift-Right.
    let keys = answers("\u{1B}[A\u{1B}OP\u{1B}[1;5C\u{1B}[c\u{1B}[>0;1c")
    #expect(keys.answers == TerminalAnswers())
    #expect(keys.keys == [.key(.up), .key(.function(1)), .key(.right), .key(.right)])
    for text in [
      "\u{1B}]11;rgb:ffff/" + String(repeating: "f", count: 100_000), "\u{1B}P11;rgb:0/0/0\u{7}",
      "\u{1B}]11;rgb:0/0/0\u{18}", "\u{1B}]11;rgb:0/0/0\u{1B}[A", "\u{1B}]12;rgb:0/0/0\u{7}",
      "\u{1B}]11;rgb:" + String(repeating: "0", count: 200) + "/0/0\u{7}",
    ] {
      #expect(answers(text).answers == TerminalAnswers(), "\(text.prefix(20).debugDescription)")
    }
  }

  @Test(arguments: 0..<4) func randomSequencesAreNoKeys(_ seed: Int) {
    var generator = FixedGenerator(seed: UInt64(seed + 1))
    func bytes(_ range: ClosedRange<Int>, upTo count: Int) -> [UInt8] {
      (0..<generator.next(below: count + 1)).map { _ in
        UInt8(range.lowerBound + generator.next(below: range.count))
      }
    }
    let moving: Set<Key> = [.up, .down, .left, .right, .home, .end, .pageUp, .pageDown]
    for _ in 0..<3_000 {
      var sequence: [UInt8] = [0x1B]
      switch generator.next(below: 4) {
      case 0:
        sequence +=
          [0x5B, 0x3F] + bytes(0x30...0x3F, upTo: 6)
          + bytes(
            0x20...0x2F,
            upTo: 2) + [UInt8(0x40 + generator.next(below: 63))]
      case 1:
        sequence +=
          [0x5B] + bytes(0x30...0x3B, upTo: 6) + [
            UInt8(0x20 + generator.next(below: 16)),
            UInt8(0x40 + generator.next(below: 63)),
          ]
      case 2: sequence += [0x4F, 0x35, UInt8(0x40 + generator.next(below: 63))]
      default:
        sequence +=
          [[0x5D, 0x50, 0x5F, 0x5E, 0x58][generator.next(below: 5)]]
          + bytes(
            0x20...0x7E,
            upTo: 40) + (generator.next(below: 2) == 0 ? [0x07] : [0x1B, 0x5C])
      }
      let found = events(sequence + [0x6A])
      let others = found.filter { if case .key(let key) = $0 { !moving.contains(key) } else { true } }
      #expect(others == [.key(.character("j"))], "\(sequence)")
    }
  }

  /// Bytes of any kind are read to their end: nothing traps, and nothing is waited for without end.
  @Test(arguments: 0..<3) func randomBytesAreReadToTheirEnd(_ seed: Int) {
    var generator = FixedGenerator(seed: UInt64(seed + 77))
    var decoder = InputDecoder(hasMouse: seed != 1, dollarEnds: seed == 2)
    for _ in 0..<2_000 {
      decoder.feed(
        (0..<50).map { _ in
          generator.next(below: 6) == 0 ? 0x1B : UInt8(generator.next(below: 256))
        })
      while let event = decoder.next() {
        guard case .key(.character(let character)) = event else { continue }
        #expect(character.unicodeScalars.allSatisfy { $0.value >= 0x20 && !(0x7F..<0xA0).contains($0.value) })
      }
    }
    for _ in 0..<4 where decoder.patience != nil {
      decoder.expire()
      while decoder.next() != nil {}
    }
    #expect(decoder.patience == nil)
  }
}
