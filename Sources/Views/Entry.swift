import Screen

extension ViewState {
  /// A line being typed at the bottom, or a question that waits there for an answer.
  public enum Entry: Sendable, Hashable {
    case search(String)
    case command(String)
    /// The name of a file to write.
    case export(String, ExportRequest.Scope)
    /// Whether a file that is there already may be replaced.
    case replace(ExportRequest)

    /// What has been typed so far.
    var text: String {
      switch self {
      case .search(let text), .command(let text), .export(let text, _): text
      case .replace: ""
      }
    }

    /// The same entry with another text.
    func typing(_ text: String) -> Entry {
      switch self {
      case .search: .search(text)
      case .command: .command(text)
      case .export(_, let scope): .export(text, scope)
      case .replace: self
      }
    }

    /// What stands before the text.
    var prompt: String {
      switch self {
      case .search: "/"
      case .command: ":"
      case .export(_, .view): "write this view to: "
      case .export(_, .everything): "write everything to: "
      case .replace(let request): "replace it, y or n? there is a file \(request.path) "
      }
    }

    /// What the status line says meanwhile: wordings from long to short.
    var notes: [String] {
      switch self {
      case .export(_, .view):
        [
          "the ending chooses: .svg .html .txt .ansi draw the view, .json .csv .npz .safetensors hold the kept tokens",
          ".svg .html .txt .ansi draw it; .json .csv .npz .safetensors: tokens", ".svg .html .txt .ansi, or .json for the tokens",
        ]
      case .export(_, .everything):
        [
          "the ending chooses: .json .csv .npz .safetensors hold what every policy keeps, .html shows it in a browser",
          ".json .csv .npz .safetensors, or .html for a browser",
        ]
      case .search, .command, .replace: []
      }
    }
  }
}
