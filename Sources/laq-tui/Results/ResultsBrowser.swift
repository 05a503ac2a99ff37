import Evaluation
import ResultsViews
import Screen
import Synchronization
import Terminal
import Views

/// The browser of an evaluation's results: of one that runs, as its rows come, or of one that was opened;
/// Enter explores a prompt.
@MainActor
final class ResultsBrowser: App {
  private let sink: Sink
  private let options: LaqTUI
  private let news: ResultsNews?
  private var state: ResultsState
  private var cases: CaseOpening?

  /// - Parameter news: of an evaluation that runs.
  init(_ file: ResultsFile, options: LaqTUI, on sink: Sink, news: ResultsNews? = nil) {
    (self.options, self.sink, self.news) = (options, sink, news)
    let stage: ResultsState.Stage = news != nil ? .running("begins") : file.isComplete ? .done : .unfinished
    state = ResultsState(
      name: file.name, table: file.table, score: file.score, stage: stage, theme: sink.theme)
    state.message = sink.warning
  }

  let isBusy = false
  let isTyping = false
  private var isRunning: Bool { if case .running = state.stage { true } else { false } }
  var frameMilliseconds: Int? { isRunning ? 200 : nil }

  func say(_ message: String) { state.message = message }

  func handle(_ event: Event) -> Effect {
    switch event {
    case .key(let key): return state.handle(key, size: sink.size)
    case .none: state.tick += 1
    case .paste, .resize, .wake, .closed: break
    }
    return .none
  }

  func draw() -> Grid { state.draw(size: sink.size, glyphs: sink.glyphs) }

  func receive() -> Effect {
    guard let news else { return .none }
    let (rows, stage) = news.take()
    for row in rows { state.table.add(row) }
    if let stage { state.stage = stage }
    return news.hasEnded ? .quit : .none
  }

  /// Writes the heads that are looked at.
  /// - Throws: `ExportError` where nothing is interactive.
  func exportHeads() throws {
    do {
      state.message = try ExportFile.writeHeads(state, size: sink.size)
    } catch {
      guard sink.isInteractive else { throw error }
      state.message = String(describing: error)
    }
  }

  func wait() {}
  func end() {}

  /// An explorer of the chosen prompt; `nil` where the status line says why there is none.
  /// - Throws: `CaseOpeningError`, and what opening the model throws.
  func explorer() throws -> Explorer? {
    guard let (one, series) = state.chosenPrompt else { return nil }
    guard !isRunning else {
      state.message = "the model is busy: prompts are explored when the evaluation is done"
      return nil
    }
    let cases = try cases ?? CaseOpening(state.table.plan, options: options)
    self.cases = cases
    let input = try cases.opened(one, series, row: state.table.rows[one.id])
    return Explorer(input, try input.state(), on: sink, theme: state.theme)
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
