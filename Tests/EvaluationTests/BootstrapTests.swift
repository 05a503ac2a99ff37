import Testing

@testable import Evaluation

@Suite struct BootstrapTests {
  @Test func equalValuesHaveNoInterval() {
    #expect(
      Bootstrap().estimate([0.25, 0.25, 0.25]) == Estimate(mean: 0.25, low: 0.25, high: 0.25, count: 3))
    #expect(Bootstrap().estimate([]) == nil)
  }

  /// Of 200 draws at 0.3 the mean's standard deviation is √(0.3 · 0.7 / 200) = 0.0324: the normal interval is
  /// ± 0.0635.
  @Test func theIntervalOfAShareIsTheBinomialOne() throws {
    let values = (0..<200).map { $0 % 10 < 3 ? 1.0 : 0 }
    let estimate = try #require(Bootstrap(resampleCount: 4000).estimate(values))
    #expect(abs(estimate.mean - 0.3) < 1e-12)
    #expect(
      abs(estimate.low - (0.3 - 0.0635)) < 0.008 && abs(estimate.high - (0.3 + 0.0635)) < 0.008, "\(estimate)"
    )
    #expect(Bootstrap(resampleCount: 4000).estimate(values) == estimate)
    #expect(Bootstrap(resampleCount: 4000, seed: 1).estimate(values) != estimate)
    let narrow = try #require(Bootstrap(resampleCount: 4000, confidence: 0.5).estimate(values))
    #expect(narrow.low > estimate.low && narrow.high < estimate.high)
  }

  /// Ten copies of each of 20 values know no more than the 20; clusters of different sizes weigh as many as
  /// they are.
  @Test func valuesThatComeTogetherDoNotNarrowTheInterval() throws {
    let values = (0..<20).map { $0 % 2 == 0 ? 1.0 : 0 }
    let alone = try #require(Bootstrap().estimate(values))
    let copies = try #require(Bootstrap().estimate(clusters: values.map { Array(repeating: $0, count: 10) }))
    #expect(copies.low == alone.low && copies.high == alone.high && copies.count == 200)
    let blind = try #require(Bootstrap().estimate(values.flatMap { Array(repeating: $0, count: 10) }))
    #expect(blind.high - blind.low < (alone.high - alone.low) / 2)
    #expect(Bootstrap().estimate(clusters: [[1, 1, 1], [], [0]])?.mean == 0.75)
  }

  /// Samples of the values 0 and 1 have the means 0, ½, ½ and 1, equally often.
  @Test func smallCasesAreAsByHand() throws {
    let estimate = try #require(Bootstrap(resampleCount: 1000, confidence: 0.95).estimate([0, 1]))
    #expect(estimate.low == 0 && estimate.high == 1 && estimate.mean == 0.5)
    let half = try #require(Bootstrap(resampleCount: 1000, confidence: 0.4).estimate([0, 1]))
    #expect(half.low == 0.5 && half.high == 0.5)
  }
}
