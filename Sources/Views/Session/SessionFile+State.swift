import Eviction
import Exploration
import Foundation
import Transformer

extension SessionFile {
  /// Gathers what a state holds.
  /// - Parameter path: where the file will lie: paths below its folder stand as seen from there.
  package init(_ state: ViewState, origin: SessionOrigin, path: String) {
    let paths = SessionPath(session: path)
    let prompt = state.setup.prompt
    let isFile = origin.textPath != nil
    let content = isFile ? nil : String(validating: prompt.source, as: UTF8.self)
    source = Source(
      model: paths.written(origin.model), gate: origin.gate.map(paths.written),
      precision: origin.precision.rawValue,
      text: Text(
        path: origin.textPath.map(paths.written), name: prompt.name, sha256: prompt.textHash,
        content: content,
        base64: isFile || content != nil ? nil : Data(prompt.source).base64EncodedString()),
      chat: prompt.framing.chat == nil ? nil : true, system: prompt.framing.system,
      template: prompt.framing.variables.isEmpty ? nil : prompt.framing.variables.arguments,
      questionFirst: prompt.framing.putsQuestionFirst ? true : nil)
    setup = Setup(state.setup)
    other = state.editing.other.map { Setup($0) }
    screen = Screen(
      view: state.display.view.title.lowercased(), theme: state.display.theme.name,
      notes: state.display.showsNotes,
      layer: state.cursor.layer + 1,
      head: state.cursor.head + 1, cursor: state.cursor.position, selectionStart: state.cursor.selectionStart,
      step: state.cursor.step,
      headMode: state.display.heatmap.headMode.rawValue, scale: state.display.heatmap.scale.rawValue,
      keysPerCell: state.display.heatmap.keysPerCell,
      keyWords: state.display.heatmap.showsWords ? true : nil, heatmapRow: state.cursor.heatmapRow,
      pairsRows: state.display.heatmap.pairsRows,
      cover: state.display.showsCover,
      figure: state.display.heads.figure.rawValue,
      sortsHeads: state.display.heads.isSorted, sortColumn: state.display.compare.sortColumn.rawValue,
      reversesOrder: state.display.compare.reversesOrder,
      showsSettings: state.display.compare.showsSettings,
      course: state.display.course.isShown ? true : nil,
      courseFigure: state.display.course.isShown ? state.display.course.figure.rawValue : nil,
      plotted: state.display.compare.plotted.filter { $0.map == nil }.map(\.name).filter {
        !$0.hasSuffix("*")
      }.sorted(),
      search: state.search.typed)
  }

  /// Takes note of the file that holds the recording.
  /// - Parameter session: where this file will lie.
  package mutating func keep(recordingAt path: String, bytes: Int, session: String) {
    recording = Recording(path: SessionPath(session: session).written(path), bytes: bytes)
  }

  /// A path that stands in the file, seen from where the program runs.
  package func path(_ written: String, of session: String) -> String {
    SessionPath(session: session).read(written)
  }

  /// The file's bytes: JSON that a person can read, keys sorted, so that equal sessions have equal bytes.
  package func data() throws -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return try encoder.encode(self) + Data("\n".utf8)
  }
}

extension SessionFile.Setup {
  fileprivate init(_ setup: Setup) {
    let settings = setup.settings
    let framing = setup.prompt.framing
    question = framing.question
    questionAfter = framing.asksAfterEviction ? true : nil
    // Those that wait for the question to come after the eviction again are kept, too.
    questions = framing.questions.count > 1 ? framing.questions : nil
    answerPrefix = framing.answerPrefix
    budget = (settings.share.map(Budget.share) ?? .tokens(settings.budget)).description
    granularity = settings.granularity.rawValue
    answerLimit = settings.answerLimit
    expected = settings.expected.isEmpty ? nil : settings.expected.map(\.description)
    recording = settings.recording.rawValue
    let listed = settings.policies
    policies = (listed.isEmpty ? ["full"].compactMap { Policy($0) } : listed).map { policy in
      let edits = policy.edits.map { edit in
        var (layer, head): (Int?, Int?)
        switch edit.scope {
        case .everywhere: break
        case .layer(let number): layer = number + 1
        case .head(let number, let queryHead): (layer, head) = (number + 1, queryHead + 1)
        }
        return SessionFile.Edit(
          action: edit.action, first: edit.positions.lowerBound, last: edit.positions.upperBound,
          layer: layer, head: head)
      }
      return SessionFile.PolicyEntry(
        name: policy.unedited.name, edits: edits.isEmpty ? nil : edits,
        kept: policy.map.map { SessionFile.KeptSets($0, prompt: setup.prompt.hash) })
    }
    active = listed.indices.contains(setup.policy) ? setup.policy : nil
    pinned = setup.pinned.flatMap { listed.indices.contains($0) ? $0 : nil }
  }
}
