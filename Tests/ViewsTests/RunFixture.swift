import Checkpoint
import Eviction
import Foundation
import KeyStorm
import Screen
import TestSupport
import Transformer

@testable import Exploration
@testable import Views

/// A finished run made by hand: no model runs, and every number comes from whole numbers.
///
/// The keys of one passage answer the question at the end, those of another one resemble the window's
/// queries: LAQ keeps the first, SnapKV the second, as on a real model.
enum RunFixture {
  static let run = makeRun()

  static let text = """
    The harbour office keeps four thousand letters, most of them about rope, salt and tar. Nobody has read \
    them all; the shelves are damp, and the lamps go out at nine.
    In the spring of 1931 the clerk, Ilse Brandt, hid the brass key behind the tide clock. She told nobody, \
    not even the master, who asked her twice.
    The ledger only says: «鍵は時計の裏» and a date; the visitors' book says café, 3 \u{1F511}.
    \tRope\t12\u{1B}[0m shillings
    The rain came early that year. Boats were pulled up on the stones, and the men mended nets in the long \
    shed while the wind took tiles from the roof. A cook sold soup by the door, a penny for each bowl, and \
    kept the coins in a tin under her stool. On Sundays the shed stood empty and the gulls walked in.
    The master wrote: the harbour is quiet, the rope is dry, the salt is sold. He asked for two new lamps \
    and for a clerk who could read his hand.

    Question: where did the clerk hide the brass key?
    Answer:
    """

  static let tokenizer: Tokenizer = {
    do { return try Tokenizer(path: Places.embeddedModel + "/tokenizer.json") } catch {
      fatalError("the checkpoint's tokenizer: \(error)")
    }
  }()

  static let shape = ModelShape(layerCount: 2, queryHeadCount: 4, kvHeadCount: 2, headDimension: 8)

  /// A prompt of any bytes.
  static func prompt(_ text: [UInt8], name: String = "harbour.txt") -> Prompt {
    do { return try Prompt(name: name, text: text, tokenizer: tokenizer) } catch {
      fatalError("\(name): \(error)")
    }
  }

  /// A state as a person sees it who opened the finished run.
  static func state(theme: Theme = .mono) -> ViewState {
    var state = ViewState(run: run, theme: theme)
    state.goToLargestLoss()
    state.details.take(.sweep(sweep))
    if let study { state.details.take(.study(study)) }
    state.settle()
    return state
  }

  /// Recall against budget of the two policies that are shown first; LAQ's lookahead is the run's own at
  /// every budget.
  static let sweep: BudgetSweep = {
    var sweep = BudgetSweep()
    guard let recording = run.recording, let mass = run.decodeMass else { return sweep }
    for result in run.results.prefix(2) {
      let evidence = Evidence(recording: recording, lookahead: result.lookahead?.queries)
      for budget in BudgetSweep.budgets(tokenCount: recording.tokenCount) {
        guard let kept = try? result.policy.evict(evidence, budget: budget, granularity: .kvHead).kept else {
          continue
        }
        let agreements = mass.layers.enumerated().flatMap { layer, heads in
          heads.enumerated().map {
            Agreement(kept: kept.positions(layer: layer, queryHead: $0), mass: $1, budget: budget)
          }
        }
        let count = Double(agreements.count)
        sweep.add(
          BudgetSweep.Point(
            budget: budget, recall: agreements.reduce(0) { $0 + $1.recall } / count,
            massRecall: agreements.reduce(0) { $0 + $1.massRecall } / count,
            answer: answer(result, budget: budget)),
          to: BudgetSweep.Key(result.policy, run.settings))
      }
    }
    return sweep
  }()

  /// What an answer at a budget comes to, as if each doubling said two more of the tokens.
  private static func answer(_ result: PolicyResult, budget: Int) -> BudgetSweep.Answer {
    let count = run.full?.answer.steps.count ?? 0
    let agreeing = min(count, budget / 16 + (result.policy.lookahead == nil ? 0 : 1))
    return BudgetSweep.Answer(
      divergence: Double(count - agreeing) / 4, agreeing: agreeing, compared: count,
      sameShare: Double(agreeing) / Double(max(1, count)), mark: agreeing == count ? .same : .other)
  }

  /// What LAQ's lookahead needs, as a study would tell.
  static let study: LookaheadStudy? = {
    guard let request = LookaheadStudy.Request(run.settings.policies[0], run.settings) else { return nil }
    var study = LookaheadStudy(request)
    let told = makeRun(names: request.settings.policies.map(\.name))
    do { study.steps = try told.stepCoverage() } catch { fatalError("the fixture's study: \(error)") }
    for (index, policy) in request.settings.policies.enumerated()
    where policy.lookahead?.source != .truth {
      study.seconds[policy] = 0.003 * Double(index + 1)
    }
    (study.run, study.stage) = (told, .done)
    return study
  }()

  /// Why SnapKV lost the answer, as a search would tell: two tokens bring the first difference back, and
  /// nothing the second.
  static let finding: WhyFinding = {
    do {
      var finding = try WhyFinding(run, policy: run.settings.policies[1])
      let lost = try LostToken.ranked(
        run, kept: run.results[1].kept, steps: finding.step..<finding.step + 1)
      (finding.lost, finding.lostCount) = (lost, lost.count)
      func outcome(_ rank: Int, _ probability: Double) -> WhyOutcome {
        WhyOutcome(
          isBack: rank == 1, saidCount: finding.step, said: finding.said, rank: rank,
          probability: probability, divergence: 1.25)
      }
      var part = WhyPart(finding.aim, before: [])
      part.take([], outcome(7, 0.02))
      for (index, token) in lost.prefix(12).enumerated() {
        part.take([.eviction(token)], outcome(3 + index, 0.2 / Double(index + 1)))
      }
      let heads = LostHead.ranked(run.results[1].kept, lost: lost)
      for (index, head) in heads.enumerated() { part.take([.head(head)], outcome(1 + index, 0.5)) }
      part.sets = [[lost[1], lost[4]], [lost[0], lost[6], lost[7]]].map {
        WhySet(pieces: $0.map(WhyPiece.eviction), isSmallest: true)
      }
      (part.stage, part.tries, part.largestCount) = (.found, 41, 64)
      (part.answer, part.following) = (run.results[1].answer, finding.step + 1)
      var next = WhyPart(WhyAim(target: .first, tokens: 0...finding.step + 1), before: part.sets[0].pieces)
      next.take([], outcome(12, 0.01))
      next.take([.eviction(lost[2]), .eviction(lost[3])], outcome(2, 0.31))
      (next.stage, next.tries, next.largestCount) = (.exhausted, 30, 64)
      finding.parts = [part, next]
      (finding.stage, finding.seconds) = (.found, 0.5)
      return finding
    } catch { fatalError("the fixture's finding: \(error)") }
  }()

  /// A run of which only the text is known, or also what the policies make of it.
  static func makeRun(
    _ prompt: Prompt = prompt(Array(text.utf8)), budget: Int = 64, answerLimit: Int = 16,
    names: [String] = ["laq", "snapkv", "streaming", "oracle"]
  ) -> Run {
    let policies: [Policy] = names.compactMap { Policy($0) }
    let settings = ExplorationSettings(budget: budget, policies: policies, answerLimit: answerLimit)
    var run = Run(
      modelName: "fixture", prompt: prompt, settings: settings, vocabulary: Vocabulary(tokenizer))
    let recording = makeRecording(prompt)
    run.recording = recording
    run.full = PolicyResult(
      policy: Policy("full") ?? policies[0], kept: .all(shape: shape, tokenCount: recording.tokenCount),
      scores: nil, lookahead: nil, agreement: nil,
      answer: compared(
        continuation(" behind the tide clock."), with: nil, kept: recording.tokenCount, isTold: false))
    run.prefillReports = (1...4).map {
      PrefillProgress(
        tokensDone: prompt.tokens.count * $0 / 4, tokenCount: prompt.tokens.count,
        seconds: 0.1 * Double($0 * $0))
    }
    let decode = queries(count: run.full?.answer.tokens.count ?? 0, after: recording.tokenCount, seed: 21)
    run.decodeQueries = decode
    do {
      let mass = try ScoreTable(
        OracleScorer(), evidence: Evidence(recording: recording, decode: decode), budget: budget,
        granularity: .queryHead
      ).layers
      run.decodeMass = HeadTable(mass)
      let answers = [
        " behind the tide clock.", " behind the tin under her stool.", " the rope", " behind the tide clock.",
      ]
      let reference = run.full?.answer ?? Continuation()
      run.results = try policies.enumerated().map { index, policy in
        var result = try result(
          policy, answer: answers[index % answers.count], recording: recording, decode: decode, mass: mass,
          settings: settings)
        result.answer = compared(result.answer, with: reference, kept: budget, isTold: false)
        if result.answer.firstDifference(from: reference) != nil {
          result.followed = compared(reference, with: reference, kept: budget, isTold: true)
        }
        if let pseudo = result.lookahead?.pseudo {
          result.lookahead?.pseudo = compared(pseudo, with: reference, kept: budget, isTold: false)
        }
        result.evictionSeconds = 0.002 * Double(index + 1)
        result.recallCeiling = run.decodeMass?.recallCeiling(.kvHead, shape: shape, budget: budget)
        return result
      }
      run.figures = try HeadFigures(run)
      let errors = try OutputErrors.measure(recording, decode: decode, of: run.results.map(\.kept))
      for (index, errors) in zip(run.results.indices, errors ?? []) {
        run.results[index].outputErrors = errors
      }
    } catch { fatalError("the fixture's lanes: \(error)") }
    run.stage = .done
    return run
  }

  /// The run of a prefill that was stopped behind the first layer.
  static let interrupted: Run = {
    var stopped = run
    guard let recording = stopped.recording else { return stopped }
    let first = ModelShape(
      layerCount: 1, queryHeadCount: shape.queryHeadCount, kvHeadCount: shape.kvHeadCount,
      headDimension: shape.headDimension)
    stopped.recording = Recording(
      shape: first, tokenCount: recording.tokenCount, layers: Array(recording.layers.prefix(1)),
      lastLogits: [])
    (stopped.results, stopped.full, stopped.decodeMass, stopped.decodeQueries, stopped.figures) = (
      [], nil, nil, nil, nil
    )
    stopped.stage = .cancelled
    return stopped
  }()

  /// A run without policies, of the full cache only.
  static let withoutPolicies: Run = {
    let settings = ExplorationSettings(budget: 64, policies: [], answerLimit: 16)
    var bare = Run(
      modelName: "fixture", prompt: run.prompt, settings: settings, vocabulary: Vocabulary(tokenizer))
    (bare.recording, bare.full, bare.decodeMass, bare.decodeQueries) = (
      run.recording, run.full, run.decodeMass, run.decodeQueries
    )
    bare.stage = .done
    return bare
  }()

  private static func result(
    _ policy: Policy, answer: String, recording: Recording, decode: QueryRows, mass: [[[Float]]],
    settings: ExplorationSettings
  ) throws -> PolicyResult {
    var lookahead: Lookahead?
    if let wanted = policy.lookahead {
      let cheap = try wanted.cheap.evict(
        Evidence(recording: recording), budget: settings.budget, granularity: settings.granularity)
      let pseudo = continuation(" behind the tin clock, she said.", limit: wanted.tokenCount)
      lookahead = Lookahead(
        settings: wanted, cheap: cheap.kept, pseudo: pseudo,
        queries: queries(count: pseudo.tokens.count, after: recording.tokenCount, seed: 12))
    }
    let evidence = Evidence(recording: recording, lookahead: lookahead?.queries, decode: decode)
    let (kept, scores) = try policy.evict(
      evidence, budget: settings.budget, granularity: settings.granularity)
    let agreement = mass.enumerated().map { layer, heads in
      heads.enumerated().map { head, mass in
        Agreement(
          kept: kept.positions(layer: layer, queryHead: head), mass: mass, budget: settings.budget)
      }
    }
    let choice = ChoiceFigures(
      policy, kept: kept, scores: scores, facts: PromptFacts(budget: settings.budget),
      pseudoCount: lookahead?.pseudo.tokens.count, answerLimit: settings.answerLimit)
    return PolicyResult(
      policy: policy, kept: kept, scores: scores, choice: choice, lookahead: lookahead, agreement: agreement,
      answer: continuation(answer))
  }

  /// A continuation with a distribution for each of its tokens: it prefers its own token to the full cache's,
  /// or, when it is told that cache's answer, hesitates between that and another one.
  private static func compared(
    _ continuation: Continuation, with reference: Continuation?, kept: Int, isTold: Bool
  ) -> Continuation {
    var continuation = continuation
    (continuation.steps, continuation.heldTokens) = ([], [])
    let count = 2048
    func logits(_ token: Int?, _ other: Int?) -> [Float] {
      var logits = [Float](repeating: 0, count: count)
      if let other { logits[other % count] = 8 }
      if let token { logits[token % count] = isTold ? 8 : 9 }
      return logits
    }
    for (index, token) in (continuation.tokens.map(Optional.some) + [nil]).enumerated() {
      let said = reference.flatMap { $0.tokens.indices.contains(index) ? $0.tokens[index] : nil }
      let isComparable =
        reference.map { $0.tokens.prefix(index).elementsEqual(continuation.tokens.prefix(index)) } ?? false
      continuation.steps.append(
        NextTokens(
          logits: logits(token, isTold ? (token ?? 0) + 1 : said),
          reference: isComparable ? logits(said, nil) : nil))
      continuation.heldTokens.append(Double(kept + index))
    }
    return continuation
  }

  private static func continuation(_ text: String, limit: Int = 16) -> Continuation {
    var continuation = Continuation()
    continuation.tokens = tokenizer.encode(Array(text.utf8), addingSpecialTokens: false).prefix(limit).map(
      \.id)
    continuation.hasEnded = continuation.tokens.count < limit
    return continuation
  }

  // MARK: Keys and queries

  /// Halves from -1 to 1: sums of their products are exact in `Float`.
  private static func noise(_ generator: inout FixedGenerator) -> [Float] {
    (0..<shape.headDimension).map { _ in Float(generator.next(below: 5)) / 2 - 1 }
  }

  private static func makeRecording(_ prompt: Prompt) -> Recording {
    let count = prompt.tokens.count
    var generator = FixedGenerator(seed: 7)
    // What answers the question, and what merely resembles it.
    let answering = passage("hid the brass key behind the tide clock", in: prompt)
    let similar = passage("The master wrote: the harbour is quiet", in: prompt)
    let layers = (0..<shape.layerCount).map { _ in
      var keys: [Float] = []
      for head in 0..<shape.kvHeadCount {
        for position in 0..<count {
          var key = noise(&generator)
          if answering.contains(position) { key[0] += 3 + Float(head) }
          if similar.contains(position) { key[1] += 3 }
          if position == 0 { key[7] += 4 }
          keys += key
        }
      }
      var queries: [Float] = []
      for _ in 0..<shape.queryHeadCount {
        for _ in 0..<count {
          var query = noise(&generator)
          query[1] += 4
          query[7] += 3
          queries += query
        }
      }
      // Values of their own for every token: what is lost with one is seen in what attention puts out.
      let values = keys.map { $0 / 2 }
      return LayerRecording(
        queries: queries, keys: keys, values: values,
        logSumExp: logSumExp(queries: queries, keys: keys, count: count))
    }
    return Recording(shape: shape, tokenCount: count, layers: layers, lastLogits: [])
  }

  private static func logSumExp(queries: [Float], keys: [Float], count: Int) -> [Float] {
    let dimension = shape.headDimension
    return (0..<shape.queryHeadCount).flatMap { head in
      let keyStart = head / shape.groupSize * count * dimension
      return (0..<count).map { row in
        let query = (head * count + row) * dimension
        var sum = 0.0
        for key in 0...row {
          var dot: Float = 0
          for index in 0..<dimension {
            dot += queries[query + index] * keys[keyStart + key * dimension + index]
          }
          sum += exp(Double(dot) / Double(dimension).squareRoot())
        }
        return Float(log(sum))
      }
    }
  }

  static func queries(count: Int, after tokenCount: Int, seed: UInt64) -> QueryRows {
    var generator = FixedGenerator(seed: seed)
    var rows = QueryRows(shape: shape)
    for row in 0..<count {
      let layers = (0..<shape.layerCount).map { _ in
        (0..<shape.queryHeadCount).flatMap { _ in
          var query = noise(&generator)
          query[0] += 5
          query[7] += 3
          return query
        }
      }
      rows.append(layers, position: tokenCount + row)
    }
    return rows
  }

  private static func passage(_ words: String, in prompt: Prompt) -> Set<Int> {
    let needle = Array(words.utf8)
    guard let start = prompt.text.indices.first(where: { prompt.text[$0...].starts(with: needle) }) else {
      return []
    }
    let range = start..<start + needle.count
    return Set(prompt.tokens.indices.filter { prompt.tokens[$0].byteRange.overlaps(range) })
  }
}

extension PolicyResult {
  /// Whether the token at a cursor is kept in the cursor's layer and head.
  func keeps(_ cursor: Cursor) -> Bool {
    kept.positions(layer: cursor.layer, queryHead: cursor.head).contains(cursor.position)
  }
}
