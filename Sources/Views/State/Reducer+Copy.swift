import Exploration
import Screen

extension ViewState {
  /// Copies what is under the cursor: the token or the selected span, a head's or a policy's row, an answer.
  mutating func copyWhatIsUnderTheCursor(glyphs: GlyphSet) -> Effect {
    // An empty text would empty the clipboard.
    guard let (name, text) = underCursor, !text.isEmpty else {
      message = "there is nothing to copy here"
      return .none
    }
    // What is copied is seen, though a terminal that keeps its clipboard to itself says nothing.
    let seen = TextWidth.clipped(
      Sanitizer.visible(text, glyphs: glyphs, spaces: false), to: 200, ellipsis: glyphs.ellipsis)
    message = "copied \(name): \(seen)"
    return .copy(text)
  }

  /// What is under the cursor, by its name.
  private var underCursor: (name: String, text: String)? {
    if overlays.showsWhy { return why.flatMap(lostRow) }
    if overlays.showsLosses { return chosenLoss.map { row(of: $0) } }
    if overlays.showsAnswer || display.view == .timeline {
      return answerText.map { ("the answer of \(setup.policyTitle)", $0) }
    }
    switch display.view {
    case .text:
      let span = cursor.selection.clamped(to: 0...max(0, run.prompt.tokens.count - 1))
      let text = String(decoding: span.flatMap { run.prompt.bytes(at: $0) }, as: UTF8.self)
      return (
        span.count == 1 ? "token \(cursor.position)" : "tokens \(span.lowerBound) to \(span.upperBound)", text
      )
    case .heatmap:
      let rows = HeatmapRows(scene)
      guard let chosen = rows.chosen, let weights = rows.weights(rows.entries[chosen]) else { return nil }
      return ("row \(rows.entries[chosen].label)", weights.map { String($0) }.joined(separator: "\t"))
    case .heads:
      let cells = HeadFigure.allCases.compactMap { figure -> String? in
        guard let values = figure.values(scene), cursor.layer < values.count,
          cursor.head < values[cursor.layer].count
        else {
          return nil
        }
        return "\(figure.title) \(decimal(values[cursor.layer][cursor.head], 4))"
      }
      guard !cells.isEmpty else { return nil }
      return (
        "head \(cursor.layer + 1).\(cursor.head + 1)",
        (["head \(cursor.layer + 1).\(cursor.head + 1)", setup.policyTitle] + cells).joined(separator: "\t")
      )
    case .compare:
      guard let row = CompareTable(scene).rows.first(where: { $0.index == setup.policy }),
        let figures = row.figures
      else { return nil }
      let cells = CompareColumn.allCases.filter { $0 != .policy && $0 != .answer }.map {
        "\($0.title) \($0.text(figures))"
      }
      return ("the row of \(row.title)", ([row.title] + cells + [answerText ?? ""]).joined(separator: "\t"))
    case .lookahead: return studyRowText
    case .timeline: return nil
    }
  }

  private var studyRowText: (name: String, text: String)? {
    let table = LookaheadTable(scene)
    guard table.rows.indices.contains(scene.studyRow), let study = scene.study,
      let result = try? study.result(of: table.rows[scene.studyRow])?.get()
    else { return nil }
    let row = table.rows[scene.studyRow]
    let figures = ResultFigures(result, of: study.run ?? run)
    let cells = LookaheadTable.Column.allCases.filter { $0 != .answer }.map {
      "\($0.title) \(table.text($0, row, result, figures))"
    }
    let answer = String(
      decoding: result.answer.tokens.flatMap { run.vocabulary.bytes(of: $0) }, as: UTF8.self)
    return ("the row of \(row.title)", ([row.policy.name] + cells + [answer]).joined(separator: "\t"))
  }

  private var answerText: String? {
    guard let result = scene.result, result.hasAnswer else { return nil }
    return String(decoding: result.answer.tokens.flatMap { run.vocabulary.bytes(of: $0) }, as: UTF8.self)
  }

  private func row(of loss: LossList.Entry) -> (String, String) {
    let token = loss.token
    let text = String(decoding: run.prompt.bytes(at: token.position), as: UTF8.self)
    let place = [token.position, token.layer + 1, token.queryHead + 1, loss.step + 1].map { String($0) }
    return ("the row", ([text] + place + [decimal(Double(token.share), 4)]).joined(separator: "\t"))
  }

  private func lostRow(_ finding: WhyFinding) -> (String, String)? {
    let rows = WhyList.rows(of: finding)
    guard rows.indices.contains(overlays.whyTop) else { return nil }
    let piece = rows[overlays.whyTop].piece
    let head = ["\(piece.layer + 1)", "\(piece.queryHead + 1)"]
    guard let token = piece.token, run.prompt.tokens.indices.contains(token.position) else {
      return ("the first row shown", (["all \(piece.count)", ""] + head).joined(separator: "\t"))
    }
    let text = String(decoding: run.prompt.bytes(at: token.position), as: UTF8.self)
    return (
      "the first row shown",
      ([text, "\(token.position)"] + head + [decimal(Double(token.share), 4)]).joined(separator: "\t")
    )
  }
}
