import Eviction
import Exploration
import Foundation
import Screen
import Views

/// Frames of a long text: how long a key takes until its screen is drawn, and how many bytes the screen
/// costs.
struct FrameBench {
  private static let tokenCount = 8192
  private static let size = Size(width: 200, height: 60)

  /// The keys of each view, played over and over.
  private static let keys: [(view: String, keys: String)] = [
    ("text", "1lllljjjj]}pp[{PP<PgDn><PgDn>hhkk<PgUp>,,.<Esc>c$0c"),
    ("heatmap", "2lljj++hhkk--]}pP[{zzzZZ,,.<Esc>$0=jj++=--"),
    ("heatmap, mean of heads", "2mlljj++hhkk--pPzzz,,.<Esc>$0mm"),
    ("heads", "3lljjhhkkffffFFFFpPsjjlls"),
    ("heads of a token", "3ffffTjjlll'';;FFFf+-pP1gvllTTkh<Esc>"),
    ("compare", "4jjkkllhhss<Enter>jk<Enter>  "),
    ("lookahead", "6jjjkkk]}pP[{jj<PgDn><PgUp>xp"),
    ("losses", "OjjjjkksfpPsf<PgDn><PgUp>v"),
    ("timeline", "5hhhllljk,,,...<lt><lt>>><Esc>"),
    ("course of an answer", "5dlllhhhffFF-hl+jjk,,..fffffd"),
    ("why", "Yjjjjkk<PgDn><PgDn><PgUp>G.,<C-d>gg"),
    ("help", "?jjjjkkkk?"),
  ]

  func run() async throws {
    let (engine, run) = try await makeRun()
    let study = await Self.study(engine, run)
    let finding = await Self.finding(engine, run)
    var reports: [FrameReport] = []
    for theme in [Theme.dark, .mono] {
      for (view, keys) in Self.keys {
        reports.append(try measure(view, keys, theme, run, study: study, finding: finding))
      }
    }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
    print(String(decoding: try encoder.encode(reports), as: UTF8.self))
  }

  /// Plays keys; the details that the program computes on other threads are not part of a frame, and are
  /// timed apart.
  private func measure(
    _ view: String, _ keys: String, _ theme: Theme, _ run: Run, study: LookaheadStudy?, finding: WhyFinding?
  ) throws -> FrameReport {
    var state = ViewState(run: run, theme: theme)
    state.details.take(.sweep(Self.sweep(run)))
    if let study { state.details.take(.study(study)) }
    state.why = finding
    if let finding {
      state.setup.policy = state.setup.settings.policies.firstIndex(of: finding.policy) ?? 0
    }
    var last: Grid?
    var (frames, details, bytes): ([Double], [Double], [Int]) = ([], [], [])
    for round in 0..<6 {
      for key in try Key.parse(keys) {
        let quick = Self.seconds {
          _ = state.handle(key, size: Self.size)
          for request in state.missingDetails where request.isQuick(run) {
            if let answer = Details.answer(request, run) { state.details.take(answer) }
          }
        }
        let drawn = Self.seconds { _ = state.draw(size: Self.size) }
        details.append(Self.seconds { state.settle() })
        let settled = state.draw(size: Self.size)
        // The first round fills what is remembered from frame to frame, as a program's first frame does.
        if round > 0 {
          frames.append(1000 * (quick + drawn))
          bytes.append(Self.bytes(from: last, to: settled))
        }
        last = settled
      }
    }
    return FrameReport(
      view: view, theme: theme.name, frames: frames.count, medianMilliseconds: Self.quantile(frames, 0.5),
      p99Milliseconds: Self.quantile(frames, 0.99), slowestMilliseconds: frames.max() ?? 0,
      slowestDetailMilliseconds: 1000 * (details.max() ?? 0),
      medianBytesPerKey: Int(Self.quantile(bytes.map(Double.init), 0.5)),
      largestBytesPerKey: bytes.max() ?? 0)
  }

  /// A finished run of `tokenCount` tokens.
  private func makeRun() async throws -> (RunEngine, Run) {
    // H2O takes a minute for so many tokens, and its screens are like the others'.
    var policies = ExplorationSettings(budget: 1024).policies.filter { $0.descriptor.name != "h2o" }
    policies += (2..<12).compactMap { Policy("snapkv(w=\($0 * 4))") }
    let long = try LongRun(
      tokenCount: Self.tokenCount, policies: policies, budget: 1024, answerLimit: 64, hasManyHeads: true)
    return (long.engine, await long.engine.run(long.run))
  }

  /// What the lookahead view shows, all of it there.
  private static func study(_ engine: RunEngine, _ run: Run) async -> LookaheadStudy? {
    guard let policy = Policy("laq"), let request = LookaheadStudy.Request(policy, run.settings) else {
      return nil
    }
    return await engine.study(request, of: run)
  }

  /// A cause with the first evictions restored alone; how few would be enough is not looked for.
  private static func finding(_ engine: RunEngine, _ run: Run) async -> WhyFinding? {
    let policy = run.results.lazy.map(\.policy).first { (try? WhyFinding(run, policy: $0)) != nil }
    guard let policy, let finding = try? WhyFinding(run, policy: policy) else { return nil }
    return await Task {
      await engine.why(finding, of: run) { update in
        if update.tries > 0 { withUnsafeCurrentTask { $0?.cancel() } }
      }
    }.value
  }

  /// Figures at every budget, as an engine would tell: what is drawn does not matter.
  private static func sweep(_ run: Run) -> BudgetSweep {
    var sweep = BudgetSweep()
    for policy in run.settings.policies {
      let key = BudgetSweep.Key(policy, run.settings)
      for (index, budget) in BudgetSweep.budgets(key, of: run).enumerated() {
        let share = Double(index % 7) / 7
        let answer = BudgetSweep.Answer(
          divergence: share * 4, agreeing: index, compared: 64, sameShare: share, mark: .other)
        sweep.add(
          BudgetSweep.Point(budget: budget, recall: share, massRecall: share, answer: answer), to: key)
      }
    }
    return sweep
  }

  /// What a terminal is sent for the cells that changed: a cursor movement for each run of them, a style
  /// where it changes, and the glyphs.
  static func bytes(from old: Grid?, to new: Grid) -> Int {
    var (sum, style): (Int, Style?) = (0, nil)
    for row in 0..<new.height {
      var previous = -2
      for column in 0..<new.width {
        let cell = new[row, column]
        guard !cell.isContinuation, old?[row, column] != cell else { continue }
        if previous != column - 1 { sum += "\u{1B}[\(row + 1);\(column + 1)H".utf8.count }
        if style != cell.style {
          sum += TextRenderer.sgr(cell.style, depth: .palette256).utf8.count
          style = cell.style
        }
        sum += cell.glyph.utf8.count
        previous = column + cell.width - 1
      }
    }
    return sum
  }

  private static func seconds(_ body: () -> Void) -> Double {
    let start = ContinuousClock.now
    body()
    return (ContinuousClock.now - start) / .seconds(1)
  }

  static func quantile(_ values: [Double], _ share: Double) -> Double {
    let sorted = values.sorted()
    return sorted.isEmpty ? 0 : sorted[min(sorted.count - 1, Int(share * Double(sorted.count)))]
  }
}

/// The frames of one view.
private struct FrameReport: Encodable {
  let view: String
  let theme: String
  let frames: Int
  let medianMilliseconds: Double
  let p99Milliseconds: Double
  let slowestMilliseconds: Double
  /// The longest computation on another thread that a key made necessary.
  let slowestDetailMilliseconds: Double
  let medianBytesPerKey: Int
  let largestBytesPerKey: Int
}
