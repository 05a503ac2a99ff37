import Screen
import Terminal
import Views

/// Where the loop's screens go to and its events come from: a terminal, or a text that is printed in the end.
@MainActor
protocol Sink: AnyObject {
  var size: Size { get }
  var glyphs: GlyphSet { get }
  /// The theme to begin with.
  var theme: Theme { get }
  var colorDepth: ColorDepth { get }
  /// What a person should know about it.
  var warning: String? { get }
  /// Whether a person sees every state and answers: failures are told in the status line then, and else end
  /// the program.
  var isInteractive: Bool { get }
  /// Hears on the engine's threads that it has come further.
  var onUpdate: @Sendable (EngineUpdates.Update) -> Void { get }
  /// The theme of files that are written while another one may be shown.
  func themeOfFiles(_ shown: Theme) -> Theme
  /// Shows an app as it is now.
  func present(_ app: any App)
  /// Waits for what comes next: the keys that are played, each once what those before it began is over, and
  /// what a person does.
  func nextEvent(for app: any App) async throws -> Event
  /// Draws everything again.
  func redraw()
  /// Stops the program as Ctrl-Z does.
  func suspend()
  /// Puts a text on the clipboard.
  /// - Returns: whether all of it went there.
  func copy(_ text: String) -> Bool
}
