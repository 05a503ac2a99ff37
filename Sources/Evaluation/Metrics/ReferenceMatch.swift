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

/// LongBench's `classification_score`.
enum Classification {
  /// One over the number of classes that the prediction names, if the right one is among them, else 0.
  static func score(_ prediction: CodePoints, answer: CodePoints, classes: [CodePoints]) -> Double {
    var named = classes.filter { prediction.contains($0) }
    // Names that are parts of the right one do not count against it. The scorer takes them out of the list
    // that it walks through, so the name behind each that is taken out is passed over.
    var index = 0
    while index < named.count {
      let name = named[index]
      if answer.contains(name), name != answer, let first = named.firstIndex(of: name) {
        named.remove(at: first)
      }
      index += 1
    }
    return named.contains(answer) ? 1 / Double(named.count) : 0
  }
}
