import Exploration
import Screen

/// What is shown of every step of an answer.
package enum CourseFigure: String, Sendable, CaseIterable {
  case divergence, entropy, topOne, massRecall, recall

  /// What it is called.
  var title: String {
    switch self {
    case .divergence: "KL"
    case .entropy: "entropy"
    case .topOne: "top-1"
    case .massRecall: "mass"
    case .recall: "recall"
    }
  }

  /// What it is, in a few words.
  var words: String {
    switch self {
    case .divergence: "how far each next token is from the full cache's, nats"
    case .entropy: "how undecided each cache is, nats; F the full one"
    case .topOne: "whether each cache says the full one's next token"
    case .massRecall: "of the attention that chose the token, the share on kept tokens"
    case .recall: "of the tokens with the most attention, the share that is kept"
    }
  }

  /// Its value at a step; of what is no number, nothing.
  func value(_ step: AnswerCourse.Step) -> Double? {
    switch self {
    case .divergence: step.divergence
    case .entropy: step.entropy
    case .topOne: nil
    case .massRecall: step.coverage?.massRecall
    case .recall: step.coverage?.recall
    }
  }

  /// What its height stands for.
  func scale(_ values: [Double]) -> PlotScale {
    switch self {
    case .divergence: .divergence(values)
    case .entropy: .upTo(values)
    case .topOne, .massRecall, .recall: .share
    }
  }

  /// Why it has no value at any step, or not yet.
  func absence(_ scene: Scene) -> String {
    switch self {
    case .divergence, .entropy, .topOne:
      return !scene.run.hasModel
        ? UnavailableWords.answer()
        : scene.run.isFinished
          ? "not known: no answer was compared with the full cache's" : "the answers come"
    case .massRecall, .recall:
      guard scene.run.stage == .done else {
        return scene.run.isFinished ? "not known: stopped before" : "looked at once the answers are there"
      }
      return scene.coverageRequest == nil
        ? "the answer ended at once: no row of it looks back" : "every row of the answer is looked at"
    }
  }
}
