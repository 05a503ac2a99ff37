import Eviction
import Exploration
import Screen

/// Everything that a screen is a function of, beside the terminal's size and its glyphs.
package struct ViewState: Sendable {
  /// The views, in the order of their digits.
  package enum View: Int, Sendable, CaseIterable {
    case text = 1
    case heatmap = 2
    case heads = 3
    case compare = 4
    case timeline = 5

    /// The view's name in the title and, in small letters, for `--screen`.
    package var title: String {
      switch self {
      case .text: "Text"
      case .heatmap: "Heatmap"
      case .heads: "Heads"
      case .compare: "Compare"
      case .timeline: "Timeline"
      }
    }
  }

  /// How a heatmap turns attention to brightness.
  package enum Scale: String, Sendable, CaseIterable {
    case logarithmic = "log"
    case linear
  }

  /// Which heads a heatmap row shows.
  package enum HeadMode: String, Sendable, CaseIterable {
    case single, mean, max
  }

  /// The run as far as it has come.
  @CopyOnWrite package var run: Run { didSet { comeIntoRun() } }
  /// The text with the question that is asked for now; it runs anew when it differs from the
  /// run's own.
  @CopyOnWrite package var prompt: Prompt
  /// What is asked for now; it runs anew when this differs from the run's own.
  @CopyOnWrite package var settings: ExplorationSettings
  /// The open view.
  package var view = View.text
  /// Whether the help lies over it.
  package var showsHelp = false
  /// The help's first line shown, where it does not fit.
  package var helpTop = 0
  /// Whether it shows what the words mean, in place of the keys.
  package var showsWords = false
  /// Whether the whole answers lie over the view.
  package var showsAnswer = false
  /// Their first line shown, where not all fit.
  package var answerTop = 0
  /// Whether the learner's notes are shown.
  package var showsNotes = true
  /// The active policy, an index into the settings' list.
  package var policy = 0
  /// The pinned policy, an index into the same list.
  package var pinned: Int?
  /// The chosen layer.
  package var layer = 0
  /// The chosen query head.
  package var head = 0
  /// Which heads the heatmap shows.
  package var headMode = HeadMode.single
  /// The heatmap's scale.
  package var scale = Scale.logarithmic
  /// Whether two rows of the heatmap share a line, where half blocks and colour allow.
  package var pairsRows = true
  /// Whether the text has its row of marks in colour, too.
  package var showsCover = false
  /// The figure that the head grid shows.
  package var figure = HeadFigure.massRecall
  /// Whether the head grid is sorted, the most striking heads first.
  package var sortsHeads = false
  /// The column by which the comparison is sorted.
  package var sortColumn = CompareColumn.massRecall
  /// Whether its order is the other way round.
  package var reversesOrder = false
  /// Policies whose recall is plotted beside the active and the pinned one's.
  package var plotted: Set<Policy> = []
  /// Whether the comparison shows the policies' settings in place of the plot.
  package var showsSettings = false
  /// What is computed off the screen's thread for the open view.
  @CopyOnWrite package var details = Details()
  /// The prompt as it is written on screens, remembered from frame to frame.
  let texts = TokenTexts()
  /// Keys per heatmap cell; `nil` fits all of them to the width.
  package var keysPerCell: Int?
  /// The token under the cursor, a position.
  package var cursor = 0
  /// The heatmap's row that was chosen, an index into its rows; `nil` follows the shown step.
  package var heatmapRow: Int?
  /// The step shown; `nil` follows the newest.
  package var step: Int?
  /// Whether steps advance by themselves.
  package var isPlaying = false
  /// The theme.
  @CopyOnWrite package var theme: Theme
  /// The colours that the terminal has: themes that need more are not offered.
  package var colorDepth = ColorDepth.rgb
  /// A number typed before a key.
  package var count: Int?
  /// Whether a number is being typed, so that digits choose no view.
  package var isCounting = false
  /// The line being typed.
  @CopyOnWrite package var entry: Entry?
  /// The last search, for `n` and `N`.
  package var search = ""
  /// Where it is found, remembered from key to key.
  var matches: SearchMatches?
  /// Lines that were entered before.
  var history = EntryHistory()
  /// The keys and what they do.
  @CopyOnWrite package var keys = KeyTable.standard
  /// Names of files, for completing a path.
  @CopyOnWrite package var files = FileCompletion()
  /// The file that the session was read from, or written to last.
  package var sessionPath: String?
  /// The last message, shown in the status line until the next key.
  package var message: String?
  /// Frames drawn while work runs; turns the spinner.
  package var tick = 0
  /// Earlier settings, for undo; the newest last.
  package var undo: [Setup] = []
  /// Settings that are kept to come back to.
  @CopyOnWrite package var otherSetup: Setup?
  /// Where the selected span of tokens begins, a position; it ends at the cursor.
  package var selectionStart: Int?
  /// Where a person's edits of the kept tokens happen.
  package var editScope = EditScope.head
  /// Why a policy's answer was lost, as far as it is known.
  @CopyOnWrite package var why: WhyFinding?
  /// Whether that lies over the view.
  package var showsWhy = false
  /// Its first line shown, where not all fit.
  package var whyTop = 0
  /// Whether the last key was the one that stops work: the next one like it quits.
  var isInterrupted = false
  /// The policies edited by hand that a file holds.
  var writtenPolicies: [Policy] = []
  /// The guided tour, if one was begun.
  @CopyOnWrite package var tour: Tour?

  /// A state at the beginning of a run.
  package init(run: Run, theme: Theme = .dark) {
    self.run = run
    prompt = run.prompt
    settings = run.settings
    writtenPolicies = run.settings.policies.filter { !$0.edits.isEmpty }
    self.theme = theme
    cursor = max(0, run.prompt.tokens.count - 1)
    pinned = settings.policies.firstIndex { $0.descriptor.name == "snapkv" }
    if pinned == policy { pinned = nil }
  }

  /// The active result, once it exists.
  package var result: PolicyResult? { run.result(policy) }
  /// The pinned result, once it exists.
  package var pinnedResult: PolicyResult? { pinned.flatMap(run.result) }
  /// The result whose answer is stepped through: the active one; in a trace the full cache's, which has the
  /// only answer.
  var answering: PolicyResult? { run.hasModel ? result ?? run.full : run.full }
  /// The active result's steps.
  package var timeline: Timeline { Timeline(result, answer: result == nil ? nil : answering?.answer) }
  /// The step that is shown.
  package var shownStep: Timeline.Step { timeline.steps[shownIndex] }
  /// Its place among the active result's steps.
  var shownIndex: Int {
    let last = timeline.steps.count - 1
    return min(step ?? last, last)
  }
  /// The active policy's title.
  package var policyTitle: String {
    settings.policies.indices.contains(policy) ? settings.policies[policy].title : "full"
  }
  /// The pinned policy's title.
  package var pinnedTitle: String? {
    pinned.flatMap { settings.policies.indices.contains($0) ? settings.policies[$0].title : nil }
  }
}
