import Foundation

extension HeadProfile {
  /// What is looked at of results; what else stands there is another's to read.
  private struct Results: Decodable {
    struct Row: Decodable {
      let outcomes: [Outcome]?
    }
    struct Outcome: Decodable {
      let series: [String: [Double]]?
    }
    let rows: [Row]
  }

  /// The means of a measure over the rows of results.
  static func values(
    _ data: Data, _ measure: HeadMeasure, path: String
  ) throws(HeadProfileError) -> [[Double]] {
    let results: Results
    do { results = try JSONDecoder().decode(Results.self, from: data) } catch {
      throw .noProfile(path, reason: "it has no 'rows' of results")
    }
    let all = results.rows.flatMap { ($0.outcomes ?? []).compactMap(\.series) }
    guard
      let layers = all.lazy.compactMap({ $0[HeadMeasure.shapeKey]?.first }).first,
      layers >= 1, layers <= 10_000
    else { throw .noProfile(path, reason: "no row says how many layers and heads the model has") }
    let found = all.compactMap { $0[measure.rawValue] }
    guard let count = found.first?.count, count > 0 else {
      let known = HeadMeasure.allCases.map(\.rawValue).filter { name in all.contains { $0[name] != nil } }
      throw .noMeasure(path, measure, found: known)
    }
    guard found.allSatisfy({ $0.count == count }), count % Int(layers) == 0 else {
      throw .noProfile(path, reason: "its rows do not have as many heads each")
    }
    return rows(mean(found), of: count / Int(layers))
  }

  /// The means of each head's scores in a file of retrieval heads.
  static func values(_ named: [String: [Double]], path: String) throws(HeadProfileError) -> [[Double]] {
    var means: [[Int]: Double] = [:]
    var (layers, heads) = (0, 0)
    for (name, scores) in named {
      let parts = name.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
      guard parts.count == 2, let layer = parts[0], let head = parts[1], (0..<10_000).contains(layer),
        (0..<10_000).contains(head)
      else { throw .noProfile(path, reason: "'\(name.prefix(40))' is no head's name, as 12-3") }
      guard !scores.isEmpty else { throw .noProfile(path, reason: "the head \(name) has no score") }
      means[[layer, head]] = scores.reduce(0, +) / Double(scores.count)
      (layers, heads) = (max(layers, layer + 1), max(heads, head + 1))
    }
    guard means.count == layers * heads else {
      throw .noProfile(
        path, reason: "\(means.count) heads, and \(layers) layers of \(heads) were expected by their names")
    }
    return (0..<layers).map { layer in (0..<heads).map { means[[layer, $0]] ?? 0 } }
  }

  /// The mean of each place over several lists of one length.
  package static func mean(_ lists: [[Double]]) -> [Double] {
    guard let first = lists.first else { return [] }
    return first.indices.map { index in lists.reduce(0) { $0 + $1[index] } / Double(lists.count) }
  }

  private static func rows(_ values: [Double], of width: Int) -> [[Double]] {
    stride(from: 0, to: values.count, by: width).map { Array(values[$0..<$0 + width]) }
  }
}
