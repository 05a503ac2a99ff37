import Screen

/// The one table of keys: dispatch, footer, help overlay and README are made from it.
public enum KeyTable {
  /// What a key does.
  public enum Action: String, Sendable, CaseIterable {
    case left, down, up, right, halfPageDown, halfPageUp, pageDown, pageUp, first, last, lineStart, lineEnd
    case textView, heatmapView
    case layerDown, layerUp, headDown, headUp, headMode
    case policyNext, policyPrevious, pin, budgetUp, budgetDown, granularity
    case stepForward, stepBack, phaseForward, phaseBack, play, open
    case loss, scale, zoomIn, zoomOut, theme, notes, search, searchNext, searchPrevious
    case export, run, undo, help, command, redraw, suspend, interrupt, back, quit
  }

  /// One row of the table.
  public struct Binding: Sendable {
    /// Every key that does it.
    public let keys: [Key]
    /// The keys as they are written on screens.
    public let shown: String
    /// What it does.
    public let action: Action
    /// What it does, in a few words.
    public let words: String
    /// The group in the help.
    public let group: String
    /// One word for the footer; `nil` when it has no place there.
    public let hint: String?
    /// The views in which it does something; `nil` for all.
    public let view: ViewState.View?

    init(
      _ keys: [Key], _ shown: String, _ action: Action, _ words: String, group: String,
      hint: String? = nil, view: ViewState.View? = nil
    ) {
      self.keys = keys
      self.shown = shown
      self.action = action
      self.words = words
      self.group = group
      self.hint = hint
      self.view = view
    }
  }

  /// All bindings.
  public static let bindings: [Binding] = [
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
    Binding([.character("/")], "/", .search, "find text or #id", group: "MOVE", hint: "find"),
    Binding([.character("n")], "n", .searchNext, "find again", group: "MOVE"),
    Binding([.character("N")], "N", .searchPrevious, "find before", group: "MOVE"),
    Binding([.character("1")], "1", .textView, "text view", group: "CHOOSE", hint: "text"),
    Binding([.character("2")], "2", .heatmapView, "heatmap view", group: "CHOOSE", hint: "heatmap"),
    Binding([.character("[")], "[", .layerDown, "layer below", group: "CHOOSE", hint: "layer"),
    Binding([.character("]")], "]", .layerUp, "layer above", group: "CHOOSE"),
    Binding([.character("{")], "{", .headDown, "head before", group: "CHOOSE", hint: "head"),
    Binding([.character("}")], "}", .headUp, "head after", group: "CHOOSE"),
    Binding([.character("m")], "m", .headMode, "head, mean or max of heads", group: "CHOOSE", view: .heatmap),
    Binding([.character("p")], "p", .policyNext, "next policy", group: "CHOOSE", hint: "policy"),
    Binding([.character("P")], "P", .policyPrevious, "previous policy", group: "CHOOSE"),
    Binding([.character("x")], "x", .pin, "pin policy to compare", group: "CHOOSE", hint: "pin"),
    Binding([.character("b")], "b", .budgetDown, "smaller budget", group: "CHOOSE", hint: "budget"),
    Binding([.character("B")], "B", .budgetUp, "larger budget", group: "CHOOSE"),
    Binding([.character("a")], "a", .granularity, "per KV head or query head", group: "CHOOSE"),
    Binding([.character("u")], "u", .undo, "undo change of settings", group: "CHOOSE"),
    Binding([.character(".")], ".", .stepForward, "next step", group: "STEP", hint: "step"),
    Binding([.character(",")], ",", .stepBack, "previous step", group: "STEP"),
    Binding([.character(">")], ">", .phaseForward, "next phase", group: "STEP"),
    Binding([.character("<")], "<", .phaseBack, "previous phase", group: "STEP"),
    Binding([.character(" ")], "Space", .play, "play or pause", group: "STEP"),
    Binding([.character("r")], "r", .run, "run again", group: "STEP"),
    Binding([.character("o")], "o", .loss, "where the loss is largest", group: "LOOK", hint: "loss"),
    Binding([.enter], "Enter", .open, "same place in the other view", group: "LOOK"),
    Binding([.character("z")], "z", .scale, "logarithmic or linear", group: "LOOK", view: .heatmap),
    Binding([.character("+"), .character("=")], "+", .zoomIn, "fewer tokens per cell", group: "LOOK", hint: "zoom", view: .heatmap),
    Binding([.character("-")], "-", .zoomOut, "more tokens per cell", group: "LOOK", view: .heatmap),
    Binding([.character("t")], "t", .theme, "theme", group: "LOOK"),
    Binding([.character("i")], "i", .notes, "notes on or off", group: "LOOK"),
    Binding([.character("e")], "e", .export, "export kept tokens", group: "KEEP", hint: "export"),
    Binding([.character(":")], ":", .command, "command", group: "KEEP", hint: "command"),
    Binding([.character("?"), .function(1)], "?", .help, "help", group: "TERMINAL", hint: "help"),
    Binding([.control("l")], "C-l", .redraw, "draw again", group: "TERMINAL"),
    Binding([.control("z")], "C-z", .suspend, "suspend", group: "TERMINAL"),
    Binding([.control("c")], "C-c", .interrupt, "stop work; twice: quit", group: "TERMINAL"),
    Binding([.escape], "Esc", .back, "back out, stop work", group: "TERMINAL"),
    Binding([.character("q"), .function(10)], "q", .quit, "quit", group: "TERMINAL", hint: "quit"),
  ]

  private static let actions = Dictionary(
    uniqueKeysWithValues: bindings.flatMap { binding in binding.keys.map { ($0, binding) } })

  /// The binding of a key, if it has one.
  public static func binding(for key: Key) -> Binding? { actions[key] }

  /// The footer's hints that fit a width.
  static func footer(
    for view: ViewState.View, showsHelp: Bool, width: Int
  ) -> [(keys: String, word: String)] {
    if showsHelp { return [("j k", "scroll"), ("? Esc", "close help")] }
    let pairs: [Action: String] = [
      .layerDown: "[ ]", .headDown: "{ }", .budgetDown: "b/B", .stepForward: ", .", .zoomIn: "+/-",
    ]
    var hints: [(keys: String, word: String)] = []
    var used = 0
    let wanted = bindings.filter { $0.hint != nil && ($0.view == nil || $0.view == view) }
    // Help and quit must stay when the line is short.
    let last = wanted.filter { $0.action == .help || $0.action == .quit }
    for binding in wanted.filter({ $0.action != .help && $0.action != .quit }) + last {
      guard let word = binding.hint else { continue }
      let keys = pairs[binding.action] ?? binding.shown
      let size = keys.count + word.count + 3
      let reserve = last.contains { $0.action == binding.action } ? 0 : 16
      guard used + size + reserve <= width else { continue }
      hints.append((keys, word))
      used += size
    }
    return hints
  }
}
