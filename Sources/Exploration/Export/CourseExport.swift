import Eviction
import Foundation

/// The course of the answer under some policies as a file: the numbers of the screen, step by step.
package struct CourseExport: Encodable {
  private let schema = "laq-tui.course"
  private let version = 1
  private let program = Release.name
  private let model: String, prompt: String, promptHash: String
  private let budget: Int
  /// A cache counts as parted above this divergence, in nats.
  private let partingDivergence = AnswerCourse.partingDivergence
  private let full: [FullStep]
  private let policies: [PolicyEntry]

  private struct FullStep: Encodable {
    /// Nothing at the answer's end.
    let token: Int?, text: String?
    let entropy: Double?
  }

  private struct PolicyEntry: Encodable {
    let name: String, title: String
    let answer: String
    /// Steps from 0.
    let firstDifference: Int?, firstDivergence: Int?
    let steps: [StepEntry]
  }

  private struct StepEntry: Encodable {
    let divergence: Double?, entropy: Double?
    let choice: Int?, choiceText: String?
    let agrees: Bool?
    let massRecall: Double?, recall: Double?
  }

  /// Gathers what a run knows of some of its results.
  /// - Throws: `ExportError.nothingYet` before the full cache has answered.
  package init(_ run: Run, policies: [Policy], coverage: StepCoverage?) throws {
    let results = policies.compactMap { policy in run.results.first { $0.policy == policy } }
    guard let answer = run.full?.answer, !answer.steps.isEmpty, !results.isEmpty else {
      throw ExportError.nothingYet
    }
    (model, prompt, promptHash) = (run.modelName, run.prompt.name, run.prompt.hash)
    budget = run.settings.budget
    full = answer.steps.indices.map { index in
      let token = answer.tokens.indices.contains(index) ? answer.tokens[index] : nil
      return FullStep(
        token: token, text: token.map { run.vocabulary.text([$0]) },
        entropy: answer.steps[index].entropy.map(Double.init))
    }
    self.policies = results.map { result in
      let course = AnswerCourse(result, of: run, coverage: coverage)
      return PolicyEntry(
        name: result.policy.name, title: result.policy.title, answer: run.answerText(result),
        firstDifference: course.firstDifference, firstDivergence: course.firstDivergence,
        steps: course.steps.map { step in
          StepEntry(
            divergence: step.divergence, entropy: step.entropy, choice: step.choice,
            choiceText: step.choice.map { run.vocabulary.text([$0]) }, agrees: step.agrees,
            massRecall: step.coverage?.massRecall, recall: step.coverage?.recall)
        })
    }
  }

  /// As JSON; equal courses have equal bytes.
  package func json() throws -> Data { try ExportedJSON.lines(self) }

  /// As a table, a line for each policy's step; steps from 0.
  package func csv() -> Data {
    var table = CSVTable([
      "policy", "step", "token_id", "text", "full_entropy", "kl", "entropy", "choice_id", "choice", "agrees",
      "mass",
      "recall",
    ])
    for policy in policies {
      for (index, step) in policy.steps.enumerated() {
        table.add([
          .text(policy.name), .count(index), .count(full[index].token), .text(full[index].text),
          .number(full[index].entropy), .number(step.divergence), .number(step.entropy), .count(step.choice),
          .text(step.choiceText), .truth(step.agrees), .number(step.massRecall), .number(step.recall),
        ])
      }
    }
    return table.data
  }
}
