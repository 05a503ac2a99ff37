import Eviction

/// A mean and how surely it is known: the percentile bootstrap (Efron 1979) with a fixed seed and a fixed
/// order of draws, so that equal values have equal intervals.
package struct Bootstrap: Sendable, Hashable {
  /// Samples that are drawn anew from the values.
  package let resampleCount: Int
  /// The probability that an interval is to hold, as 0.95.
  package let confidence: Double
  /// Another seed, other samples.
  package let seed: Int

  /// Makes a bootstrap.
  /// - Precondition: at least one sample, and a probability between 0 and 1.
  package init(resampleCount: Int = 2000, confidence: Double = 0.95, seed: Int = 0) {
    precondition(
      resampleCount > 0 && confidence > 0 && confidence < 1, "\(resampleCount) samples at \(confidence)")
    self.resampleCount = resampleCount
    self.confidence = confidence
    self.seed = seed
  }

  /// The mean of some values, with its interval; `nil` for none.
  ///
  /// Cost: as many draws as values times samples. Equally many values are drawn at the same places: means of
  /// paired values move together, and their differences' intervals are those of the paired differences.
  package func estimate(_ values: [Double]) -> Estimate? { estimate(clusters: values.map { [$0] }) }

  /// The same for values of which some belong together and say nothing new beside each other, as those of one
  /// needle at several depths: whole clusters are drawn (the cluster bootstrap; Davison and Hinkley 1997).
  package func estimate(clusters: [[Double]]) -> Estimate? {
    let groups = clusters.filter { !$0.isEmpty }
    let values = groups.flatMap { $0 }
    guard !values.isEmpty else { return nil }
    let mean = values.reduce(0, +) / Double(values.count)
    let sums = groups.map { $0.reduce(0, +) }
    // Where all are equal, so are all samples' means.
    guard values.contains(where: { $0 != values[0] }) else {
      return Estimate(mean: mean, low: mean, high: mean, count: values.count, clusterCount: groups.count)
    }
    var random = CaseRandom("bootstrap", seed: seed)
    let means = (0..<resampleCount).map { _ in
      var (sum, count) = (0.0, 0)
      for _ in groups {
        let drawn = random.below(groups.count)
        sum += sums[drawn]
        count += groups[drawn].count
      }
      return sum / Double(count)
    }.sorted()
    let tail = (1 - confidence) / 2
    func quantile(_ share: Double) -> Double { means[min(means.count - 1, Int(share * Double(means.count)))] }
    return Estimate(
      mean: mean, low: quantile(tail), high: quantile(1 - tail), count: values.count,
      clusterCount: groups.count)
  }
}

/// A mean with its interval.
package struct Estimate: Sendable, Hashable, Codable {
  /// The mean.
  package let mean: Double
  /// The interval's lower end.
  package let low: Double
  /// The interval's upper end.
  package let high: Double
  /// How many values it is the mean of.
  package let count: Int
  /// How many of them say something of their own: those that come and go together are one.
  package let clusterCount: Int

  /// Makes an estimate.
  /// - Parameter clusterCount: as many as there are values, unless given.
  package init(mean: Double, low: Double, high: Double, count: Int, clusterCount: Int? = nil) {
    self.mean = mean
    self.low = low
    self.high = high
    self.count = count
    self.clusterCount = clusterCount ?? count
  }

  /// Fewer draws than these show nothing: of five differences that are chance, all fall to the same side in 2 of
  /// 32 cases, more than the 5 in 100 that a star allows; of six in 2 of 64.
  package static let leastDraws = 6

  /// Whether a mean of differences is surely not 0: its interval leaves 0 out, and there are enough of them
  /// for an interval to say so.
  package var excludesZero: Bool { clusterCount >= Self.leastDraws && (low > 0 || high < 0) }
}
