import Exploration
import Foundation
import Screen
import Views

/// Writes what keys and `--export` ask for.
enum ExportFile {
  /// Writes a file, complete or not at all; a path that begins with `~` is at home, as in a shell.
  /// - Parameter size: the size of a drawn view.
  /// - Throws: `ExportError`.
  static func write(_ state: ViewState, _ request: ExportRequest, size: Size, glyphs: GlyphSet) throws {
    let path = (request.path as NSString).expandingTildeInPath
    // Before the work, too: a name that cannot be had is told at once.
    try AtomicFile.check(path, replacing: request.replacing)
    try AtomicFile.write(state.exported(request, size: size, glyphs: glyphs), to: path, replacing: request.replacing)
  }
}
