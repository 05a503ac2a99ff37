import Exploration

/// Why a screen of a trace lacks what only a model could tell.
enum UnavailableWords {
  /// Where a lane's answer would stand.
  static func answer(_ lane: PolicyResult? = nil) -> String {
    let mismatch = lane?.lookahead?.mismatch.map { "; lookahead recorded with \($0)" } ?? ""
    return "no answer: needs the model" + mismatch
  }
}
