import Foundation

extension KeptExport {
  /// The map as CSV, a row per kept token: `policy,layer,head,position,token_id,start,end,score`.
  ///
  /// The score is empty where a policy has none, or keeps the token whatever its score.
  public func csv() -> Data {
    var data = Data("policy,layer,head,position,token_id,start,end,score\n".utf8)
    for result in results {
      let name = CSVField.inQuotes(result.policy.name)
      for (layer, heads) in result.kept.positions.enumerated() {
        for (head, positions) in heads.enumerated() {
          let scores = result.scores?.rankedScores(layer: layer, head: head)
          for position in positions {
            let token = tokens[position]
            let score = scores.flatMap { $0[position].isNaN ? nil : "\($0[position])" } ?? ""
            data += Data(
              "\(name),\(layer),\(head),\(position),\(token.id),\(token.start),\(token.end),\(score)\n".utf8)
          }
        }
      }
    }
    return data
  }
}
