import Screen
import Terminal
import Views

/// The terminal: what is under way goes on while it waits for a person.
@MainActor
final class TerminalSink: Sink {
  private let terminal: Terminal
  private var keys: ArraySlice<Key>
  /// What has come together and is handled before the next frame.
  private var events: ArraySlice<Event> = []
  private var wasTyping = false
  let glyphs: GlyphSet
  let theme: Theme
  let isInteractive = true
  let onUpdate: @Sendable (EngineUpdates.Update) -> Void = { _ in Terminal.wake() }

  /// - Parameter keys: what is played first.
  init(_ preferences: Preferences, keys: String) throws {
    self.keys = try Key.parse(keys)[...]
    terminal = try Terminal(preferences)
    glyphs = preferences.ascii ?? false || !terminal.isUTF8 ? .ascii : .unicode
    theme = terminal.theme(preferences)
  }

  var size: Size { terminal.size }
  var colorDepth: ColorDepth { terminal.colorDepth }
  var warning: String? { terminal.warning }

  /// Runs an app until it is left, and gives the terminal back.
  func run(_ app: any App) async throws {
    defer { terminal.close() }
    try await Loop(app: app, sink: self).run()
  }

  func present(_ app: any App) {
    guard events.isEmpty, keys.isEmpty || app.isBusy else { return }
    if app.isTyping, !wasTyping { terminal.markPastes() }
    wasTyping = app.isTyping
    terminal.show(app.draw())
  }

  func nextEvent(for app: any App) -> Event {
    if !app.isBusy, let key = keys.popFirst() { return .key(key) }
    if events.isEmpty { events = terminal.nextEvents(timeoutMilliseconds: app.frameMilliseconds)[...] }
    return events.popFirst() ?? .none
  }

  func themeOfFiles(_ shown: Theme) -> Theme { shown }
  func redraw() { terminal.redraw() }
  func suspend() { terminal.suspend() }
  func copy(_ text: String) -> Bool { terminal.copy(text) }
}
