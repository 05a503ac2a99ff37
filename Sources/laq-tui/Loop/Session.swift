import CFaults
import Exploration
import Screen
import Terminal
import Views

/// The interactive program: waits for keys and for the engine's news, and draws.
///
/// The engine reports its run from another thread through `Mailbox`, which keeps only the newest state
/// and wakes the terminal; the screen never waits for the model.
@MainActor
final class Session {
  private let terminal: Terminal
  private let engine: RunEngine
  private let glyphs: GlyphSet
  private let mailbox = Mailbox()
  private var state: ViewState
  private var work: Task<Void, Never>?
  /// The last run whose text has passed the model as a whole, until that is so of the one that goes on.
  private var recorded: Run?
  /// The running sweep over budgets.
  private var sweeping: Task<Void, Never>?
  /// The file that is being written.
  private var exporting: Task<Void, Never>?
  /// The running search for what an answer lacked.
  private var why: Task<Void, Never>?
  /// Details that are being computed.
  private var asked: Set<Details.Request> = []
  private var generation = 0
  private var pending: [Key]
  private let opening: Opening
  /// Whether a person has taken over: from then on the program never moves the cursor by itself.
  private var isTouched = false

  /// Whether the terminal is another screen's, which goes on with it.
  private let isGuest: Bool

  /// - Parameter host: a terminal that is open, to which the caller comes back, and the theme that it has.
  init(opening: Opening, keys: String, terminal host: Terminal? = nil, theme: Theme? = nil) throws {
    let preferences = opening.preferences
    isGuest = host != nil
    pending = try Key.parse(keys)
    // What stands in the way of a first state is said on the terminal as it is.
    state = try opening.state(theme: .mono)
    terminal = try host ?? Terminal(preferences)
    engine = opening.engine
    glyphs = preferences.ascii ?? false || !terminal.isUTF8 ? .ascii : .unicode
    state.display.theme = theme ?? terminal.theme(preferences)
    state.display.colorDepth = terminal.colorDepth
    self.opening = opening
    if let tour = opening.tour { state.begin(tour) }
    if host == nil { state.message = state.message ?? terminal.warning }
  }

  /// Shows it until the user leaves.
  /// - Throws: why a file that was asked for last could not be written, where nobody has been told.
  func run() async throws {
    draw()
    explore()
    var events: ArraySlice<Event> = []
    loop: while true {
      let isMoving = state.cursor.isPlaying || isComputing
      events = terminal.nextEvents(timeoutMilliseconds: isMoving ? 120 : nil)[...]
      receive()
      // Each key from the command line waits for what those before it began, so that it finds what it asks
      // for.
      while !isBusy, !pending.isEmpty {
        if !press(pending.removeFirst()) { break loop }
      }
      while let event = events.popFirst() {
        switch event {
        case .key(let key): if !press(key) { break loop }
        case .paste(let text): state.paste(text)
        case .closed: break loop
        case .none:
          state.tick += 1
          state.advance()
        case .resize, .wake: break
        }
      }
      draw()
    }
    work?.cancel()
    sweeping?.cancel()
    why?.cancel()
    // A file that was asked for is written to its end.
    await exporting?.value
    // Keys behind the one that left are for the screen that one comes back to.
    if isGuest { terminal.giveBack(events) } else { terminal.close() }
    if case .failure(let error)? = mailbox.takeOutcome()?.0 { throw error }
  }

  /// Whether the engine has news to come.
  private var isComputing: Bool { !state.run.isFinished || state.why?.isFinished == false }

  /// Whether something that a key began is still under way.
  private var isBusy: Bool { isComputing || exporting != nil }

  /// Handles a key of a person's; false ends the session.
  private func press(_ key: Key) -> Bool {
    isTouched = true
    return handle(key)
  }

  private func draw() {
    askForDetails()
    state.noticeTour()
    terminal.show(state.draw(size: terminal.size, glyphs: glyphs))
  }

  /// Handles a key; false ends the session.
  private func handle(_ key: Key) -> Bool {
    let isTyping = state.typing.entry != nil
    defer { if !isTyping, state.typing.entry != nil { terminal.markPastes() } }
    switch state.handle(key, size: terminal.size, glyphs: glyphs) {
    case .none: break
    case .explore: explore()
    case .cancel: work?.cancel()
    case .why: findOutWhy()
    case .cancelWhy: why?.cancel()
    case .redraw: terminal.redraw()
    case .suspend: terminal.suspend()
    case .quit: return false
    case .export(let request): export(request)
    case .exportWhy: exportWhy()
    case .save(let request): save(request)
    case .copy(let text):
      if !terminal.copy(text) {
        state.message = "only the beginning went to the clipboard: the text is long for a terminal"
      }
    }
    return true
  }

  /// Has a file written while the screen goes on.
  private func export(_ request: ExportRequest) {
    guard exporting == nil else {
      state.message = "another file is being written; try again in a moment"
      return
    }
    let (state, size, glyphs, mailbox) = (state, terminal.size, glyphs, mailbox)
    exporting = Task.detached {
      fault_stack()
      let outcome = Result { try ExportFile.write(state, request, size: size, glyphs: glyphs) }
      mailbox.put(outcome, for: request)
      Terminal.wake()
    }
  }

  /// Writes what was found out, which is small; says where, or why not.
  private func exportWhy() {
    guard let finding = state.why else { return }
    do {
      state.message = try ExportFile.write(finding, of: state.run)
    } catch {
      state.message = String(describing: error)
    }
  }

  /// Keeps the session in a file, which is small unless it holds the text; says where, or why not.
  private func save(_ request: SessionRequest) {
    var kept = state
    // That this terminal has no colours is nothing about the session.
    if terminal.colorDepth < .palette256 { kept.display.theme = opening.preferences.theme ?? .dark }
    do {
      try ExportFile.write(kept, origin: opening.origin, request)
      state.sessionEnded(request, error: nil)
    } catch {
      state.sessionEnded(request, error: error)
    }
  }

  /// Has the engine find out why an answer was lost.
  private func findOutWhy() {
    guard let finding = state.why else { return }
    why?.cancel()
    // The engine does one thing at a time; what is asked for again begins where it was.
    sweeping?.cancel()
    asked = asked.filter { if case .sweep = $0 { false } else { true } }
    let (engine, mailbox, generation, run) = (engine, mailbox, generation, state.run)
    why = Task.detached {
      _ = await engine.why(finding, of: run) { update in
        mailbox.put(update, generation: generation)
        Terminal.wake()
      }
    }
  }

  /// Runs it anew with the current settings, keeping the recording.
  ///
  /// Another question has another prompt, of which the model need read only what is new: the last run that
  /// has a recording is kept until that is done.
  private func explore() {
    work?.cancel()
    sweeping?.cancel()
    why?.cancel()
    (state.why, state.overlays.showsWhy) = (nil, false)
    asked.removeAll()
    generation += 1
    // A prefill that was stopped leaves less than the one before it.
    if state.run.full != nil || recorded == nil && state.run.recording != nil { recorded = state.run }
    let earlier = recorded
    let run = state.run.anew(state.setup.settings, prompt: state.setup.prompt)
    let (engine, mailbox, generation) = (engine, mailbox, generation)
    work = Task.detached {
      _ = await engine.run(run, earlier: earlier) { update in
        mailbox.put(update, generation: generation)
        Terminal.wake()
      }
    }
    // A state without a recording would blank the screen while settings are re-scored.
    state.cursor.step = nil
    if state.run.prompt.hash != run.prompt.hash { state.beginPrompt() }
    state.run = earlier.map { $0.prompt.hash == run.prompt.hash ? $0.at(.opening) : run } ?? run
  }

  /// Has computed what the open view lacks: at once what takes less than a frame, the rest elsewhere.
  private func askForDetails() {
    for request in state.missingDetails where !asked.contains(request) {
      let (run, mailbox, generation) = (state.run, mailbox, generation)
      if case .sweep(let keys) = request {
        // Another choice of policies: what is known of the former stays.
        asked = asked.filter { if case .sweep = $0 { false } else { true } }
        asked.insert(request)
        sweeping?.cancel()
        let (engine, sweep) = (engine, state.details.sweep)
        sweeping = Task.detached {
          _ = await engine.sweep(sweep, keys, of: run) { newer in
            mailbox.put(.sweep(newer), for: nil, generation: generation)
            Terminal.wake()
          }
        }
      } else if request.isQuick(run) {
        if let answer = Details.answer(request, run) { state.details.take(answer) }
      } else {
        asked.insert(request)
        Task.detached {
          fault_stack()
          guard let answer = Details.answer(request, run) else { return }
          mailbox.put(answer, for: request, generation: generation)
          Terminal.wake()
        }
      }
    }
  }

  /// Takes the details that have been computed meanwhile.
  private func receiveDetails() {
    for (answer, request, generation) in mailbox.takeAnswers() {
      if let request { asked.remove(request) }
      if generation == self.generation { state.details.take(answer) }
    }
  }

  /// Takes the engine's newest run, unless it belongs to settings that have changed since.
  private func receive() {
    receiveDetails()
    if let (outcome, request) = mailbox.takeOutcome() {
      exporting = nil
      var failure: (any Error)?
      if case .failure(let error) = outcome { failure = error }
      state.exportEnded(request, error: failure)
    }
    if let (finding, generation) = mailbox.takeFinding(), generation == self.generation,
      state.why?.policy == finding.policy
    {
      state.why = finding
    }
    guard let (run, generation) = mailbox.take(), generation == self.generation else { return }
    // While a re-scored run has no results yet, the old one stays on the screen with the new stage.
    if run.results.isEmpty, !state.run.results.isEmpty, !run.isFinished {
      state.run = state.run.at(run.stage)
      return
    }
    state.run = run
    if run.full != nil { recorded = nil }
    if run.stage == .done, !isTouched {
      opening.place(&state)
      isTouched = true
    }
  }
}
