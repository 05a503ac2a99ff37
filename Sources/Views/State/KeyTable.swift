import Screen

/// The one table of keys: dispatch, footer, help overlay, manual and README are made from it.
///
/// A value: a person's own keys make another table of it (`KeyTable+Custom.swift`).
package struct KeyTable: Sendable {
  /// What a key does.
  package enum Action: String, Sendable, CaseIterable {
    case left, down, up, right, halfPageDown, halfPageUp, pageDown, pageUp, first, last, lineStart, lineEnd
    case textView, heatmapView, headsView, compareView, timelineView, lookaheadView
    case layerDown, layerUp, headDown, headUp, headMode
    case policyNext, policyPrevious, pin, budgetUp, budgetDown, granularity, window, pseudoTokens, mask
    case stepForward, stepBack, phaseForward, phaseBack, play, open
    case loss, losses, tokenHeads, tokenNext, tokenPrevious, answers, settings, course, cover, scale,
      compareRows,
      zoomIn, zoomOut, pairing, figureNext, figurePrevious, sort,
      plot
    case theme, notes, question, questionAfter, questionNext, questionPrevious, search, searchNext,
      searchPrevious
    case select, keep, evict, scope, why, exchange
    case copy, export, exportEverything, run, undo, help, command, number, redraw, suspend, interrupt, back,
      quit
  }

  /// One row of the table.
  package struct Binding: Sendable {
    /// Every key that does it.
    package internal(set) var keys: [Key]
    /// The keys as they are written on screens.
    package internal(set) var shown: String
    /// What it does.
    package let action: Action
    /// What it does, in a few words.
    package let words: String
    /// The group in the help.
    package let group: String
    /// One word for the footer; `nil` when it has no place there.
    package let hint: String?
    /// The views in which it does something; `nil` for all. In these it goes before another binding of the
    /// key.
    package let views: Set<ViewState.View>?

    init(
      _ keys: [Key], _ shown: String, _ action: Action, _ words: String, group: String,
      hint: String? = nil, views: Set<ViewState.View>? = nil
    ) {
      self.keys = keys
      self.shown = shown
      self.action = action
      self.words = words
      self.group = group
      self.hint = hint
      self.views = views
    }

    /// Whether it does something in a view.
    func acts(in view: ViewState.View) -> Bool { views?.contains(view) ?? true }

    /// Whether it decodes, which a trace cannot.
    var needsModel: Bool {
      [.why, .question, .questionAfter, .questionNext, .questionPrevious].contains(action)
    }
  }

  /// The rows as the program comes.
  package static let bindings: [Binding] = [
    Binding([.character("h"), .left], "h", .left, "token or cell to the left", group: "MOVE"),
    Binding([.character("j"), .down], "j", .down, "line or row below", group: "MOVE"),
    Binding([.character("k"), .up], "k", .up, "line or row above", group: "MOVE"),
    Binding([.character("l"), .right], "l", .right, "token or cell to the right", group: "MOVE"),
    Binding([.control("d")], "C-d", .halfPageDown, "half a page down", group: "MOVE"),
    Binding([.control("u")], "C-u", .halfPageUp, "half a page up", group: "MOVE"),
    Binding([.pageDown], "PgDn", .pageDown, "a page down", group: "MOVE"),
    Binding([.pageUp], "PgUp", .pageUp, "a page up", group: "MOVE"),
    Binding([.character("g"), .home], "g", .first, "first token", group: "MOVE"),
    Binding([.character("G"), .end], "G", .last, "last token", group: "MOVE"),
    Binding([.character("0")], "0", .lineStart, "start of the line", group: "MOVE"),
    Binding([.character("$")], "$", .lineEnd, "end of the line", group: "MOVE"),
    Binding([.character("/")], "/", .search, "find text, #id or /regex/", group: "MOVE", hint: "find"),
    Binding([.character("n")], "n", .searchNext, "find again", group: "MOVE"),
    Binding([.character("N")], "N", .searchPrevious, "find before", group: "MOVE"),
    Binding([.character("'")], "'", .tokenNext, "token after, in any view", group: "MOVE"),
    Binding([.character(";")], ";", .tokenPrevious, "token before, in any view", group: "MOVE"),
    Binding([.character("1")], "1", .textView, "text view", group: "CHOOSE", hint: "view"),
    Binding([.character("2")], "2", .heatmapView, "heatmap view", group: "CHOOSE"),
    Binding([.character("3")], "3", .headsView, "heads view", group: "CHOOSE"),
    Binding([.character("4")], "4", .compareView, "compare view", group: "CHOOSE"),
    Binding([.character("5")], "5", .timelineView, "timeline view", group: "CHOOSE"),
    Binding([.character("6")], "6", .lookaheadView, "lookahead view", group: "CHOOSE"),
    Binding([.character("[")], "[", .layerDown, "layer below", group: "CHOOSE", hint: "layer"),
    Binding([.character("]")], "]", .layerUp, "layer above", group: "CHOOSE"),
    Binding([.character("{")], "{", .headDown, "head before", group: "CHOOSE", hint: "head"),
    Binding([.character("}")], "}", .headUp, "head after", group: "CHOOSE"),
    Binding(
      [.character("m")], "m", .headMode, "head, mean or max of heads", group: "CHOOSE", views: [.heatmap]),
    Binding([.character("p")], "p", .policyNext, "next policy", group: "CHOOSE", hint: "policy"),
    Binding([.character("P")], "P", .policyPrevious, "previous policy", group: "CHOOSE"),
    Binding([.character("x")], "x", .pin, "pin policy to compare", group: "CHOOSE", hint: "pin"),
    Binding([.character("b")], "b", .budgetDown, "smaller budget", group: "CHOOSE", hint: "budget"),
    Binding([.character("B")], "B", .budgetUp, "larger budget", group: "CHOOSE"),
    Binding([.character("a")], "a", .granularity, "per KV head or query head", group: "CHOOSE"),
    Binding([.character("w")], "w", .window, "the policy's window", group: "CHOOSE", hint: "window"),
    Binding([.character("M")], "M", .pseudoTokens, "LAQ's pseudo tokens", group: "CHOOSE"),
    Binding([.character("W")], "W", .mask, "what LAQ's rows see", group: "CHOOSE"),
    Binding([.character("i")], "i", .question, "ask another question", group: "CHOOSE", hint: "question"),
    Binding([.character("I")], "I", .questionAfter, "question after the eviction", group: "CHOOSE"),
    Binding([.character(")")], ")", .questionNext, "next of several questions", group: "CHOOSE"),
    Binding([.character("(")], "(", .questionPrevious, "previous question", group: "CHOOSE"),
    Binding([.character("u")], "u", .undo, "undo change of settings", group: "CHOOSE"),
    Binding([.character("A")], "A", .exchange, "keep settings; go to others", group: "CHOOSE"),
    Binding([.character("v")], "v", .select, "select a span from here", group: "EDIT", views: [.text]),
    Binding(
      [.character("K")], "K", .keep, "keep the token or span", group: "EDIT", hint: "keep", views: [.text]),
    Binding([.character("X")], "X", .evict, "evict the token or span", group: "EDIT", views: [.text]),
    Binding([.character("S")], "S", .scope, "in this head, layer, all", group: "EDIT", views: [.text]),
    Binding([.character("Y")], "Y", .why, "why was the answer lost?", group: "EDIT", hint: "why"),
    Binding([.character(".")], ".", .stepForward, "next step", group: "STEP", hint: "step"),
    Binding([.character(",")], ",", .stepBack, "previous step", group: "STEP"),
    Binding([.character(">")], ">", .phaseForward, "next phase", group: "STEP", hint: "phase"),
    Binding([.character("<")], "<", .phaseBack, "previous phase", group: "STEP"),
    Binding([.character(" ")], "Space", .play, "play or pause", group: "STEP", hint: "play"),
    Binding([.character("r")], "r", .run, "run again", group: "STEP"),
    Binding([.character("o")], "o", .loss, "largest loss; again: the next", group: "LOOK", hint: "loss"),
    Binding([.character("O")], "O", .losses, "list of losses, all heads", group: "LOOK"),
    Binding(
      [.character("T")], "T", .tokenHeads, "the token in all heads", group: "LOOK",
      hint: "token"),
    Binding([.enter], "Enter", .open, "open: place, head, answer", group: "LOOK", hint: "open"),
    Binding([.character("R")], "R", .answers, "read the whole answers", group: "LOOK", hint: "read"),
    Binding(
      [.character("d")], "d", .settings, "details: the settings", group: "LOOK", hint: "settings",
      views: [.compare]),
    Binding(
      [.character("d")], "d", .course, "the answer, step by step", group: "LOOK", hint: "course",
      views: [.timeline]),
    Binding([.character("c")], "c", .cover, "marks under the text", group: "LOOK", views: [.text]),
    Binding(
      [.character("z")], "z", .scale, "scale: sink-free, log, linear", group: "LOOK", views: [.heatmap]),
    Binding(
      [.character("=")], "=", .compareRows, "compare this row with others", group: "LOOK",
      hint: "compare rows",
      views: [.heatmap]),
    Binding(
      [.character("+")], "+", .zoomIn, "closer: fewer tokens, digits", group: "LOOK", hint: "zoom",
      views: [.heatmap, .heads, .timeline]),
    Binding(
      [.character("-")], "-", .zoomOut, "more tokens, all heads", group: "LOOK",
      views: [.heatmap, .heads, .timeline]),
    Binding([.character("Z")], "Z", .pairing, "two rows or one in a line", group: "LOOK", views: [.heatmap]),
    Binding(
      [.character("f")], "f", .figureNext, "next figure", group: "LOOK", hint: "figure",
      views: [.heads, .timeline, .lookahead]),
    Binding(
      [.character("F")], "F", .figurePrevious, "previous figure", group: "LOOK",
      views: [.heads, .timeline, .lookahead]),
    Binding(
      [.character("s")], "s", .sort, "sort; again: turn round", group: "LOOK", hint: "sort",
      views: [.heads, .compare]),
    Binding(
      [.character(" ")], "Space", .plot, "plot this policy, or not", group: "LOOK", hint: "plot",
      views: [.compare]),
    Binding([.character("t")], "t", .theme, "theme", group: "LOOK"),
    Binding([.character("H")], "H", .notes, "hints: notes on or off", group: "LOOK"),
    Binding([.character("y")], "y", .copy, "copy token, answer or row", group: "KEEP", hint: "copy"),
    Binding([.character("e")], "e", .export, "export this view", group: "KEEP", hint: "export"),
    Binding([.character("E")], "E", .exportEverything, "export everything", group: "KEEP"),
    Binding([.character(":")], ":", .command, "command", group: "KEEP", hint: "command"),
    Binding([.character("#")], "#", .number, "a count, as in #12]", group: "KEEP"),
    Binding([.character("?"), .function(1)], "?", .help, "help", group: "TERMINAL", hint: "help"),
    Binding([.control("l")], "C-l", .redraw, "draw again", group: "TERMINAL"),
    Binding([.control("z")], "C-z", .suspend, "suspend", group: "TERMINAL"),
    Binding([.control("c")], "C-c", .interrupt, "stop work; twice: quit", group: "TERMINAL"),
    Binding([.escape], "Esc", .back, "back out, stop work", group: "TERMINAL"),
    Binding([.character("q"), .function(10)], "q", .quit, "quit", group: "TERMINAL", hint: "quit"),
  ]

  /// The table as the program comes.
  package static let standard = KeyTable(rows: bindings)

  /// The rows, in the order of the help.
  package let rows: [Binding]
  private let byKey: [Key: [Binding]]

  init(rows: [Binding]) {
    self.rows = rows
    byKey = Dictionary(grouping: rows.flatMap { row in row.keys.map { (key: $0, row: row) } }) { $0.key }
      .mapValues { $0.map(\.row) }
  }

  /// What a key does in a view: a binding for that view, else one for all, else one that belongs to other
  /// views.
  package func binding(for key: Key, in view: ViewState.View) -> Binding? {
    let all = byKey[key] ?? []
    return all.first { $0.views?.contains(view) ?? false } ?? all.first { $0.views == nil } ?? all.first
  }

  /// The footer's hints that fit a width: those of the view first, then those of all views; help and quit
  /// always.
  func footer(
    for view: ViewState.View, showsHelp: Bool, showsWhy: Bool = false, showsAnswer: Bool = false,
    showsLosses: Bool = false, hasModel: Bool = true,
    width: Int
  ) -> [(keys: String, word: String)] {
    if showsHelp {
      return [(label(.down), "scroll"), ("Tab", "keys or words"), (label(.help), "close help")]
    }
    if showsWhy {
      return [
        (label(.down), "scroll"), (shown(.open), "keep these"), (shown(.export), "export"),
        (shown(.back), "stop, close"), (shown(.stepForward), "next token"),
      ]
    }
    if showsLosses {
      return [
        (label(.down), "row"), (shown(.open), "go"), (shown(.sort), "step"), (shown(.figureNext), "head"),
        (shown(.select), "tokens"), (shown(.policyNext), "policy"), (shown(.export), "export"),
        (shown(.back), "close"),
      ]
    }
    if showsAnswer {
      return [
        (label(.down), "scroll"), (label(.policyNext), "policy"), (shown(.copy), "copy"),
        (shown(.back), "close"),
      ]
    }
    let wanted = rows.filter { binding in
      binding.hint != nil && binding.acts(in: view) && (hasModel || !binding.needsModel)
        && binding.keys.contains { self.binding(for: $0, in: view)?.action == binding.action }
    }
    let own = Self.own[view] ?? []
    let first = own.flatMap { action in wanted.filter { $0.action == action } }
    // Help and quit must stay when the line is short.
    let last = wanted.filter { $0.action == .help || $0.action == .quit }
    let middle = wanted.filter { binding in
      binding.action != .help && binding.action != .quit && !own.contains(binding.action)
        && !Self.onlyWhereOwn.contains(binding.action)
    }
    var hints: [(keys: String, word: String)] = []
    var used = 0
    let reserve = last.reduce(0) { $0 + $1.shown.count + ($1.hint?.count ?? 0) + 3 }
    for binding in first + middle + last {
      guard let word = binding.hint else { continue }
      let keys = binding.action == .help ? binding.shown : label(binding.action)
      let size = keys.count + word.count + 3
      // What stays at the end keeps its room, whatever its keys are.
      let isLast = last.contains { $0.action == binding.action }
      guard used + size + (isLast ? 0 : reserve) <= width else { continue }
      hints.append((keys, word))
      used += size
    }
    return hints
  }

  /// The actions that a view is there for, in the order of its footer.
  private static let own: [ViewState.View: [Action]] = [
    .text: [.textView, .layerDown, .headDown, .policyNext, .pin, .loss, .why, .tokenHeads],
    .heatmap: [.textView, .layerDown, .headDown, .policyNext, .zoomIn, .compareRows],
    .heads: [.textView, .figureNext, .sort, .open, .tokenHeads, .policyNext, .pin],
    .compare: [.textView, .policyNext, .pin, .open, .sort, .plot, .settings, .budgetDown, .window],
    .timeline: [.textView, .stepForward, .phaseForward, .play, .course, .open, .policyNext],
    .lookahead: [.textView, .open, .figureNext, .policyNext, .pseudoTokens, .budgetDown],
  ]

  /// Hints that would only crowd the other views' footers.
  private static let onlyWhereOwn: Set<Action> = [.phaseForward, .play, .open, .tokenHeads]
}
