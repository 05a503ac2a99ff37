import Screen

extension KeyTable.Action {
  /// The name by which commands and the configuration file know it: `policy-next`.
  package var name: String {
    rawValue.reduce(into: "") { $0 += $1.isUppercase ? "-" + $1.lowercased() : String($1) }
  }

  /// The action of a name.
  package init?(name: String) {
    guard let action = Self.allCases.first(where: { $0.name == name }) else { return nil }
    self = action
  }
}

extension KeyTable {
  /// This table with other keys for some actions; the keys that they had are free.
  /// - Parameter wanted: an action's name, and its keys in the notation of `--keys`, one each; the first is
  ///   shown.
  /// - Throws: `KeyTableError`.
  package func rebound(_ wanted: [(action: String, keys: [String])]) throws -> KeyTable {
    var rows = rows
    for (name, notations) in wanted {
      guard let action = Action(name: name) else { throw KeyTableError.unknownAction(name) }
      guard let index = rows.firstIndex(where: { $0.action == action }) else { continue }
      rows[index].keys = try notations.map { try Self.key($0, of: name) }
      rows[index].shown = rows[index].keys.first?.label ?? ""
    }
    let table = KeyTable(rows: rows)
    for action in [Action.back, .interrupt] where table.row(action).keys.isEmpty {
      throw KeyTableError.noKey(action.name)
    }
    let changed = zip(table.rows, self.rows).filter { $0.keys != $1.keys }.map(\.0.action)
    try table.refuseClashes(changed: Set(changed))
    return table
  }

  private static func key(_ notation: String, of action: String) throws -> Key {
    let keys: [Key]
    do { keys = try Key.parse(notation) } catch {
      throw KeyTableError.badKey(action: action, notation, reason: error.description)
    }
    guard let key = keys.first, keys.count == 1 else {
      throw KeyTableError.badKey(action: action, notation, reason: "one key was expected, as x or <C-x>")
    }
    switch key {
    case .mouse: throw KeyTableError.badKey(action: action, notation, reason: "the mouse has its own ways")
    case .character(let character)
    where character.isASCII && character.wholeNumberValue.map { $0 > ViewState.View.allCases.count } == true:
      throw KeyTableError.badKey(
        action: action, notation,
        reason: "the digits from \(ViewState.View.allCases.count + 1) on begin a count")
    default: break
    }
    if let reason = reason(against: key, of: action) {
      throw KeyTableError.badKey(action: action, notation, reason: reason)
    }
    return key
  }

  /// Why no terminal ever sends a key, or not for this action; `nil` where it does.
  private static func reason(against key: Key, of action: String) -> String? {
    switch key {
    case .control("i"): "terminals send Tab for it; write <Tab>"
    case .control("j"), .control("m"): "terminals send Enter for it; write <Enter>"
    case .control("h"): "terminals send Backspace for it; write <BS>"
    case .control("s"), .control("q"):
      "the terminal keeps it for itself: it holds the output and lets it go on"
    case .control("z"): action == Action.suspend.name ? nil : "it stops the program, whatever it is bound to"
    case .control(let letter) where !("a"..."z").contains(letter):
      "terminals have Ctrl with the letters a to z only"
    case .character(let character) where character.unicodeScalars.count > 1:
      "terminals send it as several keys"
    default: nil
    }
  }

  /// In one view a key does one thing; as the program comes, a view's own bindings go before those of all
  /// views.
  private func refuseClashes(changed: Set<Action>) throws {
    for (index, row) in rows.enumerated() {
      for other in rows[..<index] where changed.contains(row.action) || changed.contains(other.action) {
        let overlap = row.views.map { own in other.views.map { !own.isDisjoint(with: $0) } ?? true } ?? true
        if overlap, let key = row.keys.first(where: other.keys.contains) {
          // The one that was changed is at fault, and the line that is looked for.
          let (own, second) = changed.contains(row.action) ? (row, other) : (other, row)
          throw KeyTableError.clash(own.action.name, key, with: second.action.name)
        }
      }
    }
  }

  /// An action's row.
  func row(_ action: Action) -> Binding {
    guard let row = rows.first(where: { $0.action == action }) else {
      preconditionFailure("\(action) has no row")
    }
    return row
  }

  /// The key of an action as it is written on screens; a dash where it has none.
  func shown(_ action: Action) -> String {
    let shown = row(action).shown
    return shown.isEmpty ? "-" : shown
  }

  /// The keys of an action and of its other direction, as the footer writes them.
  func label(_ action: Action) -> String {
    guard let pair = Self.pairs[action] else { return shown(action) }
    return shown(pair.first) + pair.between + shown(pair.second)
  }

  /// Actions that the footer names together with others.
  private static let pairs: [Action: (first: Action, between: String, second: Action)] = [
    .textView: (.textView, "-", .lookaheadView), .layerDown: (.layerDown, " ", .layerUp),
    .headDown: (.headDown, " ", .headUp),
    .budgetDown: (.budgetDown, "/", .budgetUp), .stepForward: (.stepBack, " ", .stepForward),
    .phaseForward: (.phaseBack, " ", .phaseForward), .zoomIn: (.zoomIn, "/", .zoomOut),
    .keep: (.keep, "/", .evict),
    .down: (.down, " ", .up), .help: (.help, " ", .back),
  ]
}

/// Why a table of a person's own keys cannot be made.
package enum KeyTableError: Error, Equatable, CustomStringConvertible {
  /// No action has this name.
  case unknownAction(String)
  /// The text is no key, or one that cannot be bound.
  case badKey(action: String, String, reason: String)
  /// In some view, the key of the first action would do two things.
  case clash(String, Key, with: String)
  /// The action must have a key.
  case noKey(String)

  /// The action that it is about, as it was written.
  package var action: String {
    switch self {
    case .unknownAction(let name), .badKey(let name, _, _), .clash(let name, _, _), .noKey(let name): name
    }
  }

  package var description: String {
    switch self {
    case .unknownAction(let name): "there is no action '\(name)'; 'laq-tui config' lists them"
    case .badKey(let action, let notation, let reason):
      "'\(notation)' cannot be a key of '\(action)': \(reason)"
    case .clash(let action, let key, let other):
      "the key '\(key)' of '\(action)' is that of '\(other)' too; give '\(other)' another key or [] as well"
    case .noKey(let action): "'\(action)' needs a key: without one there is no way back"
    }
  }
}

extension Key {
  /// The key as it is written on screens: shorter than in the notation of `--keys`.
  var label: String {
    switch self {
    case .pageDown: "PgDn"
    case .pageUp: "PgUp"
    case .character("<"): "<"
    default:
      description.hasPrefix("<") && description.count > 1
        ? String(description.dropFirst().dropLast()) : description
    }
  }
}
