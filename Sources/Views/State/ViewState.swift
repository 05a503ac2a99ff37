import Exploration
import Screen

/// Everything that a screen is a function of, beside the terminal's size and its glyphs, in parts: each view takes
/// those that it draws.
package struct ViewState: Sendable {
  /// The views, in the order of their digits.
  package enum View: Int, Sendable, CaseIterable {
    case text = 1
    case heatmap = 2
    case heads = 3
    case compare = 4
    case timeline = 5
    case lookahead = 6

    /// The view's name in the title and, in small letters, for `--screen`.
    package var title: String {
      switch self {
      case .text: "Text"
      case .heatmap: "Heatmap"
      case .heads: "Heads"
      case .compare: "Compare"
      case .timeline: "Timeline"
      case .lookahead: "Lookahead"
      }
    }
  }

  /// The run as far as it has come.
  @CopyOnWrite package var run: Run { didSet { comeIntoRun() } }
  /// What is computed off the screen's thread for the open view.
  @CopyOnWrite package var details = Details()
  /// What is asked for now, which runs anew when it differs from the run's own; and the active and the pinned
  /// policy.
  @CopyOnWrite package var setup: Setup
  /// Where a person is.
  package var cursor: Cursor
  /// What is shown, and how.
  @CopyOnWrite package var display: Display
  /// What lies over it.
  package var overlays = Overlays()
  /// What a person has changed.
  @CopyOnWrite package var editing = Editing()
  /// What is being typed.
  @CopyOnWrite package var typing = Typing()
  /// The last search.
  @CopyOnWrite package var search = Search()
  /// Why a policy's answer was lost, as far as it is known.
  @CopyOnWrite package var why: WhyFinding?
  /// The guided tour, if one was begun.
  @CopyOnWrite package var tour: Tour?
  /// The last message, shown in the status line until the next key.
  package var message: String?
  /// Frames drawn while work runs; turns the spinner.
  package var tick = 0

  /// A state at the beginning of a run.
  package init(run: Run, theme: Theme = .dark) {
    self.run = run
    let pinned = run.settings.policies.firstIndex { $0.descriptor.name == "snapkv" }
    setup = Setup(
      prompt: run.prompt, settings: run.settings, policy: 0, pinned: pinned == 0 ? nil : pinned)
    cursor = Cursor(position: run.prompt.tokens.count - 1)
    display = Display(theme: theme)
    display.compare.sortColumn = .first(in: run)
    editing.written = setup.editedPolicies
  }

  /// What the views draw.
  var scene: Scene {
    Scene(run: _run, details: _details, setup: _setup, cursor: cursor, display: _display)
  }

  /// Moves what is chosen into what the run has, whenever one is received.
  ///
  /// A prefill that was stopped has fewer layers than the run before it, another question fewer tokens,
  /// other settings fewer policies: every screen may rely on what is chosen being there.
  mutating func comeIntoRun() {
    cursor.comeInto(run)
    setup.comeIntoList()
  }
}
