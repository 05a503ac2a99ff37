import Exploration
import Foundation
import Screen
import Synchronization
import Terminal
import Views

/// The interactive program: waits for keys and for the engine's news, and draws.
///
/// The engine tells its story from another thread through `Mailbox`, which keeps only the newest state
/// and wakes the terminal; the screen never waits for the model.
@MainActor
final class Session {
  private let terminal: Terminal
  private let explorer: Explorer
  private let glyphs: GlyphSet
  private let mailbox = Mailbox()
  private var state: ViewState
  private var work: Task<Void, Never>?
  private var generation = 0
  private var pending: [Key]
  private let opening: Opening
  /// Whether a person has taken over: from then on the program never moves the cursor by itself.
  private var isTouched = false

  init(opening: Opening, options: LaqTUI) throws {
    pending = try Key.parse(options.keys)
    let maximum: ColorDepth = options.color.isMonochrome ? .mono : .rgb
    terminal = try Terminal(mouse: !options.noMouse, maximumDepth: maximum)
    explorer = opening.explorer
    glyphs = options.ascii || !terminal.isUTF8 ? .ascii : .unicode
    let hasColor = terminal.colorDepth >= .palette256
    let theme = hasColor ? options.theme.flatMap(Theme.named) ?? .dark : .mono
    state = ViewState(story: opening.story, theme: theme)
    self.opening = opening
  }

  func run() async throws {
    draw()
    explore(earlier: nil)
    loop: while true {
      let isMoving = state.isPlaying || !state.story.isFinished
      let event = terminal.nextEvent(timeoutMilliseconds: isMoving ? 120 : nil)
      receive()
      var keys = pending
      // Keys from the command line wait for the story, so that they find what they ask for.
      if state.story.isFinished { pending = [] } else { keys = [] }
      switch event {
      case .key(let key): keys.append(key)
      case .closed: break loop
      case .none:
        state.tick += 1
        state.advance()
      case .resize, .wake: break
      }
      for key in keys {
        isTouched = true
        if !handle(key) { break loop }
      }
      draw()
    }
    work?.cancel()
    terminal.close()
  }

  private func draw() { terminal.show(state.draw(size: terminal.size, glyphs: glyphs)) }

  /// Handles a key; false ends the session.
  private func handle(_ key: Key) -> Bool {
    switch state.handle(key, size: terminal.size) {
    case .none: break
    case .explore: explore(earlier: state.story)
    case .cancel: work?.cancel()
    case .redraw: terminal.redraw()
    case .suspend: terminal.suspend()
    case .quit: return false
    case .export(let path):
      do {
        state.message = try ExportFile.write(state.story, to: path)
      } catch {
        state.message = String(describing: error)
      }
    }
    return true
  }

  /// Tells the story anew with the current settings, keeping the recording.
  private func explore(earlier: Story?) {
    work?.cancel()
    generation += 1
    let earlier = earlier?.recording == nil ? nil : earlier
    let story = Story(
      modelName: state.story.modelName, prompt: state.story.prompt, settings: state.settings,
      vocabulary: state.story.vocabulary)
    let (explorer, mailbox, generation) = (explorer, mailbox, generation)
    work = Task.detached {
      _ = await explorer.explore(story, earlier: earlier) { update in
        mailbox.put(update, generation: generation)
        Terminal.wake()
      }
    }
    // A state without a recording would blank the screen while settings are re-scored.
    state.step = nil
    state.story = earlier?.recording == nil ? story : state.story.at(.opening)
  }

  /// Takes the engine's newest story, unless it belongs to settings that have changed since.
  private func receive() {
    guard let (story, generation) = mailbox.take(), generation == self.generation else { return }
    // While a re-scored story has no lanes yet, the old one stays on the screen with the new stage.
    if story.lanes.isEmpty, !state.story.lanes.isEmpty, !story.isFinished {
      state.story = state.story.at(story.stage)
      return
    }
    state.story = story
    if story.stage == .done, !isTouched {
      opening.place(&state)
      isTouched = true
    }
  }
}

/// The newest story, from the engine's thread to the screen's.
final class Mailbox: Sendable {
  private let newest = Mutex<(Story, Int)?>(nil)

  func put(_ story: Story, generation: Int) { newest.withLock { $0 = (story, generation) } }

  func take() -> (Story, Int)? {
    newest.withLock { value in
      defer { value = nil }
      return value
    }
  }
}
