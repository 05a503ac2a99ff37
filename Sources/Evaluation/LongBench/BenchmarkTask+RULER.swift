/// RULER's thirteen data sets (`synthetic.yaml`): kinds of tasks with their answers' lengths
/// (`data/synthetic/constants.py`) and metrics (`eval/synthetic/constants.py`).
///
/// A line's input is the whole prompt, chat turns included if the data were made for a chat model.
extension BenchmarkTask {
  static let ruler: [BenchmarkTask] =
    [
      "niah_single_1", "niah_single_2", "niah_single_3", "niah_multikey_1", "niah_multikey_2",
      "niah_multikey_3",
      "niah_multivalue", "niah_multiquery",
    ].map { ruler($0, answerLimit: 128) }
    + [
      ruler("vt", answerLimit: 30), ruler("cwe", answerLimit: 120), ruler("fwe", answerLimit: 50),
      ruler("qa_1", answerLimit: 32, .containsAny), ruler("qa_2", answerLimit: 32, .containsAny),
    ]

  private static func ruler(_ name: String, answerLimit: Int, _ metric: Metric = .containsAll)
    -> BenchmarkTask
  {
    BenchmarkTask(
      name, .ruler, prompt: "{input}", answerLimit: answerLimit, metric, trimming: .printable, usesChat: false
    )
  }
}
