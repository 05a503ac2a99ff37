/// The lines that were entered before, by what they were for.
struct EntryHistory: Sendable {
  /// Older lines of a kind are forgotten.
  private static let limit = 100

  /// What lines are called back for.
  private enum Kind: Hashable {
    case search, command, question, file
  }

  private var lines: [Kind: [String]] = [:]

  /// Adds a line as the newest of its kind; an equal older one goes.
  mutating func add(_ entry: ViewState.Entry) {
    guard let kind = Self.kind(entry.purpose), !entry.text.isEmpty else { return }
    var own = (lines[kind] ?? []).filter { $0 != entry.text }
    own.append(entry.text)
    lines[kind] = own.suffix(Self.limit)
  }

  /// The next older or newer line that begins as one had been typed; `nil` where there is none.
  /// - Parameter place: the place of the line that was called back last; `nil` if none was.
  func line(older: Bool, than place: Int?, beginning: String, for purpose: ViewState.Entry.Purpose) -> (
    place: Int, text: String
  )? {
    guard let kind = Self.kind(purpose), let own = lines[kind] else { return nil }
    let start = min(place ?? own.count, own.count)
    let places = older ? Array((0..<start).reversed()) : Array(min(start + 1, own.count)..<own.count)
    return places.first { own[$0].hasPrefix(beginning) }.map { ($0, own[$0]) }
  }

  private static func kind(_ purpose: ViewState.Entry.Purpose) -> Kind? {
    switch purpose {
    case .search: .search
    case .command: .command
    case .question: .question
    case .export, .session: .file
    case .replace, .replaceSession, .leave: nil
    }
  }
}
