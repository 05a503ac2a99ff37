import Eviction
import Exploration
import Screen

extension ViewState {
  /// What a key may change and a person sees: where it is the same before and after, the status says why.
  struct Look: Equatable {
    private let places: [Int?]
    private let switches: [Bool]
    private let names: [String]
    private let plotted: Set<Policy>
    private let settings: ExplorationSettings

    init(_ state: ViewState) {
      places = [
        state.display.view.rawValue, state.setup.policy, state.setup.pinned, state.cursor.layer,
        state.cursor.head, state.cursor.position,
        state.display.view == .heatmap ? HeatmapRows(state.scene).chosen : nil, state.scene.shownIndex,
        state.display.heatmap.keysPerCell, state.cursor.heldRow?.index,
        state.display.view == .lookahead ? state.scene.studyRow : nil,
        state.cursor.selectionStart,
      ]
      switches = [
        state.overlays.showsHelp, state.overlays.showsWhy, state.overlays.showsAnswer,
        state.overlays.showsLosses,
        state.display.showsNotes, state.display.heatmap.pairsRows, state.display.heatmap.showsWords,
        state.display.showsCover, state.display.heads.isSorted,
        state.display.heads.showsAll == true, state.display.heads.showsAll == false,
        state.display.compare.reversesOrder, state.display.compare.showsSettings, state.cursor.isPlaying,
        state.display.course.isShown, state.display.course.showsAll, state.display.lookahead.showsRecall,
        state.typing.isCounting,
      ]
      names = [
        state.display.heatmap.headMode.rawValue, state.display.heatmap.scale.rawValue,
        state.display.heads.figure.rawValue, state.display.heads.joining.rawValue,
        state.display.compare.sortColumn.rawValue, state.display.course.figure.rawValue,
        state.display.theme.name,
        state.editing.scope.rawValue,
      ]
      (plotted, settings) = (state.display.compare.plotted, state.setup.settings)
    }
  }

  /// What a key changed, where the open view does not show it.
  func unseenChange(by action: KeyTable.Action) -> String? {
    let isTable = display.view == .compare || display.view == .lookahead
    let isGrid = display.view == .heads || isTable
    switch action {
    case .layerUp, .layerDown, .headUp, .headDown: return isTable ? placeInWords : nil
    case .stepForward, .stepBack, .phaseForward, .phaseBack:
      return isGrid
        ? "step \(scene.shownIndex + 1) of \(scene.timeline.steps.count): \(scene.shownStep.phase)" : nil
    case .loss: return display.view == .text ? nil : "\(placeInWords), token \(cursor.position)"
    case .searchNext, .searchPrevious, .tokenNext, .tokenPrevious:
      let isSeen =
        display.view == .text || display.view == .heads && display.heads.figure.isOfToken
        || display.view == .heatmap && display.heatmap.keysPerCell == 1
      return isSeen ? nil : "token \(cursor.position)"
    default: return nil
    }
  }

  private var placeInWords: String {
    let shape = run.recording?.shape
    return
      "layer \(cursor.layer + 1) of \(shape?.layerCount ?? 0), query head \(cursor.head + 1) of \(shape?.queryHeadCount ?? 0)"
  }

  /// Why a key changed nothing.
  func stillness(of binding: KeyTable.Binding) -> String {
    let shape = run.recording?.shape
    switch binding.action {
    case .layerUp: return "no layer above: this is \(cursor.layer + 1) of \(shape?.layerCount ?? 0)"
    case .layerDown: return "no layer below: this is 1 of \(shape?.layerCount ?? 0)"
    case .headUp: return "no head after: this is \(cursor.head + 1) of \(shape?.queryHeadCount ?? 0)"
    case .headDown: return "no head before: this is 1 of \(shape?.queryHeadCount ?? 0)"
    case .left, .down, .up, .right, .halfPageDown, .halfPageUp, .pageDown, .pageUp, .first, .last, .lineStart,
      .lineEnd:
      return edge(binding.action)
    case .textView, .heatmapView, .headsView, .compareView, .timelineView, .lookaheadView:
      return "this is the \(display.view.title.lowercased()) view already"
    case .policyNext, .policyPrevious:
      return setup.settings.policies.count > 1
        ? "once round: the same policy again" : "there is one policy only; :policy NAME adds another"
    case .budgetUp: return "the budget holds the whole prompt already"
    case .budgetDown: return "the smallest budget by steps; :budget 1 goes further"
    case .stepForward, .phaseForward: return "this is the last step"
    case .stepBack, .phaseBack: return "this is the first step"
    case .searchNext, .searchPrevious: return "one match"
    case .theme: return "this terminal has no colours for another theme"
    case .back: return "nothing to leave; \(display.keys.shown(.quit)) quits"
    case .window, .pseudoTokens, .mask: return "nothing changed"
    default: return "\(binding.shown): \(binding.words); nothing changed"
    }
  }

  /// Where a move ends.
  private func edge(_ action: KeyTable.Action) -> String {
    let goesOn = [.down, .right, .halfPageDown, .pageDown, .last, .lineEnd].contains(action)
    guard run.recording != nil || display.view == .text else { return "nothing to move through yet" }
    let isAcross = [.left, .right, .lineStart, .lineEnd].contains(action)
    switch display.view {
    case .text: return goesOn ? "the text ends here" : "the text begins here"
    case .heatmap where isAcross || action == .first || action == .last:
      return goesOn ? "this is the last key" : "this is the first key"
    case .heatmap: return goesOn ? "this is the last row" : "this is the first row"
    case .heads where display.heads.isSorted:
      return goesOn ? "this is the last head" : "this is the first head"
    case .heads where isAcross: return goesOn ? "no head after" : "no head before"
    case .heads: return goesOn ? "no layer above" : "no layer below"
    case .compare where isAcross: return goesOn ? "this is the last column" : "this is the first column"
    case .compare: return goesOn ? "this is the last policy" : "this is the first policy"
    case .timeline: return goesOn ? "this is the last step" : "this is the first step"
    case .lookahead: return goesOn ? "this is the last row" : "this is the first row"
    }
  }

  /// A key as it is named in a sentence.
  static func name(_ key: Key) -> String {
    let text = Sanitizer.visible(key.description, spaces: false)
    return text.hasPrefix("<") && text.hasSuffix(">") ? String(text.dropFirst().dropLast()) : text
  }
}
