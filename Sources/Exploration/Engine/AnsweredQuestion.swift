import Eviction
import Transformer

/// What was made of one of several questions that are put to the same compressed caches: kept while another
/// one is looked at, so that nothing is computed twice.
public struct AnsweredQuestion: Sendable {
  /// The question as it was asked.
  public let question: String
  /// The full cache's result.
  public let full: PolicyResult
  /// Every policy's.
  public let results: [PolicyResult]
  /// What a model reads of the question.
  let tokens: LaterQuestion
  /// What else is about the question.
  let rest: RunReuse.Full

  /// `nil` for a run without a question after the eviction, or without all of its answers.
  init?(_ run: Run) {
    guard let question = run.prompt.framing.question, let tokens = run.prompt.laterQuestion,
      let rest = RunReuse.Full(run)
    else { return nil }
    (self.question, self.tokens, self.rest) = (question, tokens, rest)
    (full, results) = (rest.lane, run.results)
  }

  /// A policy's answer among them; the full cache's for a policy that keeps everything.
  public func result(of policy: Policy) -> PolicyResult? {
    policy.keepsEverything ? full : results.first { $0.policy == policy }
  }
}

extension ActiveRun {
  /// Puts the other questions of the prompt to the same caches, once its own is answered.
  ///
  /// Nothing is evicted again, but by policies that look at the answer.
  mutating func answerOtherQuestions() throws {
    guard run.prompt.laterQuestion != nil else { return }
    for question in run.prompt.framing.questions where question != run.prompt.framing.question {
      let prompt = try run.prompt.asking(question, answerLimit: request.answerLimit)
      let known = run.answered.first { $0.tokens == prompt.laterQuestion }
      guard let tokens = prompt.laterQuestion,
        known == nil || run.results.contains(where: { known?.result(of: $0.policy) == nil })
      else { continue }
      let shown = run
      var asked = RunRequest(prompt, run.settings)
      // Here, too, waits what waits.
      (asked.policies, asked.watched) = (run.results.map(\.policy), request.watched)
      var other = ActiveRun(
        run.anew(run.settings, prompt: prompt), asked, by: source,
        onUpdate: onUpdate.map { onUpdate in { onUpdate(shown.at($0.stage)) } })
      try other.performStages(earlier: run)
      if let answered = AnsweredQuestion(other.run) {
        update { run in
          run.answered.removeAll { $0.tokens == tokens }
          run.answered.append(answered)
        }
      }
      run.seconds.add(other.run.seconds)
    }
  }
}
