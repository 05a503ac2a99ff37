import Exploration
import Screen

/// The rows of the heatmap at the shown step: queries of the window, the lookahead, and true decoding.
struct HeatmapRows {
  /// A row.
  struct Entry {
    let section: AttentionRows.Section
    /// The row's name, `w-8`, `q0`, `d0`.
    let label: String
    /// Its place in the section.
    let index: Int
    /// Where its token stands in the text and the answer behind it.
    let position: Int
  }

  let entries: [Entry]
  /// The row under the cursor, an index: the one that was chosen, or else the one that matters at the shown
  /// step; `nil` where there is none.
  let chosen: Int?
  /// The row that is held to be compared with others, an index.
  let held: Int?
  /// The shown step's row, an index: that of the token which was decoded then.
  let step: Int?
  /// The row of each section around which rows are shown where not all have room: the shown step's, or that
  /// of the first token at which the compared answers part; of the window its newest.
  let focus: [AttentionRows.Section: Int]
  /// How many rows each section would have, where it has more than are computed.
  let totals: [AttentionRows.Section: Int]
  private let attention: AttentionRows?
  private let memory: PooledRows

  init(_ scene: Scene) {
    memory = scene.display.pooledRows
    let request = scene.attentionRequest
    attention = scene.details.attention?.request == request ? scene.details.attention : nil
    guard scene.run.recording != nil else {
      (entries, chosen, held, step, focus, totals) = ([], nil, nil, nil, [:], [:])
      return
    }
    let window = request?.windowCount ?? 0
    let end = scene.run.prompt.tokens.count
    var entries = (0..<window).map {
      Entry(section: .window, label: "w-\(window - $0)", index: $0, position: end - window + $0)
    }
    var lookahead = scene.result?.lookahead?.queries.count ?? 0
    var decode = scene.run.decodeQueries?.count ?? 0
    switch scene.shownStep {
    case .prefill: (lookahead, decode) = (0, 0)
    case .lookahead(let index): (lookahead, decode) = (min(lookahead, index + 1), 0)
    case .evict, .question: decode = scene.cursor.step == nil ? decode : 0
    case .decode(let index): decode = scene.cursor.step == nil ? decode : min(decode, index + 1)
    }
    let limit = AttentionRows.rowLimit
    totals = [.window: window, .lookahead: lookahead, .decode: decode]
    entries += (0..<min(lookahead, limit)).map {
      Entry(section: .lookahead, label: "q\($0)", index: $0, position: end + $0)
    }
    let asked = scene.questionCount
    entries += (0..<min(decode, limit)).map {
      Entry(section: .decode, label: "d\($0)", index: $0, position: end + asked + $0)
    }
    self.entries = entries
    let shown: Int? =
      switch scene.cursor.step == nil ? nil : scene.shownStep {
      case .lookahead(let index)?, .decode(let index)?: index
      case .prefill?, .evict?, .question?, nil: scene.firstDifference
      }
    var focus: [AttentionRows.Section: Int] = [:]
    for section in AttentionRows.Section.allCases {
      let indices = entries.indices.filter { entries[$0].section == section }
      guard let first = indices.first, let last = indices.last else { continue }
      focus[section] = section == .window ? last : min(first + (shown ?? last), last)
    }
    self.focus = focus
    let usual = focus[.decode] ?? focus[.lookahead] ?? focus[.window]
    held = scene.cursor.heldRow.flatMap { row in
      entries.firstIndex { $0.section == row.section && $0.index == row.index }
    }
    step =
      switch scene.cursor.step == nil ? nil : scene.shownStep {
      case .lookahead?: focus[.lookahead]
      case .decode?: focus[.decode]
      case .prefill?, .evict?, .question?, nil: nil
      }
    chosen = entries.isEmpty ? nil : min(max(0, scene.cursor.heatmapRow ?? usual ?? 0), entries.count - 1)
  }

  /// Whether the rows at this place are still being computed.
  var isWaiting: Bool { attention == nil && !entries.isEmpty }

  /// One row's attention over the prompt keys, `[tokenCount]`, for the chosen head or all of them; `nil`
  /// while it is computed.
  func weights(_ entry: Entry) -> [Float]? { attention?.weights(entry.section, entry.index) }

  /// One row's largest attention in each cell; `nil` while it is computed.
  func pooled(_ entry: Entry, _ columns: HeatmapColumns) -> [Float]? {
    guard let attention else { return nil }
    return memory.cells(entry, of: attention, columns)
  }

  /// A row's own token as it is written.
  func word(_ entry: Entry, _ scene: Scene, _ glyphs: GlyphSet) -> String {
    let tokens: [Int]
    switch entry.section {
    case .window:
      let text = scene.display.texts.text(
        scene.run.prompt, glyphs: glyphs, showsSpaces: !scene.display.theme.hasColor)
      return text.pieces.indices.contains(entry.position) ? text.pieces[entry.position].text : ""
    case .lookahead: tokens = scene.result?.lookahead?.pseudo.tokens ?? []
    case .decode: tokens = scene.run.full?.answer.tokens ?? []
    }
    return tokens.indices.contains(entry.index)
      ? scene.run.vocabulary.written(tokens[entry.index], glyphs) : ""
  }

  /// The most attention that a row gives a key which is no sink; `nil` while they are computed.
  var largest: Float? { attention?.largestBesideSinks }

  /// How well the rows of some sections foresee the true ones; `nil` without both at this step.
  func agreement(of sections: Set<AttentionRows.Section>) -> RowAgreement? {
    guard sections.isSubset(of: entries.map(\.section)), entries.contains(where: { $0.section == .decode })
    else { return nil }
    return attention?.agreement(of: sections)
  }
}
