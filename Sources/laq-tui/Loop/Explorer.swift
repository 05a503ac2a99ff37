import CFaults
import Eviction
import Exploration
import Screen
import Terminal
import Views

/// The explorer of a prompt: the state that its views draw, and what the engine computes for it.
///
/// The engine reports from its own thread through `EngineUpdates`: no screen waits for the model.
@MainActor
final class Explorer: App {
  var state: ViewState
  let input: OpenedInput
  let sink: Sink
  let updates: EngineUpdates
  /// The running engine.
  private var running: Task<Void, Never>?
  /// The last run whose text has passed the model as a whole, until that is so of the one that goes on.
  private var recorded: Run?
  /// The running sweep over budgets, or study of lookaheads.
  private var sweeping: Task<Void, Never>?
  /// Whether a person has stopped it, rather than other work that the engine does before it.
  private var isStudyStopped = false
  /// The work on policies that have waited until they were looked at, and which these are.
  var catching: (task: Task<Void, Never>, policies: [Policy])?
  /// A file that is written once everything that goes into it is there.
  var awaited: ExportRequest?
  /// The file that is being written.
  var exporting: Task<Void, Never>?
  /// The running search for what an answer lacked.
  private var searching: Task<Void, Never>?
  /// Details that are being computed.
  var asked: Set<Details.Request> = []
  var generation = 0
  /// Whether it was said in what the model differs from the trace that it runs.
  private var hasToldOther = false
  /// Whether a key has taken over: from then on the program never moves the cursor by itself.
  private var isTouched = false

  /// Begins to run what was opened.
  /// - Parameters:
  ///   - state: the first one.
  ///   - theme: that of the screen over which this one opens, and which has told the sink's warning.
  init(_ input: OpenedInput, _ state: ViewState, on sink: Sink, theme: Theme? = nil) {
    (self.input, self.state, self.sink) = (input, state, sink)
    updates = EngineUpdates(onUpdate: sink.onUpdate)
    self.state.display.theme = theme ?? sink.theme
    self.state.display.colorDepth = sink.colorDepth
    if let tour = input.tour { self.state.begin(tour) }
    if theme == nil { self.state.message = state.message ?? sink.warning }
    explore()
  }

  var isBusy: Bool { isComputing || exporting != nil || awaited != nil }
  var isTyping: Bool { state.typing.entry != nil }
  var frameMilliseconds: Int? { state.cursor.isPlaying || isComputing ? 120 : nil }
  /// Whether the engine has news to come.
  private var isComputing: Bool {
    !state.run.isFinished || state.why?.isFinished == false || state.studies || catching != nil
      || state.editing.writing != nil
  }

  func say(_ message: String) { state.message = message }

  func handle(_ event: Event) -> Effect {
    switch event {
    case .key(let key):
      isTouched = true
      if !sink.isInteractive { state.settleLosses() }
      return state.handle(key, size: sink.size, glyphs: sink.glyphs)
    case .paste(let text): state.paste(text)
    case .none:
      state.tick += 1
      state.advance()
    case .resize, .wake, .closed: break
    }
    return .none
  }

  func draw() -> Grid {
    catchUp()
    askForDetails()
    state.noticeTour()
    return state.draw(size: sink.size, glyphs: sink.glyphs)
  }

  /// Runs it anew with the current settings, keeping the recording.
  ///
  /// Another question has another prompt, of which the model need read only what is new: the last run that
  /// has a recording is kept until that is done.
  func explore() {
    for task in [running, sweeping, searching, catching?.task] { task?.cancel() }
    (state.why, state.overlays.showsWhy, catching) = (nil, false, nil)
    // The file was to be about the former settings.
    awaited = nil
    asked.removeAll()
    if state.details.study?.stage != .done { state.details.study = nil }
    (state.details.stoppedSweep, state.details.stoppedPolicies) = (nil, nil)
    generation += 1
    // A prefill that was stopped leaves less than the one before it.
    if state.run.full != nil || recorded == nil && state.run.recording != nil { recorded = state.run }
    let earlier = recorded
    let run = state.run.anew(state.setup.settings, prompt: state.setup.prompt)
    let (engine, updates, generation) = (input.engine, updates, generation)
    // A file and a printed screen have everything; a person does not wait for what is not on the screen.
    let watched = sink.isInteractive ? state.chosenPolicies : nil
    sink.onUpdate(.run(run))
    running = Task.detached {
      _ = await engine.run(run, earlier: earlier, lookingAt: watched) {
        updates.put(.run($0), generation: generation)
      }
    }
    // An answer that is seen to grow is followed.
    if sink.isInteractive { state.cursor.step = nil }
    let isSameText = state.run.prompt.hash == run.prompt.hash
    let asksTheSame = state.run.prompt.asksTheSame(as: run.prompt)
    if !isSameText { state.beginPrompt() } else if !asksTheSame { state.beginQuestion() }
    // A state without a recording would blank the screen while settings are re-scored.
    state.run =
      earlier.map { earlier in
        guard earlier.prompt.hash == run.prompt.hash else { return run }
        return earlier.prompt.asksTheSame(as: run.prompt) ? earlier.at(.opening) : run.keeping(earlier)
      } ?? run
  }

  func cancel() {
    guard state.editing.writing == nil else {
      exporting?.cancel()
      return
    }
    running?.cancel()
    if let catching {
      state.stopWaiting()
      catching.task.cancel()
      if awaited != nil { state.message = "stopped: nothing written" }
      awaited = nil
      return
    }
    // A study is stopped by the same key, which stops the run first.
    guard state.run.isFinished else { return }
    isStudyStopped = true
    state.stopSweep()
    sweeping?.cancel()
  }

  /// Has the engine find out why an answer was lost.
  func findOutWhy() {
    guard let finding = state.why else { return }
    searching?.cancel()
    // The engine does one thing at a time; what is asked for again begins where it was.
    stopSweeping()
    catching?.task.cancel()
    let (engine, updates, generation, run) = (input.engine, updates, generation, state.run)
    searching = Task.detached {
      _ = await engine.why(finding, of: run) { updates.put(.finding($0), generation: generation) }
    }
  }

  func cancelWhy() { searching?.cancel() }

  func stopSweeping() {
    sweeping?.cancel()
    asked = asked.filter { !$0.needsEngine }
  }

  /// Has computed what the open view lacks: at once what takes less than a frame, the rest elsewhere.
  private func askForDetails() {
    for request in state.missingDetails where !asked.contains(request) {
      let (engine, updates, generation) = (input.engine, updates, generation)
      let (run, sweep) = (state.run, state.details.sweep)
      if request.needsEngine {
        // Another choice of policies: what is known of the former stays.
        stopSweeping()
        isStudyStopped = false
        sweeping = Task.detached {
          switch request {
          case .sweep(let keys):
            _ = await engine.sweep(sweep, keys, of: run) {
              updates.put(.details(.sweep($0), for: request), generation: generation)
            }
          case .study(let wanted):
            _ = await engine.study(wanted, of: run) {
              updates.put(.details(.study($0), for: request), generation: generation)
            }
          case .attention, .votes, .token, .losses, .coverage: break
          }
        }
      } else if request.isQuick(run) {
        if let answer = Details.answer(request, run) { state.take(answer) }
        continue
      } else {
        Task.detached {
          fault_stack()
          guard let answer = Details.answer(request, run) else { return }
          updates.put(.details(answer, for: request), generation: generation)
        }
      }
      asked.insert(request)
    }
  }

  /// Has all computed that the open view lacks, as a terminal has it in time.
  func complete() async throws {
    state.settle()
    askForDetails()
    try await finish()
  }

  /// Waits for the end of what is under way, and takes it.
  func finish() async throws {
    try await wait()
    _ = try receive()
  }

  func wait() async throws {
    for task in [running, catching?.task, searching, sweeping, exporting] {
      await withTaskCancellationHandler {
        await task?.value
      } onCancel: {
        task?.cancel()
      }
    }
    Console.progress.clear()
    try Task.checkCancellation()
  }

  /// A file that was asked for is written to its end; where it cannot be, nobody has been told.
  func end() async throws {
    for task in [running, sweeping, searching, catching?.task] { task?.cancel() }
    await exporting?.value
    if let awaited {
      throw ExportError.notWritten(awaited.path, reason: "left before all policies were computed")
    }
    for case (.written(_, let failure?), _) in updates.take() { throw failure }
  }

  /// Takes what has come, unless it belongs to settings that have changed since.
  func receive() throws -> Effect {
    var failure: (any Error)?
    for (update, generation) in updates.take() {
      switch update {
      case .kept(let request, let recording, let error):
        exporting = nil
        state.sessionEnded(request, error: error, recording: recording)
      case .writing(let request, let done, let count):
        if exporting != nil { state.sessionIsWritten(request, done: done, of: count) }
      case .written(let request, let error):
        exporting = nil
        state.exportEnded(request, error: error)
        failure = error
      case _ where generation != self.generation: break
      case .finding(let finding)
      where state.why?.policy == finding.policy && state.why?.target == finding.target:
        state.why = finding
      case .finding: break
      case .details(let answer, for: let request):
        // Of a sweep more may come.
        if !request.needsEngine { asked.remove(request) }
        if case .study(let study) = answer, study.stage == .cancelled, !isStudyStopped { break }
        state.take(answer)
      case .caughtUp(let run):
        catching = nil
        take(run)
        if let request = awaited, !run.lacks(run.settings.policies) {
          awaited = nil
          write(request)
        }
      case .run(let run):
        take(run)
        if case .failed(let reason) = run.stage { failure = RunFailure(description: reason) }
      }
    }
    try raise(failure)
    return .none
  }

  private func take(_ run: Run) {
    // While a re-scored run has no results yet, the old one stays on the screen with the new stage.
    guard !run.results.isEmpty || state.run.results.isEmpty || run.isFinished else {
      state.run = state.run.at(run.stage)
      return
    }
    state.run = run
    if run.full != nil { recorded = nil }
    if run.stage == .done, !isTouched {
      input.place(&state)
      isTouched = true
    }
    if run.stage == .done, !hasToldOther, let other = input.otherAnswer(in: run) {
      state.message = [state.message, other].compactMap { $0 }.joined(separator: " · ")
      hasToldOther = true
    }
  }
}
