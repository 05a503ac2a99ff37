import Exploration
import Foundation
import Screen
import Views

/// Writes what keys and `--export` ask for.
enum ExportFile {
  /// Looks whether a file may be written, before anything is computed for it.
  /// - Throws: `ExportError`.
  static func check(_ request: ExportRequest) throws {
    try AtomicFile.check(path(request), replacing: request.replacing)
  }

  /// Writes a file, complete or not at all.
  /// - Parameter size: the size of a drawn view.
  /// - Throws: `ExportError`.
  static func write(_ state: ViewState, _ request: ExportRequest, size: Size, glyphs: GlyphSet) throws {
    try check(request)
    let data = try state.exported(request, size: size, glyphs: glyphs)
    try AtomicFile.write(data, to: path(request), replacing: request.replacing)
  }

  /// A path that begins with `~` is at home, as in a shell.
  private static func path(_ request: ExportRequest) -> String { (request.path as NSString).expandingTildeInPath }
}
