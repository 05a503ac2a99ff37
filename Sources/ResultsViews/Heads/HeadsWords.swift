import Evaluation
import Eviction
import Views

extension HeadMeasure {
  /// Its name on the screen.
  var title: String {
    switch self {
    case .retrieval: "retrieval score"
    case .gain: "gain when restored"
    case .cost: "cost of eviction"
    }
  }

  /// What it is.
  var words: String {
    switch self {
    case .retrieval: "how often the head's top token is the one that the answer copies"
    case .gain: "nats by which the wanted answer gets likelier, this head alone restored"
    case .cost: "share of the lost answers that come back, this head alone restored"
    }
  }

  /// The next one.
  var next: HeadMeasure {
    switch self {
    case .cost: .gain
    case .gain: .retrieval
    case .retrieval: .cost
    }
  }

  /// A value, or a spread, as it stands in lists.
  func text(_ value: Double, isSpread: Bool = false) -> String {
    guard self == .gain else { return decimal(value, 2) }
    return (value > 0 && !isSpread ? "+" : "") + decimal(value, abs(value) < 100 ? 2 : 0)
  }
}

extension HeadsBrowsing {
  /// What is shown of a figure, in words.
  var statisticWords: String {
    switch statistic {
    case .mean: "mean"
    case .top: "prompts in the top \(figure?.stability.top ?? 0)"
    case .spread: "spread over prompts"
    }
  }

  /// What is shown of a head.
  func text(_ head: Int) -> String {
    guard let value = value(head) else { return "-" }
    return statistic == .top ? decimal(value, 0) : measure.text(value, isSpread: statistic == .spread)
  }

  /// A head's name, from 1: of those that share a kept set all.
  func name(_ head: Int) -> String {
    summary.name(head, groupSize: figure?.groupSize ?? 1)
  }

  /// Why there is nothing to show.
  var obstacle: String {
    if summary.promptCount == 0 { return summary.unavailable.first ?? "no prompt is done yet" }
    let lost = column.flatMap { summary.counts[$0]?.lost } ?? 0
    switch measure {
    case .cost where lost == 0:
      return "no answer is lost here: choose another policy or budget (p), or a figure (f)"
    case .retrieval: return "no answer copies anything from its prompt"
    default: return "no prompt has this figure"
    }
  }
}
