import Exploration

/// All that decides an evaluation's outcome, derived from its options alone: every shard, resumption and
/// merge of the same options has the same plan.
package struct EvaluationPlan: Encodable, Sendable, Hashable {
  /// The suite, as `needle`.
  package let suite: String
  /// The program's name and version: another version may answer otherwise.
  package let program: String
  /// The model.
  package let model: ModelIdentity
  /// Policies, budgets and what else every case is run under.
  package let settings: EvaluationSettings
  /// The suite's own options.
  package let options: [String: CaseParameter]
  /// The cases in the order of the results.
  package let cases: [EvaluationCase]

  /// Derives a suite's plan.
  /// - Parameters:
  ///   - usesChat: whether every prompt becomes a user's turn, whatever the suite. Plans say it where it is
  ///     so.
  ///   - variables: what the chat template is told beside the conversation. Plans say it where there are any.
  ///   - compressed: what policies see of a prompt. Plans say it where it is not all.
  /// - Throws: what the suite throws when its cases cannot be listed; `EvaluationError.repeatedCase`.
  package init(
    _ suite: some EvaluationSuite, model: ModelIdentity, settings: EvaluationSettings, usesChat: Bool = false,
    variables: TemplateVariables = TemplateVariables(), compressed: CompressedPart = .all
  ) throws {
    var options = suite.options
    if compressed != .all { options[Self.compressKey] = .text(compressed.rawValue) }
    // Another profile of the same name would be another policy.
    let profiles = settings.policies.compactMap(\.profilePath)
    if !profiles.isEmpty {
      options["profiles"] = .list(profiles.map { .text(FileDigest.digest(of: $0)) })
    }
    if usesChat { options[Self.chatKey] = true }
    if !variables.isEmpty { options[Self.templateKey] = .list(variables.arguments.map { .text($0) }) }
    try self.init(
      suite: type(of: suite).name, model: model, settings: settings, options: options, cases: suite.cases())
  }

  /// Whether prompts become a user's turn; `nil` where plans do not say so, and they do not.
  package var usesChat: Bool? { options[Self.chatKey]?.flag }

  /// What the chat template is told beside the conversation; `nil` where plans say nothing of it.
  /// - Throws: `EvaluationError.badOption`.
  package func variables() throws -> TemplateVariables? {
    guard let option = options[Self.templateKey] else { return nil }
    let texts = option.list?.compactMap(\.text)
    guard let texts, texts.count == option.list?.count,
      let variables = try? TemplateVariables(parsing: texts)
    else {
      throw EvaluationError.badOption(
        Self.templateKey, expected: "a list of variables, as enable_thinking=false",
        found: option.description)
    }
    return variables
  }

  /// What policies see of a prompt; all where plans do not say so.
  /// - Throws: `EvaluationError.badOption`.
  package func compressed() throws -> CompressedPart {
    guard let option = options[Self.compressKey] else { return .all }
    guard let part = option.text.flatMap(CompressedPart.init(rawValue:)) else {
      throw EvaluationError.badOption(
        Self.compressKey, expected: "all or context", found: option.description)
    }
    return part
  }

  /// What stands under tables where policies did not see all of a prompt; `nil` where they did.
  package var compressionNote: String? {
    (try? compressed()) == .context
      ? "Policies saw the text without its question, which was put to what they had kept (--compress context)."
      : nil
  }

  private static let compressKey = "compress"
  private static let chatKey = "chat"
  private static let templateKey = "template"

  /// Makes a plan of its parts.
  /// - Throws: `EvaluationError.repeatedCase` when two cases have one name, `.nothingToDo` when there is
  ///   none.
  package init(
    suite: String, program: String = Release.name, model: ModelIdentity, settings: EvaluationSettings,
    options: [String: CaseParameter], cases: [EvaluationCase]
  ) throws {
    guard !cases.isEmpty else { throw EvaluationError.nothingToDo(suite: suite) }
    var known = Set<String>()
    for one in cases where !known.insert(one.id).inserted { throw EvaluationError.repeatedCase(one.id) }
    self.suite = suite
    self.program = program
    self.model = model
    self.settings = settings
    self.options = options
    self.cases = cases
  }

  /// The first thing in which another plan differs, as a part of a sentence (`the budgets are 24, 48 there
  /// and 96 here`); `nil` if they are equal.
  package func difference(from other: EvaluationPlan) -> String? {
    guard self != other else { return nil }
    let told = Self.told
    func listed(_ values: [some CustomStringConvertible]) -> String {
      values.map(\.description).joined(separator: ", ")
    }
    let simple =
      told("the suite is", other.suite, suite) ?? told("the program is", other.program, program)
      ?? differenceOfModel(from: other)
      ?? told("the policies are", listed(other.settings.policies), listed(settings.policies))
      ?? told("the budgets are", listed(other.settings.budgets), listed(settings.budgets))
      ?? told("the granularity is", other.settings.granularity.rawValue, settings.granularity.rawValue)
      ?? told("the recorded queries are", other.settings.recording.rawValue, settings.recording.rawValue)
      ?? told("products are in", other.settings.arithmetic.rawValue, settings.arithmetic.rawValue)
    if let simple { return simple }
    if let option = differenceOfOptions(from: other) { return option }
    if let pair = zip(other.cases, cases).first(where: { $0 != $1 }) {
      return told("a case is", pair.0.id, pair.1.id)
        ?? "the case \(pair.0.id) is made of other things there and here"
    }
    return told("cases are", String(other.cases.count), String(cases.count)) ?? "the plans differ"
  }

  /// The first thing in which another plan asks other questions or another model, its seeds aside; `nil`
  /// where the answers are two samples of one mean. Policies, budgets and the program may differ.
  package func differenceBesideSeeds(from other: EvaluationPlan) -> String? {
    Self.told("the suite is", other.suite, suite) ?? differenceOfModel(from: other)
      ?? differenceOfOptions(from: other, besides: Set(OptionReader.options(0..<1).keys))
  }

  private func differenceOfModel(from other: EvaluationPlan) -> String? {
    Self.told("the model is", other.model.name, model.name)
      ?? Self.told("the model's files are", other.model.digest, model.digest)
  }

  private func differenceOfOptions(from other: EvaluationPlan, besides ignored: Set<String> = []) -> String? {
    let keys = Set(options.keys).union(other.options.keys).subtracting(ignored).sorted()
    return keys.first { options[$0] != other.options[$0] }.map { key in
      let (there, here) = (other.options[key]?.description ?? "", options[key]?.description ?? "")
      return Self.told("the option '\(key)' is", there, here)
        ?? "the option '\(key)' is of another type there and here"
    }
  }

  private static func told(_ what: String, _ there: String, _ here: String) -> String? {
    there == here
      ? nil : "\(what) \(there.isEmpty ? "none" : there) there and \(here.isEmpty ? "none" : here) here"
  }
}

extension EvaluationPlan: Decodable {
  private enum CodingKeys: CodingKey { case suite, program, model, settings, options, cases }

  /// Reads a plan under the conditions that plans are made under.
  package init(from decoder: any Swift.Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    do {
      try self.init(
        suite: values.decode(String.self, forKey: .suite),
        program: values.decode(String.self, forKey: .program),
        model: values.decode(ModelIdentity.self, forKey: .model),
        settings: values.decode(EvaluationSettings.self, forKey: .settings),
        options: values.decode([String: CaseParameter].self, forKey: .options),
        cases: values.decode([EvaluationCase].self, forKey: .cases))
    } catch let error as EvaluationError {
      throw DecodingError.dataCorruptedError(forKey: .cases, in: values, debugDescription: error.description)
    }
  }
}

/// One prompt of a plan: everything that it takes to make it again.
///
/// A case is one prefill; all policies and budgets of the plan are run from its one recording.
package struct EvaluationCase: Codable, Sendable, Hashable, Identifiable {
  /// A name that no other case of the plan has and that stays the same from plan to plan, as
  /// `needle-1024-30-2`.
  package let id: String
  /// What is asked: a family of tasks, a data set.
  package let task: String
  /// What the prompt is made of besides the plan's options: a length, a depth, a file and its line.
  package let parameters: [String: CaseParameter]
  /// What the case's random choices begin with; `nil` where there are none.
  package let seed: Int?

  /// Describes a case.
  package init(id: String, task: String, parameters: [String: CaseParameter] = [:], seed: Int? = nil) {
    self.id = id
    self.task = task
    self.parameters = parameters
    self.seed = seed
  }
}

/// What policies see of a prompt when they choose: all of it, or the text without its question, which is then
/// put to what was kept, as in kvpress' pipeline.
package enum CompressedPart: String, Sendable, Hashable, CaseIterable {
  /// Text and question.
  case all
  /// The text alone.
  case context
}
