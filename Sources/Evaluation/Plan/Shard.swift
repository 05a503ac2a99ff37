/// A part of a plan's cases: `3/16` is every sixteenth case from the third on.
///
/// Cases are dealt out in turn, so that parts of a plan that grows harder take about equally long.
package struct Shard: Sendable, Hashable, Codable, CustomStringConvertible {
  /// Which part, from 1.
  package let number: Int
  /// How many parts there are.
  package let count: Int

  /// The whole plan.
  package static let whole = Shard(uncheckedNumber: 1, count: 1)

  private init(uncheckedNumber number: Int, count: Int) { (self.number, self.count) = (number, count) }

  private init?(number: Int, count: Int) {
    guard 1...1_000_000 ~= count, 1...count ~= number else { return nil }
    self.init(uncheckedNumber: number, count: count)
  }

  /// Parses `3/16`.
  /// - Returns: `nil` unless the number is from 1 to the count.
  package init?(_ text: String) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false).map { Int($0) }
    guard parts.count == 2, let number = parts[0], let count = parts[1] else { return nil }
    self.init(number: number, count: count)
  }

  package init(from decoder: any Swift.Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    let number = try values.decode(Int.self, forKey: .number),
      count = try values.decode(Int.self, forKey: .count)
    guard let shard = Shard(number: number, count: count) else {
      throw DecodingError.dataCorruptedError(
        forKey: .number, in: values,
        debugDescription: "a part from 1 to the count was expected, \(number) of \(count) found")
    }
    self = shard
  }

  private enum CodingKeys: CodingKey { case number, count }

  /// Whether there is no other part.
  package var isWhole: Bool { count == 1 }

  /// The part's cases, in the plan's order.
  package func cases(of plan: EvaluationPlan) -> [EvaluationCase] {
    plan.cases.enumerated().filter { $0.offset % count == number - 1 }.map(\.element)
  }

  package var description: String { "\(number)/\(count)" }
}
