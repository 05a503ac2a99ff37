import Evaluation
import Exploration

extension HeadsBrowsing {
  /// What is seen as a table, layers and heads from 1: a line for each query head with the figure that is
  /// shown, its statistics, and its value in every prompt; `nil` where there is no figure.
  package var csv: String? {
    guard let figure else { return nil }
    let policy = measure == .retrieval ? "full" : column?.policy.name ?? ""
    let budget = measure == .retrieval ? "" : column?.budget?.description ?? ""
    var lines = [
      (["policy", "budget", "figure", "layer", "query_head", "mean", "spread", "in_top"]
        + figure.prompts.map(CSVField.quoted)).joined(separator: ",")
    ]
    for head in 0..<summary.layerCount * summary.headCount {
      let index = figure.index(head)
      let place = [
        CSVField.quoted(policy), budget, measure.rawValue, String(head / summary.headCount + 1),
        String(head % summary.headCount + 1),
      ]
      let statistics = [figure.stability.mean[index], figure.stability.spread[index]].map { "\($0)" }
      let values =
        statistics + ["\(figure.stability.topCount[index])"] + figure.values.map { "\($0[head])" }
      lines.append((place + values).joined(separator: ","))
    }
    return lines.joined(separator: "\n") + "\n"
  }
}
