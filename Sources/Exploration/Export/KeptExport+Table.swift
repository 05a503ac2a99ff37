import Foundation

extension KeptExport {
  /// The map as CSV, a row per kept token: `policy,layer,head,position,token_id,start,end,score`.
  ///
  /// The score is empty where a policy has none, or keeps the token whatever its score. Where a trace's
  /// lookahead is another than the settings ask for, a further column says in what; where a policy could not be
  /// run, it has a row with its name and, in a last column, the reason.
  public func csv() -> Data {
    let hasMismatch = results.contains { $0.lookahead?.mismatch != nil }
    let always = ["policy", "layer", "head", "position", "token_id", "start", "end", "score"]
    let columns =
      always + (hasMismatch ? ["lookahead_mismatch"] : []) + (unavailable.isEmpty ? [] : ["unavailable"])
    let end = unavailable.isEmpty ? "" : ","
    var data = Data((columns.joined(separator: ",") + "\n").utf8)
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
            data += Data("\(place),\(token.id),\(token.start),\(token.end),\(score)\(mismatch)\(end)\n".utf8)
          }
        }
      }
    }
    for one in unavailable {
      let name = CSVField.inQuotes(one.policy.name), reason = CSVField.inQuotes(one.reason)
      data += Data((name + String(repeating: ",", count: columns.count - 1) + reason + "\n").utf8)
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
