import Eviction
import Exploration

/// How the lookahead view is shown.
package struct LookaheadDisplay: Sendable {
  /// The chosen row, an index into the study's; `nil`: that of the studied policy itself.
  package var row: Int?
  /// Whether recall is shown token by token, rather than mass.
  package var showsRecall = false
}

extension Scene {
  /// The policy whose lookahead is studied: the active one, or else the first with a lookahead, or else LAQ.
  var studiedPolicy: Policy? {
    let policies = [setup.active].compactMap(\.self) + setup.settings.policies
    return policies.first { $0.map == nil && $0.lookahead != nil } ?? Policy("laq")
  }

  /// What the lookahead view asks for.
  var studyRequest: LookaheadStudy.Request? {
    studiedPolicy.flatMap { display.studyRequests.request($0, setup.settings) }
  }

  /// The study of what is asked for, as far as it has come.
  var study: LookaheadStudy? {
    guard let study = details.study, study.request == studyRequest else { return nil }
    return study
  }

  /// The chosen row of the study.
  var studyRow: Int {
    guard let request = studyRequest else { return 0 }
    let own = request.rows.firstIndex { row in
      if case .length = row.place { row.policy == request.policy } else { false }
    }
    return min(max(0, display.lookahead.row ?? own ?? 0), max(0, request.rows.count - 1))
  }
}

extension LookaheadStudy {
  /// How far it has come, in a few words; `nil` once nothing more comes.
  package var progress: String? {
    switch stage {
    case .running(.draft): "the draft reads the prompt"
    case .running(.lookahead(let step)): "lookaheads of other lengths and sources, token \(step + 1)"
    case .running(.decode(let step)): "their answers, token \(step + 1)"
    case .running(.follow(let step)): "their answers held against the full cache's, token \(step + 1)"
    case .running: "other lookaheads are made"
    case .timing(let index): "lookaheads are timed alone, \(index + 1) of \(request.settings.policies.count)"
    case .steps: "what is kept is held against each token of the answer"
    case .done, .cancelled, .failed: nil
    }
  }
}

extension LookaheadStudy.Row {
  /// A model's name without its folder and a file's ending.
  private static func shortName(_ model: String) -> String {
    let last = model.split(separator: "/").last.map(String.init) ?? model
    return last.hasSuffix(".gguf") ? String(last.dropLast(5)) : last
  }

  /// What the row is called.
  package var title: String {
    switch place {
    case .none: "no lookahead"
    case .length(let count): "m=\(count)"
    case .source(let source, let content): source.rawValue + (content.map { " \($0.rawValue)" } ?? "")
    case .draft(let model): "draft " + Self.shortName(model)
    }
  }
}
