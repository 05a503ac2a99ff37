import Eviction
import Exploration
import Transformer

extension SessionFile.Setup {
  /// More policies than a person compares, or edits than one makes, are no session.
  private static let policyLimit = 100
  private static let editLimit = 10_000
  private static let expectedLimit = 100

  /// The policies, with what was edited by hand where the positions still mean the same.
  /// - Parameter path: the session's file, for errors.
  /// - Throws: `SessionFileError` that names the place.
  package func policies(keepingEdits: Bool, path: String) throws -> [Policy] {
    guard (1...Self.policyLimit).contains(policies.count) else {
      throw SessionFileError.badValue(
        path, key: "setup.policies", found: "\(policies.count) policies",
        expected: "a list of 1 to \(Self.policyLimit)")
    }
    return try policies.enumerated().map { index, entry in
      let key = "setup.policies[\(index)]"
      let policy: Policy
      if let kept = entry.kept {
        policy = Policy(keeping: try kept.map(named: entry.name, path: path, key: key))
      } else {
        do { policy = try Policy(parsing: entry.name) } catch {
          throw SessionFileError.malformed(path, place: key, reason: String(describing: error))
        }
      }
      let edits = try (entry.edits ?? []).prefix(Self.editLimit).enumerated().map { number, edit in
        try edit.kept(path: path, key: "\(key).edits[\(number)]")
      }
      return keepingEdits && !edits.isEmpty ? policy.edited(edits) : policy
    }
  }

  /// All questions in their order, the current one among them; where none is asked, an empty one comes first.
  package var allQuestions: [String] {
    guard let question else { return [""] + (questions ?? []) }
    guard let questions, questions.contains(question) else { return [question] }
    return questions
  }

  /// The budget.
  /// - Throws: `SessionFileError`.
  package func budget(path: String) throws -> Budget {
    do { return try Budget(parsing: budget) } catch {
      throw SessionFileError.malformed(path, place: "setup.budget", reason: String(describing: error))
    }
  }

  /// The answer's length, the granularity and what is recorded; what the file does not say stays.
  /// - Throws: `SessionFileError`.
  package func apply(to settings: inout ExplorationSettings, path: String) throws {
    if let answerLimit {
      guard ExplorationSettings.answerLimits.contains(answerLimit) else {
        throw SessionFileError.badValue(
          path, key: "setup.answerLimit", found: "\(answerLimit)", expected: "a number from 1 to 4096")
      }
      settings.answerLimit = answerLimit
    }
    settings.expected = try (expected ?? []).prefix(Self.expectedLimit).enumerated().map { index, typed in
      do { return try ExpectedAnswer(parsing: typed) } catch {
        throw SessionFileError.malformed(
          path, place: "setup.expected[\(index)]", reason: String(describing: error))
      }
    }
    settings.granularity =
      try SessionFile.value(granularity, key: "setup.granularity", path: path) ?? settings.granularity
    settings.recording =
      try SessionFile.value(recording, key: "setup.recording", path: path) ?? settings.recording
  }
}

extension SessionFile.Edit {
  fileprivate func kept(path: String, key: String) throws -> KeptEdit {
    guard first >= 0, first <= last, last < 1 << 31 else {
      throw SessionFileError.badValue(
        path, key: key, found: "\(first) to \(last)", expected: "a first and a last position")
    }
    guard (1...100_000).contains(layer ?? 1), (1...100_000).contains(head ?? 1), head == nil || layer != nil
    else {
      throw SessionFileError.badValue(
        path, key: key, found: "layer \(layer ?? 0), head \(head ?? 0)",
        expected: "a layer, or a layer and a head, from 1")
    }
    let scope: KeptEdit.Scope =
      switch (layer, head) {
      case (let layer?, let head?): .head(layer: layer - 1, queryHead: head - 1)
      case (let layer?, nil): .layer(layer - 1)
      default: .everywhere
      }
    return KeptEdit(action, first...last, in: scope)
  }
}

extension SessionFile {
  /// One of some words; `nil` if there is none.
  /// - Throws: `SessionFileError` that lists them.
  static func value<Value: RawRepresentable & CaseIterable>(_ text: String?, key: String, path: String) throws
    -> Value?
  where Value.RawValue == String {
    guard let text else { return nil }
    guard let value = Value(rawValue: text) else {
      throw SessionFileError.badValue(
        path, key: key, found: text,
        expected: "one of " + Value.allCases.map(\.rawValue).joined(separator: ", "))
    }
    return value
  }

  /// The variables of the chat template; `nil` if there are none.
  /// - Throws: `SessionFileError`.
  package func templateVariables(path: String) throws -> TemplateVariables? {
    do { return try source.template.map(TemplateVariables.init(parsing:)) } catch {
      throw SessionFileError.malformed(path, place: "source.template", reason: String(describing: error))
    }
  }

  /// The number format of products; `nil` if the file does not say.
  /// - Throws: `SessionFileError`.
  package func precision(path: String) throws -> Precision? {
    try Self.value(source.precision, key: "source.precision", path: path)
  }
}
