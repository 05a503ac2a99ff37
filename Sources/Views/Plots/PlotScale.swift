import Foundation
import Screen

/// What the height of a plot stands for.
struct PlotScale: Equatable {
  /// The values at the bottom and at the top.
  let low: Double, high: Double
  /// Whether equal heights are equal factors, rather than equal differences.
  let isLogarithmic: Bool

  /// A share, from 0 to 1.
  static let share = PlotScale(low: 0, high: 1, isLogarithmic: false)

  /// Divergences reach over powers of ten: from a thousandth of a nat, and less, to the power of ten above
  /// the largest.
  static func divergence(_ values: [Double]) -> PlotScale {
    let most = values.filter(\.isFinite).max() ?? 0
    let power = most > 0 ? Int(log10(most).rounded(.up)) : 0
    return PlotScale(low: 0.001, high: pow(10, Double(min(max(power, 0), 4))), isLogarithmic: true)
  }

  /// From 0 to the whole number above the largest.
  static func upTo(_ values: [Double]) -> PlotScale {
    let most = values.filter(\.isFinite).max() ?? 0
    return PlotScale(low: 0, high: min(max(1, most.rounded(.up)), 10_000), isLogarithmic: false)
  }

  /// Where a value stands, from 0 at the bottom to 1 at the top; no number for none.
  func share(_ value: Double?) -> Double {
    guard let value, !value.isNaN else { return .nan }
    guard isLogarithmic else { return (value - low) / (high - low) }
    return log10(max(value, low) / low) / log10(high / low)
  }

  /// The labels of an axis of some rows, from the top; the lowest of a logarithmic one stands for all below
  /// it.
  func labels(rows: Int) -> [Int: String] {
    guard rows > 0 else { return [:] }
    var labels = [0: written(high)]
    guard rows > 1 else { return labels }
    if isLogarithmic {
      for power in stride(from: log10(low) + 1, to: log10(high), by: 1) {
        labels[CurvePlot.row(share(pow(10, power)), rows)] = written(pow(10, power))
      }
    } else if rows >= 7, rows % 2 == 1 {
      labels[rows / 2] = written((low + high) / 2)
    }
    (labels[0], labels[rows - 1]) = (written(high), written(low))
    return labels
  }

  private func written(_ value: Double) -> String {
    guard isLogarithmic else { return decimal(value, value < 10 ? 1 : 0) }
    return value >= 1 ? decimal(value, 0) : String(decimal(value, 3).dropFirst()).trimmingZeros
  }
}

extension String {
  /// Without zeros at the end.
  fileprivate var trimmingZeros: String {
    var text = self
    while text.hasSuffix("0") { text.removeLast() }
    return text
  }
}
