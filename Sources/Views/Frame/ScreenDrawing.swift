import Screen

extension ViewState {
  /// The smallest window that a view can be read in.
  package static let smallestSize = Size(width: 60, height: 16)

  /// Whether a view can be read in a window.
  package static func hasRoom(_ size: Size) -> Bool {
    size.width >= smallestSize.width && size.height >= smallestSize.height
  }

  /// Draws the whole screen: a pure function of state, size and glyphs.
  package func draw(size: Size, glyphs: GlyphSet = .unicode) -> Grid {
    guard Self.hasRoom(size) else {
      return Self.tooSmall(size, quit: display.keys.shown(.quit), question: typing.question)
    }
    return frame(size: size, glyphs: glyphs).grid
  }

  /// What lies at a place of that screen.
  func target(row: Int, column: Int, size: Size, glyphs: GlyphSet) -> Target? {
    guard Self.hasRoom(size) else { return nil }
    return frame(size: size, glyphs: glyphs, marking: true).targets?.target(row: row, column: column)
  }

  /// The screen, and what lies where on it if that is to be noted.
  func frame(size: Size, glyphs: GlyphSet, marking: Bool = false) -> Frame {
    var frame = Frame(self, size: size, glyphs: glyphs, marking: marking)
    if overlays.showsHelp {
      helpView.draw(into: &frame)
    } else if overlays.showsWhy, let why {
      WhyView(scene, why, top: overlays.whyTop).draw(into: &frame)
    } else if overlays.showsLosses {
      LossView(scene).draw(into: &frame)
    } else if overlays.showsAnswer {
      AnswerView(scene, top: overlays.answerTop).draw(into: &frame)
    } else {
      switch display.view {
      case .text: TextView(scene, glyphs: glyphs).draw(into: &frame)
      case .heatmap: HeatmapView(scene).draw(into: &frame)
      case .heads: HeadsView(scene).draw(into: &frame)
      case .compare: CompareView(scene).draw(into: &frame)
      case .timeline where display.course.isShown: CourseView(scene).draw(into: &frame)
      case .timeline: TimelineView(scene).draw(into: &frame)
      case .lookahead: LookaheadView(scene).draw(into: &frame)
      }
    }
    // Over the last lines the tour says itself what the status says; beside them both are seen.
    if frame.panel?.isInside == false {
      frame.drawStatus()
      frame.panel?.draw(into: &frame)
    } else {
      frame.panel?.draw(into: &frame)
      frame.drawStatus()
    }
    return frame
  }

  /// Whether a key does what can be seen in a window that is too small for a view: leaving, and what leaving
  /// asks.
  func isKnownInSmallWindow(_ key: Key) -> Bool {
    if typing.question != nil { return true }
    if typing.entry != nil { return key == .escape }
    switch display.keys.binding(for: key, in: display.view)?.action {
    case .quit, .interrupt, .suspend, .redraw: return true
    default: return false
    }
  }

  /// What is shown where nothing else can be read.
  /// - Parameter question: what waits for an answer, which has room in place of all else.
  package static func tooSmall(
    _ size: Size, quit: String = KeyTable.standard.shown(.quit), question: String? = nil
  )
    -> Grid
  {
    var grid = Grid(size)
    let wanted = "60x16 needed, \(size.width)x\(size.height) here: please enlarge the window (\(quit) quits)"
    for (row, line) in WrappedText.lines(question ?? wanted, width: size.width).prefix(size.height)
      .enumerated()
    {
      grid.put(line, row: row, column: 0)
    }
    return grid
  }
}
