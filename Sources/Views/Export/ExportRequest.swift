import Exploration

/// What is to be written, and where.
package struct ExportRequest: Sendable, Hashable {
  /// How much.
  package enum Scope: Sendable, Hashable {
    /// The open view; a format that holds kept tokens holds those of every policy.
    case view
    /// What every policy keeps, in every layer and head.
    case everything
  }

  /// The file's path as it was typed.
  package var path: String
  /// How much is written.
  package var scope: Scope
  /// The format, where it was asked for by name.
  package var format: ExportFormat?
  /// Whether a file that is there already may be replaced.
  package var replacing: Bool

  /// Makes a request.
  package init(_ path: String, scope: Scope, format: ExportFormat? = nil, replacing: Bool = false) {
    (self.path, self.scope, self.format, self.replacing) = (path, scope, format, replacing)
  }

  /// The format that the file's ending and the asked one agree on.
  /// - Throws: `ExportError` when they do not, or when the format cannot hold everything.
  package func resolvedFormat() throws -> ExportFormat {
    let format = try ExportFormat(path: path, asked: format)
    guard scope == .view || format.holdsEverything else {
      throw ExportError.oneViewOnly(path, format: format)
    }
    return format
  }
}
