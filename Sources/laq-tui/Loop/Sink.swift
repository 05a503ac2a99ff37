import Screen
import Terminal
import Views

/// Where the loop's screens go to and its events come from: a terminal, where a person sees every state and
/// answers, or a text, which plays keys and is printed in the end.
@MainActor
final class Sink {
  /// `nil` for a text.
  private let terminal: Terminal?
  /// Keys to play, each once what those before it began is over.
  private var keys: ArraySlice<Key>
  /// What came together and is handled before the next frame.
  private var events: ArraySlice<Event> = []
  private var wasTyping = false
  private let output: OutputOptions
  /// The theme of a text that has colours, unless none are wanted.
  private let colored: Theme
  let glyphs: GlyphSet
  /// The theme to begin with.
  let theme: Theme
  /// Hears on the engine's threads that it has come further.
  let onUpdate: @Sendable (EngineUpdates.Update) -> Void

  /// Opens the terminal, unless a text is wanted.
  init(_ options: LaqTUI, _ preferences: Preferences, isTerminal: Bool) throws {
    keys = try Key.parse(options.screen.keys)[...]
    terminal = isTerminal ? try Terminal(preferences) : nil
    let glyphs: GlyphSet = preferences.ascii ?? false || terminal?.isUTF8 == false ? .ascii : .unicode
    (self.glyphs, output) = (glyphs, options.output)
    colored = (preferences.color ?? .auto).isMonochrome ? .mono : preferences.theme ?? .dark
    theme = terminal?.theme(preferences) ?? (output.ansi ? colored : .mono)
    onUpdate = { update in
      if isTerminal {
        Terminal.wake()
      } else if let text = update.progress(glyphs) {
        Console.progress.show(text)
      }
    }
  }

  /// Whether failures are told in a status line; else they end the program.
  var isInteractive: Bool { terminal != nil }
  var size: Size { terminal?.size ?? Size(output.size) ?? Size(width: 120, height: 36) }
  var colorDepth: ColorDepth { terminal?.colorDepth ?? .rgb }
  var warning: String? { terminal?.warning }

  /// The theme of files: only the print in black and white has taken it away.
  func themeOfFiles(_ shown: Theme) -> Theme {
    !isInteractive && !output.ansi && shown == .mono ? colored : shown
  }

  /// Shows an app as it is now, where anybody is to see it before the next event.
  func present(_ app: any App) {
    guard let terminal, events.isEmpty, keys.isEmpty || app.isBusy else { return }
    if app.isTyping, !wasTyping { terminal.markPastes() }
    wasTyping = app.isTyping
    terminal.show(app.draw())
  }

  /// Waits for what comes next; a text waits for the end of all work.
  func nextEvent(for app: any App) async throws -> Event {
    if terminal == nil { try await app.wait() }
    if terminal == nil || !app.isBusy, let key = keys.popFirst() { return .key(key) }
    guard let terminal else { return .closed }
    if events.isEmpty { events = terminal.nextEvents(timeoutMilliseconds: app.frameMilliseconds)[...] }
    return events.popFirst() ?? .none
  }

  func redraw() { terminal?.redraw() }
  func suspend() { terminal?.suspend() }
  /// Puts a text on the clipboard.
  /// - Returns: whether all of it went there.
  func copy(_ text: String) -> Bool { terminal?.copy(text) ?? true }

  /// Runs an app until it is left, and gives the terminal back.
  func run(_ app: any App) async throws {
    defer { terminal?.close() }
    try await Loop(app: app, sink: self).run()
  }

  /// Prints an app as it is now.
  func print(_ app: any App) {
    let grid = app.draw()
    Output.write(output.ansi ? TextRenderer.ansi(grid) : TextRenderer.text(grid))
  }
}
