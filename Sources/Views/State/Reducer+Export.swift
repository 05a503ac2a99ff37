import Exploration
import Screen

extension ViewState {
  /// Asks where the open view goes to.
  mutating func askForView() { typing.entry = .export("\(display.view.title.lowercased()).svg", .view) }

  /// Asks for a file to be written, once its name makes sense.
  mutating func export(_ request: ExportRequest) -> Effect {
    guard !request.path.isEmpty else {
      message = "nothing written"
      return .none
    }
    do {
      _ = try request.resolvedFormat()
      message = "writing \(request.path)"
      return .export(request)
    } catch {
      exportEnded(request, error: error)
      return .none
    }
  }

  /// A key as the answer to whether a file may be replaced: only `y` says yes.
  mutating func answer(_ key: Key, toReplacingBy request: ExportRequest) -> Effect {
    typing.entry = nil
    guard key == .character("y") || key == .character("Y") else {
      message = "nothing written; \(request.path) is as it was"
      return .none
    }
    var request = request
    request.replacing = true
    return export(request)
  }

  /// Says what became of an export. After a failure the name can be changed; a file that is there already is
  /// asked about.
  package mutating func exportEnded(_ request: ExportRequest, error: (any Error)?) {
    let format = try? request.resolvedFormat()
    let isView = request.scope == .view && (format?.showsView ?? false)
    let isNumbers = request.scope == .view && (format == .csv || format == .json) && showsNumbers
    let view = display.view.title.lowercased()
    guard let error else {
      let what =
        isView
        ? "\(view) view"
        : isNumbers ? "numbers of the \(view) view" : "kept tokens of \(run.results.count + 1) policies"
      message = "\(what) written to \(request.path)"
      return
    }
    // What is being typed meanwhile goes on.
    let isFree = typing.entry == nil
    if case ExportError.exists = error {
      message = nil
      if isFree {
        typing.entry = .replace(request)
      } else {
        message = "\(request.path) is there already; nothing written"
      }
      return
    }
    message = String(describing: error)
    if isFree { typing.entry = .export(request.path, request.scope) }
  }
}
