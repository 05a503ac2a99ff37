import Transformer

extension GreedyDecoding {
  /// Feeds every lane's question to its cache, token by token, all lanes in one pass over the weights: what
  /// comes first in the answer follows from the question's last token.
  ///
  /// Every token sees what was kept and the question before it. None of it is evicted, and positions go on
  /// behind the whole prompt.
  /// - Parameter onToken: called with the index of each token before it is fed.
  func ask(_ lanes: inout [Lane], onToken: (Int) -> Void = { _ in }) throws {
    let longest = lanes.map(\.question.count).max() ?? 0
    for step in 0..<longest {
      try Task.checkCancellation()
      onToken(step)
      let asked = lanes.indices.filter { step < lanes[$0].question.count }
      let outputs = try decoder.step(
        asked.map { index in
          LaneInput(
            cache: lanes[index].cache, token: lanes[index].question[step],
            position: lanes[index].answerPosition)
        })
      for (index, output) in zip(asked, outputs) { lanes[index].takeQuestionToken(output) }
    }
    for index in lanes.indices { lanes[index].question = [] }
  }
}

extension GreedyDecoding.Lane {
  /// Where the answer's first token stands.
  var answerPosition: Int { cache.nextPosition + questionCount }

  /// Takes note of what a token of the question has left behind.
  fileprivate mutating func takeQuestionToken(_ output: LaneOutput) {
    logits = output.logits
    if reduction != nil {
      // A cache that is reduced while it grows looks back at all queries behind the prompt.
      queries.append(output.queries, position: answerPosition)
      reduction?.hold()
    } else if keepsQueries {
      questionQueries.append(output.queries, position: answerPosition)
    }
    questionCount += 1
  }
}
