import Screen
import Terminal
import Views

/// What the loop shows and gives keys to: the explorer, or the browser of an evaluation's results.
@MainActor
protocol App: AnyObject {
  /// Whether something that a key began is under way: keys that are played wait for its end.
  var isBusy: Bool { get }
  /// Whether a line is being typed, which a paste may go to.
  var isTyping: Bool { get }
  /// After how long without an event it moves; `nil` while nothing moves by itself.
  var frameMilliseconds: Int? { get }
  /// Takes what other threads have computed, and may leave because of it.
  func receive() throws -> Effect
  func handle(_ event: Event) -> Effect
  func draw() -> Grid
  /// Says something in the status line.
  func say(_ message: String)
  /// Waits for the end of what is under way.
  func wait() async throws
  /// Stops what is under way, for good.
  func end() async throws
}

/// The one loop of all screens, in a terminal and printed: presents an app, waits for an event, and does what
/// the app makes of it.
@MainActor
struct Loop {
  let app: any App
  let sink: Sink
  /// The app if it has an engine.
  private var explorer: Explorer? { app as? Explorer }

  /// Goes on until the app is left or no event can come any more.
  /// - Throws: what ends the program: where nothing is interactive any failure, else only that of a file that
  ///   was asked for last.
  func run() async throws {
    var isOpen = try await perform(app.receive())
    while isOpen {
      sink.present(app)
      let event = try await sink.nextEvent(for: app)
      // A key finds the newest state.
      isOpen = try await perform(app.receive())
      if isOpen { isOpen = event == .closed ? false : try await perform(app.handle(event)) }
    }
    try await app.end()
  }

  /// Does what a key asked for.
  /// - Returns: whether the loop goes on.
  private func perform(_ effect: Effect) async throws -> Bool {
    switch effect {
    case .none: break
    case .redraw: sink.redraw()
    case .suspend: sink.suspend()
    case .copy(let text):
      if !sink.copy(text) {
        app.say("only the beginning went to the clipboard: the text is long for a terminal")
      }
    // A printed screen is what all keys have left of it: it is not left before, and nothing lies over it.
    case .quit: return !sink.isInteractive
    case .open: if sink.isInteractive { await openPrompt() }
    case .explore: explorer?.explore()
    case .cancel: explorer?.cancel()
    case .why: explorer?.findOutWhy()
    case .cancelWhy: explorer?.cancelWhy()
    case .export(let request): try await explorer?.export(request)
    case .exportWhy: try explorer?.exportWhy()
    case .exportLosses: try explorer?.exportLosses()
    case .exportHeads: try (app as? ResultsBrowser)?.exportHeads()
    case .save(let request): try explorer?.save(request)
    }
    return true
  }

  /// Explores the prompt that is chosen among results; leaving it comes back to them.
  private func openPrompt() async {
    do {
      guard let explorer = try (app as? ResultsBrowser)?.explorer() else { return }
      try await Loop(app: explorer, sink: sink).run()
      sink.redraw()
    } catch {
      app.say(String(describing: error))
    }
  }
}
