/// RULER's `string_match_all` and `string_match_part`.
enum ReferenceMatch {
  /// Of the references, the share that the prediction contains, or whether it contains one, whatever the
  /// letters' case.
  static func score(_ prediction: CodePoints, references: [CodePoints], needsAll: Bool) -> Double {
    guard !references.isEmpty else { return 0 }
    let text = prediction.lowercased
    let found = references.count { text.contains($0.lowercased) }
    return needsAll ? Double(found) / Double(references.count) : found > 0 ? 1 : 0
  }
}
