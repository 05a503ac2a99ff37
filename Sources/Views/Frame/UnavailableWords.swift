import Exploration

/// Why a screen of a trace lacks what only a model could tell.
enum UnavailableWords {
  /// Where a result's answer would stand.
  static func answer(_ result: PolicyResult? = nil) -> String {
    let mismatch = result?.lookahead?.mismatch.map { "; lookahead \($0)" } ?? ""
    return "no answer: needs the model" + mismatch
  }
}
