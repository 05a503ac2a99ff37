import Eviction
import Exploration
import Foundation
import Screen
import Views

/// The program without a terminal: runs the story, plays keys, prints a screen or writes an export.
@MainActor
struct Batch {
  let opening: Opening

  func run(_ options: LaqTUI) async throws {
    let story = await opening.explorer.explore(opening.story)
    if case .failed(let reason) = story.stage { throw BatchError(reason: reason) }
    let size = Size(options.size) ?? Size(width: 120, height: 36)
    var state = ViewState(story: story, theme: theme(options))
    opening.place(&state)
    state.view = options.screen?.view ?? .text
    for key in try Key.parse(options.keys) {
      switch state.handle(key, size: size) {
      case .explore:
        var next = Story(
          modelName: story.modelName, prompt: story.prompt, settings: state.settings,
          vocabulary: story.vocabulary)
        next = await opening.explorer.explore(next, earlier: state.story)
        state.story = next
      case .why:
        if let finding = state.why { state.why = await opening.explorer.why(finding, of: state.story) }
      case .exportWhy:
        if let finding = state.why { state.message = try ExportFile.write(finding, of: state.story) }
      case .export(let path): state.message = try ExportFile.write(state.story, to: path)
      case .none, .cancel, .cancelWhy, .redraw, .suspend, .quit: break
      }
    }
    if let path = options.export {
      try KeptExport(state.story).write(to: path, replacing: options.force)
    }
    if let why = options.why, let policy = Policy(why) { try await explain(policy, in: state.story, asJSON: options.json) }
    if options.screen != nil {
      state.settle()
      if case .sweep(let keys)? = state.missingDetails.first {
        state.details.take(.sweep(await opening.explorer.sweep(state.details.sweep, keys, of: state.story)))
      }
      let grid = state.draw(size: size, glyphs: options.ascii ? .ascii : .unicode)
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

  /// Printed screens are monochrome, so that they can be read and compared, unless colours are asked for.
  private func theme(_ options: LaqTUI) -> Theme {
    guard options.ansi, !options.color.isMonochrome else { return .mono }
    return options.theme.flatMap(Theme.named) ?? .dark
  }
}

/// A story that failed.
struct BatchError: Error, CustomStringConvertible {
  let reason: String
  var description: String { reason }
}
