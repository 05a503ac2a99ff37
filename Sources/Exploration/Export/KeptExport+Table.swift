import Foundation

extension KeptExport {
  /// The map as CSV, a row per kept token: `policy,layer,head,position,token_id,start,end,score`.
  ///
  /// The score is empty where a policy has none, or keeps the token whatever its score. Where a trace's
  /// lookahead is another than the settings ask for, a last column says in what.
  public func csv() -> Data {
    let hasMismatch = results.contains { $0.lookahead?.mismatch != nil }
    var data = Data(
      "policy,layer,head,position,token_id,start,end,score\(hasMismatch ? ",lookahead_mismatch" : "")\n".utf8)
    for result in results {
      let name = CSVField.inQuotes(result.policy.name)
      let mismatch = hasMismatch ? "," + CSVField.inQuotes(result.lookahead?.mismatch ?? "") : ""
      for (layer, heads) in result.kept.positions.enumerated() {
        for (head, positions) in heads.enumerated() {
          let scores = result.scores?.rankedScores(layer: layer, head: head)
          for position in positions {
            let token = tokens[position]
            let score = scores.flatMap { $0[position].isNaN ? nil : "\($0[position])" } ?? ""
            let place = "\(name),\(layer),\(head),\(position)"
            data += Data("\(place),\(token.id),\(token.start),\(token.end),\(score)\(mismatch)\n".utf8)
          }
        }
      }
    }
    return data
  }
}

/// A field of CSV (RFC 4180).
public enum CSVField {
  private static let special = Set(",\"\n\r".utf8)

  /// The field as it stands in a line: in quotes, with those within doubled, where it holds what would end
  /// it.
  ///
  /// By bytes: a comma with an accent and the two bytes of a line's end are one character each, and end a
  /// field all the same.
  public static func quoted(_ field: String) -> String {
    field.utf8.contains(where: special.contains) ? inQuotes(field) : field
  }

  /// The same in quotes in any case.
  static func inQuotes(_ field: String) -> String {
    let mark = UInt8(ascii: "\"")
    return "\"" + String(decoding: field.utf8.flatMap { $0 == mark ? [mark, mark] : [$0] }, as: UTF8.self)
      + "\""
  }
}
