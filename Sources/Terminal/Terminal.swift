import CTerminal
import Foundation
import Screen

/// The terminal: shows grids, reads keys, and gives itself back at the end. Only one may be open.
///
/// The loop is: `nextEvents`, reduce, draw, `show`. Waiting blocks the main thread only, so work elsewhere
/// goes on; it reports by `wake()`.
@MainActor
package final class Terminal {
  private var shown: Grid?
  private var pairs = ColorPairs()
  private var isOpen = true
  private var showsEverything = true
  /// Events that were taken and not used.
  private var returned: ArraySlice<Event> = []
  private var decoder: InputDecoder
  /// When something was read last.
  private var lastInput = ContinuousClock.now
  /// What was read last; a place to read into.
  private var buffer = [UInt8](repeating: 0, count: 4_096)
  /// Events that are handled before the screen is drawn.
  private static let eventLimit = 32

  /// Call first in `main`, before any thread or task starts: the locale is the whole process' own.
  package nonisolated static func prepareProcess() { term_prepare() }

  /// Ends the wait of `nextEvent`; from any thread.
  package nonisolated static func wake() { term_wake() }

  /// Opens the terminal; keys come from /dev/tty when standard input is none. `maximumDepth` is for
  /// `NO_COLOR`.
  ///
  /// In the background the program is stopped meanwhile, as the system stops those that read a terminal.
  package init(mouse: Bool = true, maximumDepth: ColorDepth = .rgb) throws(TerminalError) {
    let environment = ProcessInfo.processInfo.environment
    let name = environment["TERM"] ?? ""
    switch Int(term_open(mouse ? 1 : 0)) {
    case Int(TERM_OPENED): break
    case Int(TERM_NO_OUTPUT): throw .outputIsNoTerminal
    case Int(TERM_NO_KEYBOARD): throw .noKeyboard
    case Int(TERM_UNKNOWN): throw .unknown(term: name)
    case Int(TERM_UNUSABLE): throw .unusable(term: name)
    case Int(TERM_ORPHANED): throw .background
    default: throw .failed
    }
    decoder = InputDecoder(
      patience: InputDecoder.Patience(environment), described: DescribedKeys.all, hasMouse: mouse,
      dollarEnds: name.hasPrefix("rxvt"))
    let like = String(cString: term_substitute())
    warning = like.isEmpty ? nil : "\(TerminalError.unknownWords(name)): drawn as \(like)"
    let colors = Int(term_colors())
    let own: ColorDepth =
      colors >= 1 << 24 ? .rgb : colors >= 256 ? .palette256 : colors >= 8 ? .eight : .mono
    colorDepth = min(own, maximumDepth)
  }

  /// What a person should know: the description that TERM names is not on this machine, and another one
  /// serves.
  package let warning: String?

  /// How many colours can be shown.
  package let colorDepth: ColorDepth

  /// Whether more than ASCII can be shown; else take the ASCII glyph set. What is beyond shows as `?`.
  package var isUTF8: Bool { term_utf8() != 0 }

  /// The window's size now.
  package var size: Size {
    var rows: Int32 = 0, columns: Int32 = 0
    term_size(&rows, &columns)
    return Size(width: Int(columns), height: Int(rows))
  }

  /// Shows a grid; only cells that differ from the last one are sent.
  package func show(_ grid: Grid) {
    guard isOpen else { return }
    let last = shown?.size == grid.size ? shown : nil
    for row in 0..<grid.height {
      for column in 0..<grid.width {
        let cell = grid[row, column]
        if cell.isContinuation || last?[row, column] == cell { continue }
        put(cell, row: row, column: column)
      }
    }
    let caret = grid.caret ?? Place(row: grid.height - 1, column: 0)
    term_refresh(showsEverything ? 1 : 0, Int32(caret.row), Int32(caret.column))
    showsEverything = false
    shown = grid
  }

  /// Draws everything again at the next `show`, for Ctrl-L.
  package func redraw() {
    shown = nil
    showsEverything = true
  }

  /// Waits for the next event, without end when the time is nil.
  package func nextEvent(timeoutMilliseconds: Int? = nil) -> Event {
    if let event = returned.popFirst() ?? pendingEvent() { return event }
    let end = timeoutMilliseconds.map { ContinuousClock.now.advanced(by: .milliseconds($0)) }
    while true {
      switch Int(term_wait(Self.milliseconds(until: [end, deadline].compactMap { $0 }.min()))) {
      case Int(TERM_WOKEN): return pendingEvent() ?? .wake
      case Int(TERM_CLOSED): return .closed
      case Int(TERM_RESUMED):
        redraw()
        return .resize
      default:
        if let event = pendingEvent() { return event }
        if let end, ContinuousClock.now >= end { return .none }
      }
    }
  }

  /// What the terminal has answered.
  var answers: TerminalAnswers { decoder.answers }

  /// The events that come until some time, or until the terminal has answered what it was asked.
  func events(until end: ContinuousClock.Instant, orAnswers isAnswered: (TerminalAnswers) -> Bool) -> [Event]
  {
    var events: [Event] = []
    while !isAnswered(answers), ContinuousClock.now < end {
      switch Int(term_wait(Self.milliseconds(until: [end, deadline].compactMap { $0 }.min()))) {
      // Whoever waits next is told so again.
      case Int(TERM_CLOSED): return events
      case Int(TERM_RESUMED): events.append(.resize)
      case Int(TERM_WOKEN): events.append(.wake)
      default: break
      }
      while let event = pendingEvent() { events.append(event) }
    }
    return events
  }

  private static func milliseconds(until time: ContinuousClock.Instant?) -> Int32 {
    guard let time else { return -1 }
    return Int32(clamping: Int(max(0, (time - .now) / .milliseconds(1)).rounded(.up)))
  }

  /// Waits for the next event, and takes those that have come already with it: a screen is drawn once for all
  /// of them.
  /// - Returns: at least one event, `.none` or `.closed` only as the last; no more than a person will wait
  /// for.
  package func nextEvents(timeoutMilliseconds: Int? = nil) -> [Event] {
    var events = [nextEvent(timeoutMilliseconds: timeoutMilliseconds)]
    while events.count < Self.eventLimit, events.last != .closed, events.last != Event.none {
      let event = nextEvent(timeoutMilliseconds: 0)
      guard event != .none else { break }
      events.append(event)
    }
    return events
  }

  /// Has events come again, before all others.
  func giveBack(_ events: ArraySlice<Event>) { returned = events + returned }

  /// Stops the program as Ctrl-Z does; comes back with everything drawn again.
  package func suspend() {
    term_suspend()
    redraw()
  }

  /// Asks the terminal again to tell pastes from typing: a shell that ran while the program was stopped takes
  /// that away.
  package func markPastes() { term_mark_pastes() }

  /// Gives the terminal back; what was written to standard error meanwhile appears now.
  package func close() {
    guard isOpen else { return }
    isOpen = false
    term_close()
  }

  /// When what has begun to come is decided by what there is of it.
  private var deadline: ContinuousClock.Instant? {
    decoder.patience.map { lastInput.advanced(by: .milliseconds($0)) }
  }

  /// What has come already.
  private func pendingEvent() -> Event? {
    if term_resized() != 0 {
      redraw()
      return .resize
    }
    while true {
      if let event = decoder.next() { return event }
      let count = Int(term_read(&buffer, Int32(buffer.count)))
      if count > 0 {
        decoder.feed(buffer[..<count])
        lastInput = .now
      } else if let deadline, ContinuousClock.now >= deadline {
        decoder.expire()
      } else {
        return nil
      }
    }
  }

  private func put(_ cell: Cell, row: Int, column: Int) {
    let scalars = cell.glyph.unicodeScalars.prefix(5).map { isUTF8 || $0.isASCII ? $0.value : 0x3F }
    let style = cell.style
    var attributes: UInt32 = 0
    if style.bold { attributes |= UInt32(TERM_BOLD) }
    if style.dim { attributes |= UInt32(TERM_DIM) }
    if style.reverse { attributes |= UInt32(TERM_REVERSE) }
    if style.underline { attributes |= UInt32(TERM_UNDERLINE) }
    let pair = pairs.number(for: style, depth: colorDepth)
    _ = term_put(
      Int32(row), Int32(column), isUTF8 ? scalars + [0] : [scalars.first ?? 0x20, 0], attributes, pair)
    if !isUTF8, cell.width == 2 { _ = term_put(Int32(row), Int32(column + 1), [0x20, 0], attributes, pair) }
  }
}

/// What ended a wait.
package enum Event: Hashable, Sendable {
  /// A key was pressed, or the mouse used.
  case key(Key)
  /// A text was pasted, where the terminal tells that from typing; its lines end with newlines.
  case paste(String)
  /// The window has a new size, or was brought back: draw again.
  case resize
  /// `Terminal.wake()` was called.
  case wake
  /// The time ran out.
  case none
  /// The terminal is gone.
  case closed
}
