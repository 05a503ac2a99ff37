import Screen
import Terminal
import Views

/// A text in place of a terminal: keys are played, each once the engine is finished with those before it, and
/// the last state is printed.
@MainActor
final class TextSink: Sink {
  private var keys: ArraySlice<Key>
  private let isColored: Bool
  /// The theme of what has colours, unless none are wanted.
  private let colored: Theme
  let size: Size
  let glyphs: GlyphSet
  let colorDepth = ColorDepth.rgb
  let warning: String? = nil
  let isInteractive = false
  let onUpdate: @Sendable (EngineUpdates.Update) -> Void

  init(_ options: LaqTUI, _ preferences: Preferences) throws {
    let glyphs: GlyphSet = preferences.ascii ?? false ? .ascii : .unicode
    self.glyphs = glyphs
    keys = try Key.parse(options.screen.keys)[...]
    size = Size(options.output.size) ?? Size(width: 120, height: 36)
    isColored = options.output.ansi
    colored = (preferences.color ?? .auto).isMonochrome ? .mono : preferences.theme ?? .dark
    onUpdate = { update in
      if let text = update.progress(glyphs) { Console.progress.show(text) }
    }
  }

  var theme: Theme { isColored ? colored : .mono }

  /// Only the print in black and white has taken the theme away.
  func themeOfFiles(_ shown: Theme) -> Theme { !isColored && shown == .mono ? colored : shown }

  func nextEvent(for app: any App) async throws -> Event {
    try await app.wait()
    return keys.popFirst().map(Event.key) ?? .closed
  }

  /// Prints an app as it is now.
  func print(_ app: any App) {
    let grid = app.draw()
    Output.write(isColored ? TextRenderer.ansi(grid) : TextRenderer.text(grid))
  }

  func present(_ app: any App) {}
  func redraw() {}
  func suspend() {}
  func copy(_ text: String) -> Bool { true }
}
