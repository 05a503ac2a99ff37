import Eviction
import Exploration
import Foundation
import Screen
import Views

/// The program without a terminal: runs a prompt, plays keys, prints a screen or writes an export.
@MainActor
struct Batch {
  let opening: Opening
  private let output: OutputOptions
  private let keys: [Key]
  private let size: Size
  private let glyphs: GlyphSet

  init(opening: Opening, options: LaqTUI) throws {
    (self.opening, output) = (opening, options.output)
    keys = try Key.parse(options.screen.keys)
    size = Size(options.output.size) ?? Size(width: 120, height: 36)
    glyphs = opening.preferences.ascii ?? false ? .ascii : .unicode
  }

  func run() async throws {
    let export = try output.exportRequest
    // The model may run for minutes: what stands in the way is told before.
    if let export { try ExportFile.check(export) }
    if let record = output.record { try AtomicFile.check(record, replacing: output.force) }
    let run = try await explored(opening.run)
    var state = try opening.state(theme: output.ansi ? coloured : .mono)
    if let warning = state.message { Console.say("laq-tui: \(warning)") }
    (state.message, state.run) = (nil, run)
    opening.place(&state)
    if let view = output.screen?.view { state.open(view) }
    if let tour = opening.tour { state.begin(tour) }
    for key in keys {
      switch state.handle(key, size: size, glyphs: glyphs) {
      case .explore:
        let next = state.run.anew(state.setup.settings, prompt: state.setup.prompt)
        if next.prompt.hash != state.run.prompt.hash { state.beginPrompt() }
        state.run = try await explored(next, earlier: state.run)
      case .export(let request): try await answer(request, &state)
      case .why:
        if let finding = state.why { state.why = try await explained(finding, of: state.run) }
      case .exportWhy:
        if let finding = state.why { state.message = try ExportFile.write(finding, of: state.run) }
      case .save(let request): try save(request, &state)
      case .none, .cancel, .cancelWhy, .copy, .redraw, .suspend, .quit: break
      }
      state.noticeTour()
    }
    if let record = output.record {
      let projection = output.recordOutput ? await opening.engine.outputProjection() : nil
      try TraceExport(state.run, output: projection).write(to: record, replacing: output.force)
    }
    if let export { try await write(export, &state) }
    if let why = output.why, let policy = Policy(why) {
      try await explain(policy, in: state.run, asJSON: output.json)
    }
    if output.screen != nil, export?.scope != .view {
      try await complete(&state)
      let grid = state.draw(size: size, glyphs: glyphs)
      let text = output.ansi ? TextRenderer.ansi(grid) : TextRenderer.text(grid)
      Output.write(text.hasSuffix("\n") ? text : text + "\n")
    }
  }

  /// A run to its end.
  /// - Throws: `BatchError` for one that failed; `CancellationError`.
  private func explored(_ run: Run, earlier: Run? = nil) async throws -> Run {
    let glyphs = glyphs
    if let text = run.progress(glyphs) { Console.progress.show(text) }
    let told = await opening.engine.run(run, earlier: earlier) { update in
      if let text = update.progress(glyphs) { Console.progress.show(text) }
    }
    Console.progress.clear()
    switch told.stage {
    case .failed(let reason): throw BatchError(reason: reason)
    case .cancelled: throw CancellationError()
    default: return told
    }
  }

  /// A search for what an answer lacked that is gone through to its end.
  /// - Throws: `CancellationError`.
  private func explained(_ finding: WhyFinding, of run: Run) async throws -> WhyFinding {
    let explained = await opening.engine.why(finding, of: run) { update in
      if let text = update.progress { Console.progress.show(text) }
    }
    Console.progress.clear()
    if explained.stage == .cancelled { throw CancellationError() }
    return explained
  }

  /// Prints why a policy lost the answer.
  private func explain(_ policy: Policy, in run: Run, asJSON: Bool) async throws {
    let finding = try await explained(try WhyFinding(run, policy: policy), of: run)
    let export = WhyExport(finding, of: run)
    Output.write(asJSON ? try export.json() : Data(export.text.utf8))
  }

  /// Keeps the session in a file; one that is there already is asked about.
  private func save(_ request: SessionRequest, _ state: inout ViewState) throws {
    do {
      try ExportFile.write(inColour(state), origin: opening.origin, request)
      state.sessionEnded(request, error: nil)
    } catch let error as ExportError {
      guard case .exists = error else { throw error }
      state.sessionEnded(request, error: error)
    }
  }

  /// Writes what a key asked for; a file that is there already is asked about, as on a screen.
  private func answer(_ request: ExportRequest, _ state: inout ViewState) async throws {
    do {
      try await write(request, &state)
      state.exportEnded(request, error: nil)
    } catch let error as ExportError {
      guard case .exists = error else { throw error }
      state.exportEnded(request, error: error)
    }
  }

  /// Writes a file, in colour where the format has any.
  private func write(_ request: ExportRequest, _ state: inout ViewState) async throws {
    try await complete(&state)
    try ExportFile.write(inColour(state), request, size: size, glyphs: glyphs)
  }

  /// The state with the theme that only a print in black and white has taken from it.
  private func inColour(_ state: ViewState) -> ViewState {
    var copy = state
    if !output.ansi, copy.display.theme == .mono { copy.display.theme = coloured }
    return copy
  }

  /// Computes what the open view lacks.
  /// - Throws: `CancellationError`.
  private func complete(_ state: inout ViewState) async throws {
    state.settle()
    guard case .sweep(let keys)? = state.missingDetails.first else { return }
    let sweep = await opening.engine.sweep(state.details.sweep, keys, of: state.run) { update in
      let count = keys.reduce(0) { $0 + update.points($1).count }
      Console.progress.show("recall at other budgets, point \(count)")
    }
    Console.progress.clear()
    try Task.checkCancellation()
    state.details.take(.sweep(sweep))
  }

  /// The theme of what has colours, unless none are wanted.
  private var coloured: Theme {
    (opening.preferences.color ?? .auto).isMonochrome ? .mono : opening.preferences.theme ?? .dark
  }
}

/// A run that failed.
struct BatchError: Error, CustomStringConvertible {
  let reason: String
  var description: String { reason }
}
