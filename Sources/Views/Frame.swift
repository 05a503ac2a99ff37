import Exploration
import Screen

/// What every view shares: the box with its title, the status line and the footer.
struct Frame {
  let state: ViewState
  let glyphs: GlyphSet
  var grid: Grid
  /// What lies where, if somebody asks.
  private(set) var targets: Targets?

  /// The rows inside the box above the status line and the tour's words.
  let content: Range<Int>
  /// The tour's words, if there is a tour.
  let panel: TourPanel?
  /// Columns inside the box, with a space at each side.
  let left = 2
  let right: Int

  var theme: Theme { state.theme }
  var width: Int { right - left }

  /// - Parameter marking: whether to note what lies where, which a screen alone does not need.
  init(_ state: ViewState, size: Size, glyphs: GlyphSet, marking: Bool = false) {
    self.state = state
    targets = marking ? Targets() : nil
    self.glyphs = glyphs
    grid = Grid(size)
    right = size.width - 2
    panel = TourPanel(state, size: size, glyphs: glyphs)
    content = 1..<size.height - 4 - (panel?.rowsTaken ?? 0)
    drawChrome(size)
  }

  private mutating func drawChrome(_ size: Size) {
    let frame = theme[.frame]
    let box = Rect(column: 0, row: 0, width: size.width, height: size.height - 1)
    let isWide = size.width >= 100
    // The policy and its budget must stay when the line is short.
    var title = isWide ? [Span("laq-tui", theme[.title]), Span("  ")] : []
    if size.width >= 76 {
      title.append(
        Span(
          TextWidth.clipped(
            Sanitizer.visible(state.story.prompt.name, glyphs: glyphs, spaces: false),
            to: isWide ? 24 : 12, ellipsis: glyphs.ellipsis), theme[.text]))
      title.append(Span(" \(glyphs.dot) ", theme[.dim]))
    }
    // The box leaves a corner, a line and a space before the title.
    var column = 3 + title.reduce(0) { $0 + $1.width }
    for view in ViewState.View.allCases {
      // Where the names of all views have no room, the open one has.
      let isOpen = view == state.view
      let text = isWide || isOpen ? "\(view.rawValue) \(view.title)" : "\(view.rawValue)"
      title.append(isOpen ? Span("[\(text)]", theme[.tab]) : Span(" \(text) ", theme[.dim]))
      mark(.view(view), row: 0, columns: column..<column + text.count + 2)
      column += text.count + 2
    }
    let trailing = [
      Span(state.policyTitle, theme[.accent]), Span("  B=\(state.settings.budget)"),
      Span("  n=\(state.story.prompt.tokens.count)", theme[.dim]),
    ]
    grid.box(box, glyphs: glyphs, style: frame, title: title, trailing: trailing)
    grid.rule(
      row: size.height - 4, column: 0, width: size.width, glyphs: glyphs, style: frame, joined: true)
    line(size.height - 3, status)
    if let entry = state.entry {
      EntryLine(entry: entry, theme: theme, glyphs: glyphs).draw(into: &grid, row: size.height - 1)
    } else if state.isCounting || state.count != nil {
      let typed = "#\(state.count.map(String.init) ?? "")"
      grid.put([Span(typed, theme[.text]), Span("  then a key; \(state.keys.shown(.back)) leaves", theme[.dim])], row: size.height - 1, column: 1, limit: size.width)
    } else {
      drawFooter(row: size.height - 1)
    }
  }

  /// Writes one line of the box's inside.
  mutating func line(_ row: Int, _ spans: [Span], from column: Int = 0) {
    grid.put(spans, row: row, column: left + column, limit: right)
  }

  /// Notes what lies on some columns of the screen.
  mutating func mark(_ target: @autoclosure () -> Target, row: Int, columns: Range<Int>) {
    targets?.mark(target(), row: row, columns: columns)
  }

  /// Notes what lies on some columns of the box's inside.
  mutating func mark(_ target: @autoclosure () -> Target, row: Int, from column: Int, width: Int) {
    mark(target(), row: row, columns: left + column..<left + column + max(0, width))
  }

  /// A rule within the box.
  mutating func rule(_ row: Int) {
    grid.rule(row: row, column: left, width: width, glyphs: glyphs, style: theme[.frame])
  }

  /// Says in place of the footer what the covered status line has to say, unless it is only that all is done.
  mutating func drawStatusOverFooter(row: Int) {
    guard state.entry == nil, state.message != nil || !state.story.isFinished || state.why?.isFinished == false else { return }
    grid.fill(Rect(column: 0, row: row, width: grid.width, height: 1))
    line(row, status)
  }

  private var status: [Span] {
    if let entry = state.entry, let spans = EntryLine(entry: entry, theme: theme, glyphs: glyphs).candidates(width: width) {
      return spans
    }
    if let message = state.message {
      return [Span(Sanitizer.visible(message, glyphs: glyphs, spaces: false), theme[.warning])]
    }
    if let notes = state.entry?.notes(keys: state.keys), !notes.isEmpty { return Line.note(notes, style: theme[.note], width: width) }
    let times = state.story.seconds
    let spinner = Span(glyphs.spinner[state.tick % glyphs.spinner.count] + " ", theme[.accent])
    if let why = state.why, !why.isFinished {
      return [spinner, Span("why: \(why.tries) sets of tokens restored and decoded on   \(state.keys.shown(.back)) stops", theme[.status])]
    }
    switch state.story.stage {
    case .opening:
      return [spinner, Span("opening the \(state.story.hasModel ? "model" : "trace")", theme[.status])]
    case .loading(let layer, let count):
      return [spinner, Span("reading the model, layer \(layer + 1) of \(count)   \(state.keys.shown(.back)) stops", theme[.status])]
    case .reading(let policy, let index, let count):
      return [spinner, Span("reading the trace: \(policy.title), \(index + 1) of \(count)   \(state.keys.shown(.back)) stops", theme[.status])]
    case .prefill(let progress), .pass(let progress):
      let share = 100 * progress.tokensDone / max(1, progress.tokenCount)
      let name = if case .pass = state.story.stage { "second pass" } else { "prefill" }
      var text = "\(name) \(grouped(progress.tokensDone)) of \(grouped(progress.tokenCount)) tokens, \(share) %"
      if let left = progress.secondsLeft, progress.seconds > 0.2 {
        text += "  \(glyphs.dot)  \(grouped(Int(progress.tokensPerSecond))) tokens/s, \(decimal(left, left < 10 ? 1 : 0)) s left"
      }
      return [spinner, Span(text + "   \(state.keys.shown(.back)) stops", theme[.status])]
    case .lookahead(let step):
      return [spinner, Span("lookahead and full answer, token \(step)   \(state.keys.shown(.back)) stops", theme[.status])]
    case .decode(let step):
      return [spinner, Span("answers of \(state.story.lanes.count) policies, token \(step)   \(state.keys.shown(.back)) stops", theme[.status])]
    case .follow(let step):
      return [spinner, Span("following the full answer, token \(step)   \(state.keys.shown(.back)) stops", theme[.status])]
    case .measure: return [spinner, Span("figures of every head   \(state.keys.shown(.back)) stops", theme[.status])]
    case .failed(let reason): return [Span(reason, theme[.error])]
    case .cancelled: return [Span("stopped; \(state.keys.shown(.run)) runs again", theme[.warning])]
    case .done:
      var memory = ""
      if let lane = state.lane, let full = state.story.full {
        memory = "  \(glyphs.dot)  KV \(mebibytes(lane.kept.byteCount())) of \(mebibytes(full.kept.byteCount()))"
      }
      if let dropped = state.story.prompt.dropped {
        let bytes = dropped.byteCount == 1 ? "byte" : "bytes"
        memory += "  \(glyphs.dot)  \(grouped(dropped.byteCount)) \(bytes) without a token left out"
      }
      guard state.story.hasModel else {
        let model = Sanitizer.visible(state.story.modelName, glyphs: glyphs, spaces: false)
        let texts = ["a trace of \(model), read in \(seconds(times.total))\(memory)", "a trace of \(model)"]
        return Line.first(of: texts.map { [Span($0, theme[.status])] }, width: width)
      }
      var stages = "prefill \(seconds(times.prefill))  lookahead \(seconds(times.lookahead))"
      if times.passes > 0 { stages += "  passes \(seconds(times.passes))" }
      stages += "  evict \(seconds(times.eviction))  answers \(seconds(times.decode))"
      let texts = [stages, seconds(times.total)].map { "ready  \(glyphs.dot)  \($0)\(memory)" }
      return Line.first(of: texts.map { [Span($0, theme[.status])] }, width: width)
    }
  }

  private mutating func drawFooter(row: Int) {
    var column = 1
    let hints = state.keys.footer(
      for: state.view, showsHelp: state.showsHelp, showsWhy: state.showsWhy, hasModel: state.story.hasModel,
      width: grid.width - 2)
    for (keys, word) in hints {
      let spans = [Span(keys, theme[.footerKey]), Span(" \(word)  ", theme[.footer])]
      for (key, columns) in FooterKeys.targets(of: keys, word: word) {
        mark(.key(key), row: row, columns: column + columns.lowerBound..<column + columns.upperBound)
      }
      column = grid.put(spans, row: row, column: column, limit: grid.width)
    }
  }
}

/// Seconds with the digits that matter.
func seconds(_ value: Double) -> String { "\(decimal(value, value < 0.1 ? 3 : 2)) s" }

/// MiB with one or two decimals.
func mebibytes(_ bytes: Int) -> String {
  let value = Double(bytes) / 1_048_576
  return "\(decimal(value, value < 10 ? 2 : 1)) MiB"
}

/// A fixed number of decimals, without the locale; of what no screen would hold, its exponent.
func decimal(_ value: Double, _ places: Int) -> String {
  guard value.isFinite else { return "-" }
  let scale = (0..<places).reduce(1.0) { result, _ in result * 10 }
  guard abs(value) * scale < 1e18 else { return String(value) }
  let rounded = Int((abs(value) * scale).rounded())
  let whole = rounded / Int(scale)
  let sign = value < 0 && rounded > 0 ? "-" : ""
  guard places > 0 else { return "\(sign)\(whole)" }
  let fraction = String(rounded % Int(scale))
  return "\(sign)\(whole)." + String(repeating: "0", count: places - fraction.count) + fraction
}

/// A whole number with commas.
func grouped(_ value: Int) -> String {
  let digits = String(abs(value))
  var result = ""
  for (offset, digit) in digits.enumerated() {
    if offset > 0, (digits.count - offset) % 3 == 0 { result += "," }
    result.append(digit)
  }
  return value < 0 ? "-" + result : result
}
