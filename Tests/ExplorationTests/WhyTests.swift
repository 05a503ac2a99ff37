import Checkpoint
import Eviction
import Foundation
import Synchronization
import TestSupport
import Testing
import Transformer
@testable import Exploration

/// Why an answer was lost, on the embedded model and a text whose answer stands in it once.
@Suite struct WhyTests {
  private static func needle(_ policies: [String]) throws -> (RunEngine, Run) {
    let checkpoint = try Checkpoint(path: Places.embeddedModel)
    let text = try Data(contentsOf: Places.root.appendingPathComponent("Samples/needle.txt"))
    let prompt = try Prompt(name: "needle.txt", text: Array(text), tokenizer: checkpoint.tokenizer)
    let settings = ExplorationSettings(
      budget: 48, policies: try policies.map { try Policy(parsing: $0) }, answerLimit: 24)
    let run = Run(
      modelName: "embedded", prompt: prompt, settings: settings, vocabulary: Vocabulary(checkpoint.tokenizer))
    return (RunEngine(checkpoint: checkpoint, precision: .float32), run)
  }

  /// The number that is asked for is evicted: its own tokens are what the answer lacked.
  @Test func theNumbersOwnTokensBringTheAnswerBack() async throws {
    let (engine, opening) = try Self.needle(["snapkv"])
    let run = await engine.run(opening)
    let policy = run.settings.policies[0]
    let reports = Mutex<[WhyFinding]>([])
    let finding = await engine.why(try WhyFinding(run, policy: policy), of: run) { update in
      reports.withLock { $0.append(update) }
    }
    #expect(finding.stage == .found && finding.isSmallest && finding.isWhole)
    let text = String(decoding: run.prompt.text, as: UTF8.self)
    let number = try #require(text.range(of: "905"))
    let bytes =
      text.utf8.distance(
        from: text.startIndex, to: number.lowerBound)..<text.utf8.distance(
        from: text.startIndex, to: number.upperBound)
    for token in finding.restored.compactMap(\.token) {
      #expect(run.prompt.tokens[token.position].byteRange.overlaps(bytes), "token \(token.position)")
      #expect(
        !run.results[0].kept.positions(layer: token.layer, queryHead: token.queryHead).contains(
          token.position))
    }
    #expect(zip(finding.lost, finding.lost.dropFirst()).allSatisfy { $0.share >= $1.share })
    #expect(finding.tries > 1)
    #expect(reports.withLock { $0.last?.stage } == .found)

    // What it claims holds when the tokens are kept by hand, and without any one of them no more.
    var settings = run.settings
    settings.policies.append(finding.restoredPolicy)
    for left in finding.restored.indices {
      var fewer = finding.restored
      fewer.remove(at: left)
      if !fewer.isEmpty { settings.policies.append(policy.edited(fewer.map(\.restoring))) }
    }
    let again = await engine.run(
      Run(modelName: "", prompt: run.prompt, settings: settings, vocabulary: run.vocabulary),
      earlier: run)
    let answer = try #require(run.full).answer.tokens
    #expect(again.results[0].answer.tokens == run.results[0].answer.tokens, "the policy's own lane stays")
    #expect(again.results[1].answer.tokens == answer && again.results[1].policy.title == "SnapKV*")
    #expect(again.results.dropFirst(2).allSatisfy { $0.answer.tokens != answer })
  }

  /// What is said to bring a token back does so on the cache that is decoded on by itself, and no member of a
  /// smallest set can be spared.
  @Test(arguments: ["snapkv", "streaming", "h2o", "streaming+rerotate", "snapkv+decode"])
  func whatIsClaimedHoldsWhenItIsKeptByHand(_ name: String) async throws {
    let (engine, opening) = try Self.needle([name])
    let run = await engine.run(opening)
    let full = try #require(run.full).answer
    let policy = run.settings.policies[0]
    guard run.results[0].answer.firstDifference(from: full) != nil else { return }
    let finding = await engine.why(try WhyFinding(run, policy: policy), of: run)
    #expect(finding.stage == .found && !finding.parts.isEmpty)
    for part in finding.parts where part.aim.target == .first {
      var settings = run.settings
      let sets = part.sets.map { part.before + $0.pieces }
      let fewer = part.sets.flatMap { set in
        set.isSmallest && set.pieces.count > 1
          ? set.pieces.indices.map { left in
            part.before + set.pieces.enumerated().filter { $0.offset != left }.map(\.element)
          } : []
      }
      settings.policies += (sets + fewer).map { policy.edited($0.map(\.restoring)) }
      let again = await engine.run(
        Run(modelName: "", prompt: run.prompt, settings: settings, vocabulary: run.vocabulary), earlier: run)
      func reached(_ pieces: [WhyPiece]) -> Int? {
        again.results.first { $0.policy == policy.edited(pieces.map(\.restoring)) }?.answer.firstDifference(
          from: full)
      }
      for set in sets { #expect(reached(set).map { $0 > part.aim.tokens.upperBound } ?? true) }
      for set in fewer { #expect(reached(set).map { $0 <= part.aim.tokens.upperBound } == true) }
      if let first = sets.first { #expect(reached(first) == part.following) }
    }
  }

  /// What is told at once is what is decoded token by token, whatever is restored, after a later question,
  /// too.
  @Test(arguments: [false, true]) func whatIsToldSaysWhatIsDecoded(_ asksLater: Bool) async throws {
    let checkpoint = try Checkpoint(path: Places.embeddedModel)
    var (engine, opening) = try Self.needle(["snapkv"])
    if asksLater {
      let text =
        "The old mill was quiet. The passcode of Temley is amber lantern. A dark wind came over the harbour."
      let question = "Question: What is the passcode of Temley?\nAnswer:"
      let prompt = try Prompt(
        name: "later", text: Array(text.utf8), tokenizer: checkpoint.tokenizer,
        framing: PromptFraming(question: question, asksAfterEviction: true, questions: [question]),
        contextLength: checkpoint.configuration.contextLength, answerLimit: 12)
      var settings = opening.settings
      (settings.budget, settings.answerLimit) = (9, 12)
      opening = opening.anew(settings, prompt: prompt)
      engine = RunEngine(checkpoint: checkpoint, precision: .float32)
    }
    let run = await engine.run(opening)
    var source = ModelSource(
      checkpoint.configuration, precision: .float32, gate: { nil }, weights: { try checkpoint.weights() })
    try source.open(wantsGate: false) { _, _ in }
    let policy = run.settings.policies[0]
    let trials = try #require(WhyTrials(run, policy: policy, source: source))
    let kept = run.results[0].kept
    let lost = try LostToken.ranked(run, kept: kept, steps: 2..<3).map(WhyPiece.eviction)
    let heads = LostHead.ranked(kept, lost: []).map(WhyPiece.head)
    let base = Array(lost.prefix(1))
    let sets =
      [[]] + lost.dropFirst().prefix(9).map { [$0] } + [Array(lost.dropFirst().prefix(20)), [heads[3]]]
    for tokens in [3...3, 0...4, 1...1] + (asksLater ? [0...0] : []) {
      let aim = WhyAim(target: .first, tokens: tokens)
      let told = try trials.outcomes(aim, base, sets)
      let decoded = try trials.decoded(aim, sets.map { base + $0 })
      for (told, decoded) in zip(told, decoded) {
        #expect(told.isBack == decoded.isBack && told.saidCount == decoded.saidCount)
        #expect(
          told.said == decoded.said && abs(told.probability - decoded.probability) < 1e-4,
          "\(told.probability) and \(decoded.probability)")
      }
      #expect(Set(told.map(\.probability)).count > 1 || tokens == 0...0, "something is restored")
    }
  }

  /// One difference after the other, until the whole answer is back.
  @Test func aSearchGoesOnFromDifferenceToDifference() async throws {
    let (engine, opening) = try Self.needle(["streaming"])
    let run = await engine.run(opening)
    let finding = await engine.why(try WhyFinding(run, policy: run.settings.policies[0]), of: run)
    #expect(finding.isWhole)
    let differences = finding.parts.filter { $0.aim.target == .first }
    #expect(differences[0].aim.tokens == finding.step...finding.step)
    for (part, next) in zip(differences, differences.dropFirst()) {
      #expect(part.following == next.aim.tokens.upperBound)
      #expect(next.before == part.before + part.sets[0].pieces)
    }
    if finding.parts.count > 1 { #expect(finding.parts.last?.aim.target == .whole) }
  }

  @Test func whatIsAimedAtFirstCanBeChosen() async throws {
    let (engine, opening) = try Self.needle(["streaming"])
    var settings = opening.settings
    settings.expected = [try ExpectedAnswer(parsing: "905")]
    let run = await engine.run(opening.anew(settings))
    let (policy, result) = (run.settings.policies[0], run.results[0])
    let full = try #require(run.full).answer
    let differing = run.differingTokens(of: result)
    let last = try #require(differing.last)
    let token = await engine.why(try WhyFinding(run, policy: policy, target: .token(last)), of: run)
    #expect(token.parts.first?.aim.tokens.upperBound == last && token.parts.first?.sets.isEmpty == false)
    let expected = try WhyFinding(run, policy: policy, target: .expected)
    let range = try #require(expected.expectedTokens)
    #expect(run.vocabulary.text(full.tokens[range]).contains("905"))
    #expect(!run.vocabulary.text(full.tokens[range.lowerBound + 1..<range.upperBound + 1]).contains("905"))
    let found = await engine.why(expected, of: run)
    #expect(found.stage == .found)
    let whole = await engine.why(try WhyFinding(run, policy: policy, target: .whole), of: run)
    #expect(whole.isWhole && whole.parts.count == 1)
    let same = full.tokens.indices.first { !differing.contains($0) && $0 > 0 }
    if let same {
      #expect(throws: WhyError.saidAnyway(policy, same, differing)) {
        try WhyFinding(run, policy: policy, target: .token(same))
      }
    }
    #expect(throws: WhyError.noToken(999, count: full.tokens.count + (full.hasEnded ? 1 : 0))) {
      try WhyFinding(run, policy: policy, target: .token(999))
    }
    let plain = await engine.run(opening)
    #expect(throws: WhyError.nothingExpected) {
      try WhyFinding(plain, policy: policy, target: .expected)
    }
  }

  @Test func targetsAreRead() {
    #expect(WhyTarget("first") == .first && WhyTarget("whole") == .whole)
    #expect(WhyTarget("expected") == .expected && WhyTarget("7") == .token(6))
    #expect(WhyTarget("token=7") == .token(6) && WhyTarget(WhyTarget.token(6).description) == .token(6))
    for other in ["", "0", "-1", "+3", "token=", "token=x", "snapkv", "99999999999999999999"] {
      #expect(WhyTarget(other) == nil, "\(other)")
    }
  }

  /// Where the tries end before anything is back, it is said what came nearest, and what was tried.
  @Test(arguments: [0, 40, 200, 1000]) func noSearchComesHomeEmpty(_ work: Int) async throws {
    let (engine, opening) = try Self.needle(["streaming"])
    let run = await engine.run(opening)
    let policy = run.settings.policies[0]
    let finding = await engine.why(try WhyFinding(run, policy: policy), of: run, work: work)
    let part = try #require(finding.parts.first)
    #expect(finding.isFinished && part.tries <= max(work, 0))
    if part.sets.isEmpty {
      #expect(part.stage == .exhausted && (part.nearest != nil || part.tries < 2))
      #expect(WhyExport(finding, of: run).text.contains("nothing brings back"))
    }
  }

  /// A search whose work ran out goes on where it ended, and comes to what one with more work comes to.
  @Test func aSearchThatRanOutGoesOn() async throws {
    let (engine, opening) = try Self.needle(["streaming"])
    let run = await engine.run(opening)
    let policy = run.settings.policies[0]
    var finding = await engine.why(try WhyFinding(run, policy: policy), of: run, work: 60)
    #expect(finding.canGoOn, "\(finding.stage)")
    var (tries, passed) = (finding.tries, finding.passedTokens)
    #expect(passed > 0)
    for _ in 0..<40 where finding.canGoOn {
      let next = finding.goingOn()
      #expect(!next.isFinished)
      finding = await engine.why(next, of: run, work: 200)
      #expect(finding.passedTokens > passed || !finding.canGoOn)
      (tries, passed) = (max(tries, finding.tries), finding.passedTokens)
    }
    #expect(!finding.canGoOn && finding.stage == .found)
    #expect(!finding.parts.contains { !$0.isSettled })
    let whole = await engine.why(try WhyFinding(run, policy: policy), of: run, work: 1_000_000)
    #expect(!whole.canGoOn && whole.isWhole == finding.isWhole)
    #expect(finding.parts.first?.sets.first?.pieces.count == whole.parts.first?.sets.first?.pieces.count)
  }

  @Test func aStoppedSearchSaysSo() async throws {
    let (engine, opening) = try Self.needle(["streaming"])
    let run = await engine.run(opening)
    let finding = try WhyFinding(run, policy: run.settings.policies[0])
    for isFound in [false, true] {
      let work = Mutex<Task<WhyFinding, Never>?>(nil)
      let task = Task.detached {
        while work.withLock({ $0 == nil }) { await Task.yield() }
        return await engine.why(finding, of: run) { update in
          if update.tries > 0, !isFound || !update.restored.isEmpty { work.withLock { $0?.cancel() } }
        }
      }
      work.withLock { $0 = task }
      let stopped = await task.value
      #expect(stopped.stage == .cancelled)
      #expect(stopped.isFinished && !stopped.lost.isEmpty)
      #expect(!isFound || !stopped.restored.isEmpty, "what was found stays")
    }
  }

  @Test func whatNeedsNoExplanationHasNone() async throws {
    let (engine, opening) = try Self.needle(["snapkv(w=16)", "oracle"])
    let absent = try Policy(parsing: "h2o")
    #expect(throws: WhyError.notFinished) { try WhyFinding(opening, policy: opening.settings.policies[0]) }
    let run = await engine.run(opening)
    #expect(throws: WhyError.noResult(absent)) { try WhyFinding(run, policy: absent) }
    let full = try #require(run.full)
    for result in run.results where result.answer.firstDifference(from: full.answer) == nil {
      #expect(throws: WhyError.sameAnswer(result.policy)) { try WhyFinding(run, policy: result.policy) }
    }
  }

  @Test func theExportNamesTheTokensAndTheAnswers() async throws {
    let (engine, opening) = try Self.needle(["snapkv"])
    let run = await engine.run(opening)
    let finding = await engine.why(try WhyFinding(run, policy: run.settings.policies[0]), of: run)
    let export = WhyExport(finding, of: run)
    let json = try #require(try JSONSerialization.jsonObject(with: export.json()) as? [String: Any])
    #expect(json["schema"] as? String == "laq-tui.why" && json["version"] as? Int == 2)
    #expect(json["outcome"] as? String == "found" && json["tries"] as? Int == finding.tries)
    let restored = try #require(json["restored"] as? [[String: Any]])
    #expect(restored.compactMap { $0["position"] as? Int } == finding.restored.compactMap(\.token?.position))
    #expect(restored.compactMap { $0["layer"] as? Int } == finding.restored.map(\.layer))
    #expect((json["answers"] as? [String: String])?["full"] == " The favour of Munathow is 905.")
    #expect(export.text.contains("found after \(finding.tries) tries"))
    // Of a set of thousands the first pieces are listed, and all counted.
    let many = WhyPiecesEntry(Array(repeating: .eviction(finding.lost[0]), count: 2000), run)
    #expect(many.count == 2000 && many.listed.count == WhyFinding.listLimit)
    let sentences = try #require(json["sentences"] as? [String])
    #expect(sentences.allSatisfy { export.text.contains($0) })
    #expect(sentences.first?.contains("back token \(finding.step + 1), \"5\"") == true, "\(sentences)")
    let parts = try #require(json["parts"] as? [[String: Any]])
    #expect(parts.count == finding.parts.count)
    for (part, entry) in zip(finding.parts, parts) {
      #expect(entry["tries"] as? Int == part.tries && (entry["sets"] as? [Any])?.count == part.sets.count)
      #expect((entry["alone"] as? [Any])?.count == part.alone.count)
    }
  }
}
