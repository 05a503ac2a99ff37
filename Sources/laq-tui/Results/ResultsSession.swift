import Evaluation
import Exploration
import Foundation
import ResultsViews
import Screen
import Synchronization
import Terminal
import Views

/// The screen of an evaluation: of one that runs, as its rows come, or of one that was opened; Enter explores
/// a prompt.
@MainActor
final class ResultsSession {
  private let terminal: Terminal
  private let glyphs: GlyphSet
  private let options: LaqTUI
  private let news: ResultsNews?
  private var state: ResultsState
  private var cases: CaseOpening?

  /// - Parameter news: of an evaluation that runs.
  init(_ file: ResultsFile, options: LaqTUI, news: ResultsNews? = nil) throws {
    let preferences = try Preferences.holding(options)
    terminal = try Terminal(preferences)
    glyphs = preferences.ascii ?? false || !terminal.isUTF8 ? .ascii : .unicode
    self.options = options
    self.news = news
    let stage: ResultsState.Stage = news != nil ? .running("begins") : file.isComplete ? .done : .unfinished
    state = ResultsState(
      name: file.name, table: file.table, score: file.score, stage: stage, theme: terminal.theme(preferences))
    state.message = terminal.warning
  }

  /// Shows it until the user leaves.
  func run() async throws {
    defer { terminal.close() }
    var keys = try Key.parse(options.screen.keys)
    while news?.hasEnded != true {
      receive()
      terminal.show(state.draw(size: terminal.size, glyphs: glyphs))
      if keys.isEmpty {
        var timeout: Int?
        if case .running = state.stage { timeout = 200 }
        switch terminal.nextEvent(timeoutMilliseconds: timeout) {
        case .key(let key): keys.append(key)
        case .closed: return
        case .none: state.tick += 1
        case .paste, .resize, .wake: break
        }
      }
      guard !keys.isEmpty else { continue }
      switch state.handle(keys.removeFirst(), size: terminal.size) {
      case .none: break
      case .redraw: terminal.redraw()
      case .suspend: terminal.suspend()
      case .quit: return
      case .open(let one, let series): try await explore(one, series)
      }
    }
  }

  private func receive() {
    guard let (rows, stage) = news?.take() else { return }
    for row in rows { state.table.add(row) }
    if let stage { state.stage = stage }
  }

  /// Explores a prompt; leaving it comes back here.
  private func explore(_ one: EvaluationCase, _ series: ResultsTable.Series) async throws {
    if case .running = state.stage {
      state.message = "the model is busy: prompts are explored when the evaluation is done"
      return
    }
    do {
      let cases = try cases ?? CaseOpening(state.table.plan, options: options)
      self.cases = cases
      let opening = try cases.opening(one, series, row: state.table.rows[one.id])
      try await Session(opening: opening, keys: "", terminal: terminal, theme: state.theme).run()
      terminal.redraw()
    } catch {
      state.message = String(describing: error)
    }
  }
}

/// What a running evaluation has to tell the screen's thread.
final class ResultsNews: Sendable {
  private struct Contents {
    var rows: [EvaluationRow] = []
    var stage: ResultsState.Stage?
    var hasEnded = false
  }

  private let contents = Mutex(Contents())

  /// A row has come, or how far it is has changed.
  func put(_ rows: [EvaluationRow] = [], stage: ResultsState.Stage) {
    contents.withLock { contents in
      contents.rows += rows
      contents.stage = stage
    }
    Terminal.wake()
  }

  /// Nothing more will come, and nobody need look on.
  func end() {
    contents.withLock { $0.hasEnded = true }
    Terminal.wake()
  }

  /// Whether nothing more will come.
  var hasEnded: Bool { contents.withLock { $0.hasEnded } }

  /// What has come since the last time.
  func take() -> (rows: [EvaluationRow], stage: ResultsState.Stage?) {
    contents.withLock { contents in
      defer { (contents.rows, contents.stage) = ([], nil) }
      return (contents.rows, contents.stage)
    }
  }
}
