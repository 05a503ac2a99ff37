import Eviction
import Exploration
import Foundation
import Screen
import Views

/// The program without a terminal: runs the story, plays keys, prints a screen or writes an export.
@MainActor
struct Batch {
  let opening: Opening
  private let options: LaqTUI
  private let size: Size
  private let glyphs: GlyphSet

  init(opening: Opening, options: LaqTUI) {
    (self.opening, self.options) = (opening, options)
    size = Size(options.size) ?? Size(width: 120, height: 36)
    glyphs = options.ascii ? .ascii : .unicode
  }

  func run() async throws {
    let export = try options.exportRequest
    // The model may run for minutes: what stands in the way is told before.
    if let export { try ExportFile.check(export) }
    let story = await opening.explorer.explore(opening.story)
    if case .failed(let reason) = story.stage { throw BatchError(reason: reason) }
    var state = ViewState(story: story, theme: options.ansi ? coloured : .mono)
    opening.place(&state)
    state.view = options.screen?.view ?? .text
    if let tour = opening.tour { state.begin(tour) }
    for key in try Key.parse(options.keys) {
      switch state.handle(key, size: size) {
      case .explore:
        var next = Story(
          modelName: story.modelName, prompt: story.prompt, settings: state.settings,
          vocabulary: story.vocabulary)
        next = await opening.explorer.explore(next, earlier: state.story)
        state.story = next
      case .export(let request): try await answer(request, &state)
      case .why:
        if let finding = state.why { state.why = await opening.explorer.why(finding, of: state.story) }
      case .exportWhy:
        if let finding = state.why { state.message = try ExportFile.write(finding, of: state.story) }
      case .none, .cancel, .cancelWhy, .redraw, .suspend, .quit: break
      }
      state.noticeTour()
    }
    if let export { try await write(export, &state) }
    if let why = options.why, let policy = Policy(why) { try await explain(policy, in: state.story, asJSON: options.json) }
    if options.screen != nil, export?.scope != .view {
      await complete(&state)
      let grid = state.draw(size: size, glyphs: glyphs)
      let text = options.ansi ? TextRenderer.ansi(grid) : TextRenderer.text(grid)
      FileHandle.standardOutput.write(Data((text.hasSuffix("\n") ? text : text + "\n").utf8))
    }
  }

  /// Prints why a policy lost the answer.
  private func explain(_ policy: Policy, in story: Story, asJSON: Bool) async throws {
    let finding = await opening.explorer.why(try WhyFinding(story, policy: policy), of: story)
    let export = WhyExport(finding, of: story)
    FileHandle.standardOutput.write(asJSON ? try export.json() : Data(export.text.utf8))
  }

  /// Writes what a key asked for; a file that is there already is asked about, as on a screen.
  private func answer(_ request: ExportRequest, _ state: inout ViewState) async throws {
    do {
      try await write(request, &state)
      state.exportEnded(request, error: nil)
    } catch let error as ExportError {
      guard case .exists = error else { throw error }
      state.exportEnded(request, error: error)
    }
  }

  /// Writes a file; what is printed in black and white is written in colour, where the format has any.
  private func write(_ request: ExportRequest, _ state: inout ViewState) async throws {
    await complete(&state)
    var picture = state
    if !options.ansi, picture.theme == .mono { picture.theme = coloured }
    try ExportFile.write(picture, request, size: size, glyphs: glyphs)
  }

  /// Computes what the open view lacks.
  private func complete(_ state: inout ViewState) async {
    state.settle()
    if case .sweep(let keys)? = state.missingDetails.first {
      state.details.take(.sweep(await opening.explorer.sweep(state.details.sweep, keys, of: state.story)))
    }
  }

  /// The theme of what has colours, unless none are wanted.
  private var coloured: Theme {
    options.color.isMonochrome ? .mono : options.theme.flatMap(Theme.named) ?? .dark
  }
}

/// A story that failed.
struct BatchError: Error, CustomStringConvertible {
  let reason: String
  var description: String { reason }
}
