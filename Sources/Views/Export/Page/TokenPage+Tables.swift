import Eviction
import Exploration
import Screen

extension TokenPage {
  /// The policies with their settings, figures and answers.
  func comparison() -> String {
    let columns = CompareColumn.allCases.filter { ![.policy, .time, .answer].contains($0) }
    let pinned = scene.pinnedResult.map { ResultFigures($0, of: scene.run) }
    let rows = results.map { result in
      let lookahead = result.lookahead?.mismatch.map { ["lookahead \($0)"] } ?? []
      let figures = ResultFigures(result, of: scene.run)
      let settings = (result.policy.allSettings.map { "\($0.key)=\($0.value)" } + lookahead + result.notes)
        .joined(separator: ", ")
      let ceiling = result.recallCeiling.map { $0 < 1 ? " of \(decimal($0, 3)) at most" : "" } ?? ""
      let mark = result.policy.keepsEverything ? nil : scene.run.mark(of: result)
      let cells =
        [result.policy.title]
        + columns.map { $0.text(figures, pinned: pinned) + ($0 == .recall ? ceiling : "") }
        + [
          (mark.map { $0.glyph(.unicode) + " " } ?? "") + scene.run.vocabulary.text(result.answer.tokens),
          settings,
        ]
      return row(cells)
    }
    let unavailable = scene.run.unavailable.map { one in
      "<tr><td>\(Self.shown(one.policy.title))</td><td colspan=\"\(columns.count + 2)\">no result: \(Self.shown(one.reason))</td></tr>"
    }
    let heads = ["policy"] + columns.map(\.title) + ["answer", "settings"]
    let notes = columns.map { "<li>\(Self.shown($0.note(scene.display.keys)))</li>" }
    return """
      <table>
      <tr>\(heads.map { "<th>\($0)</th>" }.joined())</tr>
      \((rows + unavailable).joined(separator: "\n"))
      </table>
      <ul class="notes">
      \(notes.joined(separator: "\n"))
      </ul>
      """
  }

  /// What the same caches answer to other questions; nothing without any.
  func otherQuestions() -> String {
    scene.run.answered.map { answered in
      let rows = ([answered.full] + answered.results).map { result in
        row([
          result.policy.title, result.recall.map { decimal($0, 3) } ?? "",
          result.massRecall.map { decimal($0, 3) } ?? "", scene.run.vocabulary.text(result.answer.tokens),
        ])
      }
      return """

        <p>The same caches, asked: <q>\(Self.shown(answered.question))</q></p>
        <table>
        <tr><th>policy</th><th>recall</th><th>mass recall</th><th>answer</th></tr>
        \(rows.joined(separator: "\n"))
        </table>
        """
    }.joined()
  }

  private func row(_ cells: [String]) -> String {
    "<tr>" + cells.map { "<td>\(Self.shown($0))</td>" }.joined() + "</tr>"
  }
}
