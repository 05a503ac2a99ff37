import Exploration

extension ViewState {
  /// The glossary's word for what is under the cursor.
  var wordUnderCursor: String {
    if overlays.showsWhy { return "restored" }
    if overlays.showsLosses { return "loss" }
    if overlays.showsAnswer { return "answer" }
    switch display.view {
    case .text: return wordOfToken
    case .heatmap:
      let rows = HeatmapRows(scene)
      switch rows.chosen.map({ rows.entries[$0].section }) {
      case .window?: return "window row"
      case .lookahead?: return "lookahead row"
      case .decode?: return "decode row"
      case nil: return "key"
      }
    case .heads: return display.heads.figure.word
    case .compare: return display.compare.showsSettings ? "settings" : display.compare.sortColumn.word
    case .lookahead: return wordOfStudyRow
    case .timeline where display.course.isShown: return display.course.figure.word
    case .timeline:
      switch scene.shownStep {
      case .prefill: return "prefill"
      case .lookahead: return "pseudo token"
      case .evict: return "evict"
      case .question: return "question"
      case .decode: return "next token"
      }
    }
  }

  private var wordOfStudyRow: String {
    let rows = scene.studyRequest?.rows ?? []
    guard rows.indices.contains(scene.studyRow) else { return "pseudo token" }
    return switch rows[scene.studyRow].place {
    case .none: "no lookahead"
    case .length: "pseudo token"
    case .source, .draft: "source"
    }
  }

  private var wordOfToken: String {
    let fates = TokenFates(scene).fates
    guard fates.indices.contains(cursor.position) else { return "token" }
    if case .lookahead = scene.shownStep { return "cheap cache" }
    return switch fates[cursor.position] {
    case .protected: "always kept"
    case .both: scene.pinnedResult == nil ? "kept" : "kept by both"
    case .active, .pinned: "kept by one only"
    case .neither: scene.pinnedResult == nil ? "evicted" : "evicted by both"
    case .undecided: "prefill"
    case .useless: "out of the window"
    }
  }
}

extension HeadFigure {
  /// The glossary's word for it.
  var word: String {
    switch self {
    case .massRecall: "mass"
    case .recall: "recall"
    case .uselessShare: "out of the window"
    case .windowWithSinks: HeadFigure.windowAgreement.title
    case .lookaheadWithSinks: HeadFigure.lookaheadAgreement.title
    case .tokenScore, .tokenRank: HeadFigure.tokenAttention.title
    default: title
    }
  }
}

extension CourseFigure {
  /// The glossary's word for it.
  var word: String { self == .entropy ? "undecided" : title }
}

extension CompareColumn {
  /// The glossary's word for it.
  var word: String {
    switch self {
    case .policy: "active"
    case .recall: "recall"
    case .massRecall: "mass"
    case .outputError: "output error"
    case .divergence: "KL"
    case .topOne: "top-1"
    case .kept: "kept"
    case .window: "window"
    case .chosen: "by score"
    case .bytes: "cache"
    case .time: "evict"
    case .answer: "answer"
    }
  }
}
