import Eviction
import Exploration
import Screen
import Transformer

/// What the program must do after a key.
package enum Effect: Sendable, Hashable {
  case none
  /// Settings changed: run again.
  case explore
  /// Stop the running work.
  case cancel
  /// Write a file, and then tell `exportEnded`.
  case export(ExportRequest)
  /// Find out why an answer was lost: `ViewState.why` says whose.
  case why
  /// Stop finding out.
  case cancelWhy
  /// Write what was found out to a new file.
  case exportWhy
  /// Write the list of losses to a new file.
  case exportLosses
  /// Write the heads that results are about to new files.
  case exportHeads
  /// Write the session to a file, and then tell `sessionEnded`.
  case save(SessionRequest)
  /// Put a text on the terminal's clipboard.
  case copy(String)
  /// Explore the prompt that is chosen among an evaluation's.
  case open
  case redraw
  case suspend
  case quit
}

extension ViewState {
  /// Handles one key: the same path for a person, for `--keys` and for tests.
  /// - Parameter size: the terminal's, for moves by pages and lines.
  /// - Parameter glyphs: what the screen is drawn with, for what lies where.
  package mutating func handle(_ key: Key, size: Size, glyphs: GlyphSet = .unicode) -> Effect {
    if case .mouse(let row, let column, let kind) = key {
      return point(row: row, column: column, kind: kind, size: size, glyphs: glyphs)
    }
    guard Self.hasRoom(size) || isKnownInSmallWindow(key) else { return .none }
    message = nil
    let wasInterrupted = typing.isInterrupted
    typing.isInterrupted = false
    defer { noticeTour() }
    if handleInTour(key) { return .none }
    if typing.entry != nil { return edit(key, size: size, glyphs: glyphs) }
    if case .character(let character) = key, let digit = character.wholeNumberValue, character.isASCII {
      // 1 to 6 choose views unless a number is being typed, which # begins; 0 begins none.
      if typing.isCounting || typing.count != nil || digit > ViewState.View.allCases.count {
        typing.count = min((typing.count ?? 0) * 10 + digit, 1_000_000)
        return .none
      }
    }
    typing.isCounting = false
    if overlays.showsHelp, key == .tab || key == .backTab {
      turnHelpPage(size: size, glyphs: glyphs)
      return .none
    }
    guard let binding = display.keys.binding(for: key, in: display.view) else {
      typing.count = nil
      if case .function = key {
      } else {
        message = "\(Self.name(key)) does nothing; \(display.keys.shown(.help)) lists the keys"
      }
      return .none
    }
    if binding.action == .interrupt { typing.isInterrupted = wasInterrupted }
    let times = typing.count ?? 1
    defer { typing.count = nil }
    if overlays.showsHelp { return performInHelp(binding.action, times: times, size: size, glyphs: glyphs) }
    if overlays.showsWhy { return performInWhy(binding.action, times: times, glyphs: glyphs) }
    if overlays.showsLosses { return performInLosses(binding.action, times: times, glyphs: glyphs) }
    if overlays.showsAnswer {
      return performInAnswers(binding.action, times: times, size: size, glyphs: glyphs)
    }
    if !binding.acts(in: display.view), let only = binding.views {
      let names = View.allCases.filter(only.contains).map { "\($0.title.lowercased()) view (\($0.rawValue))" }
      message = "\(binding.shown) works in the \(names.joined(separator: " and the "))"
      return .none
    }
    return performAloud(binding, times: times, hasCount: typing.count != nil, size: size, glyphs: glyphs)
  }

  /// Does what a key or a command asks for, and says what of it is not seen.
  mutating func performAloud(
    _ binding: KeyTable.Binding, times: Int, hasCount: Bool, size: Size, glyphs: GlyphSet
  ) -> Effect {
    let before = Look(self)
    let effect = perform(binding.action, times: times, hasCount: hasCount, size: size, glyphs: glyphs)
    if effect == .none, message == nil, typing.entry == nil {
      message = before == Look(self) ? stillness(of: binding) : unseenChange(by: binding.action)
    }
    return effect
  }

  private mutating func perform(
    _ action: KeyTable.Action, times: Int, hasCount: Bool, size: Size, glyphs: GlyphSet
  ) -> Effect {
    switch action {
    case .left, .down, .up, .right, .halfPageDown, .halfPageUp, .pageDown, .pageUp, .first, .last, .lineStart,
      .lineEnd:
      move(action, times: times, hasCount: hasCount, size: size, glyphs: glyphs)
    case .textView, .heatmapView, .headsView, .compareView, .timelineView, .lookaheadView:
      if let wanted = action.view { open(wanted) }
    case .open: return openWhatIsUnderTheCursor()
    case .answers: openAnswers()
    case .settings: display.compare.showsSettings.toggle()
    case .course: toggleCourse()
    case .layerDown: turn(\.cursor.layer, by: -times, count: run.recording?.shape.layerCount)
    case .layerUp: turn(\.cursor.layer, by: times, count: run.recording?.shape.layerCount)
    case .headDown: turn(\.cursor.head, by: -times, count: run.recording?.shape.queryHeadCount)
    case .headUp: turn(\.cursor.head, by: times, count: run.recording?.shape.queryHeadCount)
    case .headMode: display.heatmap.headMode = Self.following(display.heatmap.headMode)
    case .policyNext: choosePolicy(setup.policy + times)
    case .policyPrevious: choosePolicy(setup.policy - times)
    case .pin:
      setup.pinned = setup.pinned == setup.policy ? nil : setup.policy
      message = setup.pinnedTitle.map { "\($0) is pinned" } ?? "no policy is pinned"
    case .budgetUp: return changeBudget(up: true)
    case .budgetDown: return changeBudget(up: false)
    case .granularity:
      return changeSettings { $0.granularity = $0.granularity == .kvHead ? .queryHead : .kvHead }
    case .window: return turn(["w", "w2"], through: [0, 4, 8, 16, 32, 64, 128], name: "window")
    case .pseudoTokens: return turn(["m"], through: [1, 2, 4, 8, 16, 32], name: "pseudo tokens")
    case .mask: return turnMask()
    case .stepForward: go(to: chosenIndex + times)
    case .stepBack: go(to: chosenIndex - times)
    case .phaseForward: go(to: scene.timeline.phaseBoundary(from: chosenIndex, forward: true))
    case .phaseBack: go(to: scene.timeline.phaseBoundary(from: chosenIndex, forward: false))
    case .play:
      cursor.isPlaying.toggle()
      if cursor.isPlaying, chosenIndex >= scene.timeline.steps.count - 1 {
        cursor.step = firstPlayedStep
      }
      message = cursor.isPlaying ? "playing; \(display.keys.shown(.play)) pauses" : "paused"
    case .loss: stepThroughLosses(by: times)
    case .losses: openLosses()
    case .cover:
      display.showsCover.toggle()
      if !display.theme.hasColor { message = "without colours the marks are always shown" }
    case .pairing:
      display.heatmap.pairsRows.toggle()
      if !display.theme.hasColor || glyphs.upperHalf == nil {
        message = "two rows in a line need colours and half blocks"
      }
    case .figureNext: turnFigure(by: times)
    case .figurePrevious: turnFigure(by: -times)
    case .sort:
      if display.view == .heads {
        display.heads.isSorted.toggle()
      } else {
        display.compare.reversesOrder.toggle()
      }
    case .plot:
      guard let active = setup.active else { break }
      if display.compare.plotted.remove(active) == nil { display.compare.plotted.insert(active) }
      let isPlotted = display.compare.plotted.contains(active)
      message =
        isPlotted
        ? "\(setup.policyTitle) is plotted wherever the cursor is"
        : "\(setup.policyTitle) is plotted while it is active or pinned"
    case .scale: display.heatmap.scale = Self.following(display.heatmap.scale)
    case .zoomIn, .zoomOut:
      if display.view == .heads {
        zoomHeads(closer: action == .zoomIn)
      } else if display.view == .timeline {
        zoomCourse(closer: action == .zoomIn)
      } else {
        zoom(closer: action == .zoomIn, width: size.width - 4)
      }
    case .compareRows: holdRow()
    case .tokenHeads: openTokenInHeads()
    case .tokenNext: moveToken(by: times)
    case .tokenPrevious: moveToken(by: -times)
    case .theme:
      let themes = Theme.available(at: display.colorDepth)
      display.theme = themes[((themes.firstIndex(of: display.theme) ?? -1) + 1) % themes.count]
    case .notes:
      display.showsNotes.toggle()
      message = "notes \(display.showsNotes ? "on, where the window has room" : "off")"
    case .search: typing.entry = .search("")
    case .command: typing.entry = .command("")
    case .number: typing.isCounting = true
    case .copy: return copyWhatIsUnderTheCursor(glyphs: glyphs)
    case .searchNext: find(from: cursor.position + 1, forward: true)
    case .searchPrevious: find(from: cursor.position - 1, forward: false)
    case .question: askForQuestion()
    case .questionAfter: return toggleQuestionAfter()
    case .questionNext: return turnQuestion(by: times)
    case .questionPrevious: return turnQuestion(by: -times)
    case .export: askForView()
    case .exportEverything: typing.entry = .export("kept.json", .everything)
    case .run: return .explore
    case .undo:
      return undoChange()
    case .exchange: return exchangeSetups()
    case .select: cursor.selectionStart = cursor.selectionStart == nil ? cursor.position : nil
    case .keep: return editKept(.keep)
    case .evict: return editKept(.evict)
    case .scope:
      editing.scope = Self.following(editing.scope, by: times)
      message =
        "\(display.keys.shown(.keep)) and \(display.keys.shown(.evict)) act in \(editing.scope.rawValue)"
    case .why: return askWhy()
    case .help: openHelp()
    case .redraw: return .redraw
    case .suspend: return .suspend
    case .back:
      if !run.isFinished || studies || run.waitingStage != nil || editing.writing != nil { return .cancel }
      if cursor.selectionStart != nil {
        cursor.selectionStart = nil
      } else if display.view == .compare, display.compare.showsSettings {
        display.compare.showsSettings = false
      } else if scene.showsCourse {
        toggleCourse()
      } else {
        if cursor.step != nil { message = "the newest step is shown" }
        (cursor.step, cursor.isPlaying) = (nil, false)
      }
    case .interrupt: return interrupt()
    case .quit: return leave()
    }
    return .none
  }

  private mutating func turn(_ value: WritableKeyPath<ViewState, Int>, by change: Int, count: Int?) {
    guard let count, count > 0 else {
      message = "the model is not open yet"
      return
    }
    self[keyPath: value] = min(max(0, self[keyPath: value] + change), count - 1)
  }

  mutating func choosePolicy(_ index: Int) {
    let count = setup.settings.policies.count
    guard count > 0 else { return }
    let step = self.cursor.step == nil ? nil : scene.shownStep
    setup.policy = (index % count + count) % count
    // The same step of the other policy is looked at; where it has none, its last.
    if let step { go(to: scene.timeline.steps.firstIndex(of: step) ?? scene.timeline.steps.count - 1) }
  }

  /// The chosen step, an index into the active result's; the newest where none is chosen.
  private var chosenIndex: Int { scene.shownIndex }

  mutating func go(to index: Int) {
    let last = scene.timeline.steps.count - 1
    cursor.step = min(max(0, index), last)
    cursor.isPlaying = cursor.isPlaying && index < last
  }

  /// Moves on by one while playing.
  package mutating func advance() {
    guard cursor.isPlaying else { return }
    go(to: (cursor.step ?? 0) + 1)
  }

  /// Changes the settings; the earlier ones can be undone.
  mutating func changeSettings(_ change: (inout ExplorationSettings) -> Void) -> Effect {
    var changed = setup.settings
    change(&changed)
    guard changed != setup.settings else { return .none }
    editing.undo.append(setup)
    setup.settings = changed
    return .explore
  }

  private mutating func changeBudget(up: Bool) -> Effect {
    let count = run.prompt.tokens.count
    return changeSettings { $0.budget = Self.nextBudget($0.budget, up: up, count: count) }
  }

  /// Budgets go by powers of two and their midpoints, up to the prompt's length.
  private static func nextBudget(_ budget: Int, up: Bool, count: Int) -> Int {
    let steps = (2...20).flatMap { [1 << $0, 3 << ($0 - 1)] }
    let next = up ? steps.first { $0 > budget } : steps.last { $0 < budget }
    return max(1, min(next ?? budget, up ? max(count, budget) : budget))
  }

  /// Goes through the figures of the open view.
  private mutating func turnFigure(by times: Int) {
    switch display.view {
    case .timeline: turnCourseFigure(by: times)
    case .lookahead: display.lookahead.showsRecall.toggle()
    default: display.heads.figure = Self.following(display.heads.figure, by: times)
    }
  }

  static func following<Value: CaseIterable & Equatable>(_ value: Value, by change: Int = 1) -> Value {
    let all = Array(Value.allCases)
    let index = (all.firstIndex(of: value) ?? 0) + change % all.count
    return all[(index + all.count) % all.count]
  }
}
