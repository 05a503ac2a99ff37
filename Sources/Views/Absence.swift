import Exploration

/// Why a screen of a trace lacks what only a model could tell.
enum Absence {
  /// Where a lane's answer would stand.
  static func answer(_ lane: Lane? = nil) -> String {
    let departure = lane?.lookahead?.departure.map { "; lookahead recorded with \($0)" } ?? ""
    return "no answer: needs the model" + departure
  }
}
