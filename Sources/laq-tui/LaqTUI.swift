import ArgumentParser
import Checkpoint
import EmbeddedModel
import Eviction
import Exploration
import Foundation
import Screen
import Terminal
import Transformer
import Views

/// The command line.
struct LaqTUI: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "laq-tui",
    abstract: "See which tokens of a long prompt each KV-cache eviction policy keeps, and what that does to the answer.",
    discussion: """
      Opens a text in the terminal; '-' reads standard input. With --screen, --export or --why nothing is
      opened: the result is printed or written, and the program ends.

      'laq-tui policies' lists what --policy takes.

      Exit status: 0 done, 1 failed, 2 no usable terminal, 64 wrong usage.
      """,
    version: Release.name)

  @Argument(help: "The text to explore, or '-' for standard input.")
  var text: String

  @Option(
    help: """
      A Hugging Face folder, a .gguf or .safetensors file, ORG/NAME in the Hugging Face cache, or 'embedded'.
      """)
  var model = EmbeddedModel.name

  @Flag(help: "Make the text a user's turn, by the model's own chat template.")
  var chat = false

  @Option(help: "With --chat: what the system says before the user.")
  var system: String?

  @Option(help: "A question, put after the text with an empty line between them.")
  var question: String?

  @Flag(name: .customLong("question-first"), help: "Put the question before the text.")
  var questionFirst = false

  @Option(
    help: "Tokens to keep per layer and head, as 256, a share of the text, as 12.5%, or memory, as 64MiB. Default: 48.",
    transform: Budget.init(parsing:))
  var budget = Budget.tokens(ExplorationSettings.defaultBudget)

  @Option(name: .customLong("policy"), help: "A policy to show; may be given several times. Default: all.")
  var policies: [String] = []

  @Option(help: "A trained gate for the policy 'gate', a .safetensors file. Default: gate.safetensors beside the model.")
  var gate: String?

  @Option(help: "The layer to begin with, from 1. Default: where the pinned policy loses most.")
  var layer: Int?

  @Option(help: "The query head to begin with, from 1.")
  var head: Int?

  @Option(help: "Answer tokens at most.")
  var steps = 64

  @Option(help: "One kept set per 'kv' head or per 'query' head.")
  var granularity = Granularity.kvHead

  @Option(help: "Number format of matrix products: automatic, float32, bfloat16.")
  var precision = Precision.automatic

  @Option(help: "The prompt's queries that are recorded: all, or windows for long texts in little memory.")
  var recording = RecordingScope.all

  @Option(help: "Print this view as text and end: text, heatmap, heads, compare or timeline.")
  var screen: ScreenName?

  @Option(help: "The size of a printed screen.")
  var size = "120x36"

  @Flag(help: "Print the screen with colours.")
  var ansi = false

  @Option(help: "Keys to play first, as in '2]]}+'; <Esc>, <C-d> and the like for others.")
  var keys = ""

  @Option(
    help: """
      Write this file and end: kept tokens as .json, .csv, .npz, .safetensors or a page, .html; the view that --screen \
      names (else the text) as .svg, .txt, .ansi or, with --screen, .html.
      """)
  var export: String?

  @Option(help: "The format of --export, where the file has no ending that says it.")
  var format: ExportFormat?
  @Option(help: "Print why this policy's answer is not the full cache's, and end: what it lacked is found by trying.")
  var why: String?

  @Flag(help: "With --why: print JSON.")
  var json = false

  @Flag(help: "Let --export replace an existing file.")
  var force = false

  @Option(help: "dark, light or mono.")
  var theme: String?

  @Option(help: "Colours: auto, always or never.")
  var color = ColorChoice.auto

  @Flag(help: "Draw with ASCII characters only.")
  var ascii = false

  @Flag(name: .customLong("no-mouse"), help: "Leave the mouse to the terminal.")
  var noMouse = false

  func validate() throws {
    guard (1...4096).contains(steps) else { throw ValidationError("--steps must be from 1 to 4096.") }
    guard layer ?? 1 >= 1, head ?? 1 >= 1 else { throw ValidationError("--layer and --head count from 1.") }
    guard system == nil || chat else { throw ValidationError("--system needs --chat.") }
    guard !questionFirst || question != nil else { throw ValidationError("--question-first needs --question.") }
    guard format == nil || export != nil else { throw ValidationError("--format needs --export.") }
    try Self.check { _ = try exportRequest }
    guard Size(size) != nil else { throw ValidationError("--size must be as 120x36.") }
    guard !json || why != nil else { throw ValidationError("--json needs --why.") }
    for name in policies + (why.map { [$0] } ?? []) { try Self.check { _ = try Policy(parsing: name) } }
    try Self.check { _ = try Key.parse(keys) }
    if let theme, Theme.named(theme) == nil {
      throw ValidationError("--theme must be one of \(Theme.all.map(\.name).joined(separator: ", ")).")
    }
  }

  /// What `--export` asks for.
  var exportRequest: ExportRequest? {
    get throws {
      guard let export else { return nil }
      let named = try ExportFormat(path: export, asked: format)
      let scope: ExportRequest.Scope = screen != nil && named.showsView || !named.holdsEverything ? .view : .everything
      return ExportRequest(export, scope: scope, format: format, replacing: force)
    }
  }

  private static func check(_ body: () throws -> Void) throws {
    do { try body() } catch { throw ValidationError(String(describing: error)) }
  }

  func run() async throws { try await run { try open(PromptReader.read(text)) } }

  /// Opens a text and explores it, in the terminal or without one.
  @MainActor
  func run(_ open: () throws -> Opening) async throws {
    Terminal.prepareProcess()
    do {
      let opening = try open()
      if screen != nil || export != nil || why != nil {
        try await Batch(opening: opening, options: self).run()
      } else {
        try await Session(opening: opening, options: self).run()
      }
    } catch let error as TerminalError {
      Self.fail(error, status: 2)
    } catch let error as ExitCode {
      throw error
    } catch {
      Self.fail(error, status: 1)
    }
  }

  /// Ends with one sentence on standard error.
  private static func fail(_ error: any Error, status: Int32) -> Never {
    FileHandle.standardError.write(Data("laq-tui: \(error)\n".utf8))
    Foundation.exit(status)
  }

  /// Reads the model's small files: enough for a first screen.
  /// - Parameter text: the text, with its name.
  func open(_ text: (name: String, text: [UInt8]), tour: Tour? = nil) throws -> Opening {
    let (name, bytes) = text
    let isEmbedded = model == EmbeddedModel.name
    let checkpoint = try Checkpoint(path: isEmbedded ? EmbeddedModel.folder() : model)
    let modelName = isEmbedded ? EmbeddedModel.name : checkpoint.name
    let prompt = try Prompt(
      name: name, text: bytes, tokenizer: checkpoint.tokenizer, framing: try framing(checkpoint, modelName))
    let limit = checkpoint.configuration.contextLength - steps
    guard prompt.tokens.count <= limit else {
      throw PromptError.tooLong(name, tokenCount: prompt.tokens.count, limit: max(0, limit))
    }
    var named = policies.compactMap { Policy($0) }
    // Alone, what is to be explained needs no other policy.
    if let explained = why.flatMap({ Policy($0) }), !named.contains(explained), !named.isEmpty || screen == nil {
      named.append(explained)
    }
    var settings = ExplorationSettings(
      granularity: granularity, policies: named.isEmpty ? nil : named, answerLimit: steps, recording: recording)
    try settings.resolve(budget, shape: checkpoint.configuration.shape, tokenCount: prompt.tokens.count)
    let story = Story(
      modelName: modelName, prompt: prompt, settings: settings, vocabulary: Vocabulary(checkpoint.tokenizer))
    let gate = try gate.map { try Gate(path: $0, for: checkpoint.configuration) }
    return Opening(
      story: story, explorer: Explorer(checkpoint: checkpoint, precision: precision, gate: gate),
      layer: layer.map { min($0, checkpoint.configuration.layerCount) - 1 },
      head: head.map { min($0, checkpoint.configuration.queryHeadCount) - 1 }, tour: tour)
  }

  /// What is put around the text.
  private func framing(_ checkpoint: Checkpoint, _ modelName: String) throws -> PromptFraming {
    let template = chat ? try checkpoint.chatTemplate() : nil
    guard template != nil || !chat else { throw PromptError.noTemplate(model: modelName) }
    return PromptFraming(question: question, putsQuestionFirst: questionFirst, chat: template, system: system)
  }
}

/// What is known before the model runs.
struct Opening {
  let story: Story
  let explorer: Explorer
  let layer: Int?
  let head: Int?
  let tour: Tour?

  /// The state that a person sees first, or once the story is told: at the place asked for, or where
  /// there is most to see. A tour has a beginning of its own.
  func place(_ state: inout ViewState) {
    guard tour == nil else { return }
    if layer == nil, head == nil { state.goToLargestLoss() }
    if let layer { state.layer = layer }
    if let head { state.head = head }
  }
}

extension ExportFormat: ExpressibleByArgument {}
extension Granularity: ExpressibleByArgument {}
extension Precision: ExpressibleByArgument {}
extension RecordingScope: ExpressibleByArgument {}

/// The views by the names that `--screen` takes.
struct ScreenName: ExpressibleByArgument, CaseIterable {
  let view: ViewState.View

  init(view: ViewState.View) { self.view = view }

  init?(argument: String) {
    guard let view = ViewState.View.allCases.first(where: { Self(view: $0).defaultValueDescription == argument }) else {
      return nil
    }
    self.view = view
  }

  var defaultValueDescription: String { view.title.lowercased() }

  static var allCases: [ScreenName] { ViewState.View.allCases.map(ScreenName.init) }
  static var allValueStrings: [String] { allCases.map(\.defaultValueDescription) }
}

/// When to use colours.
enum ColorChoice: String, ExpressibleByArgument, CaseIterable {
  case auto, always, never

  /// `NO_COLOR` counts unless colours are asked for.
  var isMonochrome: Bool {
    switch self {
    case .always: false
    case .never: true
    case .auto: !(ProcessInfo.processInfo.environment["NO_COLOR"] ?? "").isEmpty
    }
  }
}
