/// The formats that exports are written in; a file's ending names one.
public enum ExportFormat: String, Sendable, Hashable, CaseIterable {
  /// Kept tokens: documented JSON, a table, NumPy arrays, tensors.
  case json, csv, npz, safetensors
  /// A view: plain text, text with colours as SGR sequences, a drawing, a page to look around in.
  case text, ansi, svg, html

  /// The endings of its files, the usual one first.
  public var endings: [String] {
    switch self {
    case .json, .csv, .npz, .safetensors, .svg: [rawValue]
    case .text: ["txt"]
    case .ansi: ["ansi", "ans"]
    case .html: ["html", "htm"]
    }
  }

  /// Whether it holds what every policy keeps, and not one screen; a page can be either.
  public var holdsEverything: Bool {
    switch self {
    case .json, .csv, .npz, .safetensors, .html: true
    case .text, .ansi, .svg: false
    }
  }

  /// Whether it shows a view; a page can be either.
  public var showsView: Bool {
    switch self {
    case .text, .ansi, .svg, .html: true
    case .json, .csv, .npz, .safetensors: false
    }
  }

  /// The format of a file.
  /// - Parameter asked: the format that was asked for by name; a file without an ending takes it.
  /// - Throws: `ExportError` when the ending names none, or another one than was asked for.
  public init(path: String, asked: ExportFormat? = nil) throws {
    let ending = Self.ending(of: path)
    let named = Self.allCases.first { $0.endings.contains(ending) }
    if let asked {
      guard named == asked || ending.isEmpty else {
        throw ExportError.disagreement(path, ending: ending, format: asked)
      }
      self = asked
    } else {
      guard let named else { throw ExportError.unknownFormat(path, ending: ending) }
      self = named
    }
  }

  /// What follows the last dot of a file's name, in small letters; empty for a name such as `.json`.
  private static func ending(of path: String) -> String {
    let name = path.split(separator: "/", omittingEmptySubsequences: false).last ?? ""
    guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return "" }
    return name[name.index(after: dot)...].lowercased()
  }
}
