import Eviction
import Exploration
import Foundation
import Transformer

/// A session as a file keeps it: the text and the model by their paths, the question, the settings, what is
/// kept by hand, the place on the screen. JSON in a documented and versioned schema
/// (`Tests/ExplorationTests/Fixtures/session.schema.json`).
///
/// Layers and heads count from 1, as everywhere a person writes them; positions are places in the prompt's
/// tokens. What a reader does not know it passes over; what it misses has its usual value.
package struct SessionFile: Codable, Sendable, Equatable {
  /// The name and version of the schema; the version rises when a field changes its meaning.
  package static let schema = "laq-tui.session"
  /// See `schema`. Before 2, policies' windows did not go by the budget.
  package static let version = 2

  /// Which schema it is.
  package var schema = Self.schema
  /// Of which version.
  package var version = Self.version
  /// Name and version of the program that wrote it.
  package var program: String? = Release.name
  /// What was opened.
  package var source: Source
  /// What is looked at.
  package var setup: Setup
  /// The settings that `A` goes to, where there are any.
  package var other: Setup?
  /// How and where it is looked at.
  package var screen: Screen
  /// What was computed of it, where that was complete.
  package var values: Values?
  /// The prompt's recording, where it was kept, too.
  package var recording: Recording?

  /// A file that holds a prompt's recording.
  package struct Recording: Codable, Sendable, Equatable {
    /// The file; a path in the session's own folder stands as seen from there.
    package var path: String
    /// Its bytes.
    package var bytes: Int
  }

  /// What was opened, beside the question.
  package struct Source: Codable, Sendable, Equatable {
    /// As `--model` takes it; a path in the session's own folder stands as seen from there.
    package var model: String
    /// A trained gate's file, where one was named.
    package var gate: String?
    /// Number format of matrix products.
    package var precision: String?
    /// The text.
    package var text: Text
    /// Whether the text is a user's turn, by the model's template.
    package var chat: Bool?
    /// What the system says before the user; `""` for no system turn, nothing for what the template says by
    /// itself.
    package var system: String?
    /// Variables of the chat template, as `--template` takes them.
    package var template: [String]?
    /// Whether a question stands before the text.
    package var questionFirst: Bool?
  }

  /// The text: a file and its hash, or, when it came through a pipe, all of it.
  package struct Text: Codable, Sendable, Equatable {
    /// The file; a path in the session's own folder stands as seen from there.
    package var path: String?
    /// What screens call it.
    package var name: String?
    /// SHA-256 of its bytes, in hexadecimal.
    package var sha256: String
    /// The text itself, where it came from standard input and is UTF-8.
    package var content: String?
    /// The same in base 64, where it is not.
    package var base64: String?
  }

  /// The whole settings and the policies that are looked at under them.
  package struct Setup: Codable, Sendable, Equatable {
    /// What is asked beside the text.
    package var question: String?
    /// Whether it comes after the eviction.
    package var questionAfter: Bool?
    /// All questions that come after the eviction, where there are several.
    package var questions: [String]?
    /// What every answer begins with.
    package var answerPrefix: String?
    /// Tokens per layer and head, or a share, as `--budget` takes them.
    package var budget: String
    /// The heads that share a kept set: `kv` or `query`.
    package var granularity: String?
    /// Answer tokens at most.
    package var answerLimit: Int?
    /// What a right answer has in it, as `--expect` takes it.
    package var expected: [String]?
    /// The queries that are recorded: `all` or `windows`.
    package var recording: String?
    /// The policies, in the order of the lists.
    package var policies: [PolicyEntry]
    /// The active one, an index into them from 0.
    package var active: Int?
    /// The pinned one.
    package var pinned: Int?
  }

  /// A policy with what a person changed of its choice.
  package struct PolicyEntry: Codable, Sendable, Equatable {
    /// As `--policy` takes it, or a file's.
    package var name: String
    /// The first one was made first.
    package var edits: [Edit]?
    /// What it keeps, where a file says it; the name is that of no registered policy then.
    package var kept: KeptSets?
  }

  /// Tokens that are kept or evicted by hand.
  package struct Edit: Codable, Sendable, Equatable {
    /// What becomes of them.
    package var action: KeptEdit.Action
    /// The first and the last position.
    package var first: Int, last: Int
    /// The layer; everywhere, if there is none.
    package var layer: Int?
    /// The query head; in all heads of the layer, if there is none.
    package var head: Int?
  }

  /// How and where it is looked at.
  package struct Screen: Codable, Sendable, Equatable {
    /// The open view, as `--screen` names it.
    package var view: String?
    /// The theme.
    package var theme: String?
    /// Whether the learner's notes are shown.
    package var notes: Bool?
    /// The chosen layer.
    package var layer: Int?
    /// The chosen query head.
    package var head: Int?
    /// The token under the cursor, a position.
    package var cursor: Int?
    /// Where a selected span begins, a position.
    package var selectionStart: Int?
    /// The step shown, from 0; the newest, if there is none.
    package var step: Int?
    /// Which heads the heatmap shows.
    package var headMode: String?
    /// Its scale.
    package var scale: String?
    /// Keys per cell; all fit the width, if there is no number.
    package var keysPerCell: Int?
    /// Whether cells of one key have their word over them.
    package var keyWords: Bool?
    /// Its row under the cursor.
    package var heatmapRow: Int?
    /// Whether two of its rows share a line.
    package var pairsRows: Bool?
    /// Whether the text has its row of marks in colour, too.
    package var cover: Bool?
    /// The figure of the head grid.
    package var figure: String?
    /// Whether the grid is sorted.
    package var sortsHeads: Bool?
    /// The column by which the comparison is sorted.
    package var sortColumn: String?
    /// Whether its order is the other way round.
    package var reversesOrder: Bool?
    /// Whether it shows settings in place of the plot.
    package var showsSettings: Bool?
    /// Whether the timeline shows the course of the answer.
    package var course: Bool?
    /// The figure of its first plot.
    package var courseFigure: String?
    /// Names of policies that are plotted beside the active and the pinned one.
    package var plotted: [String]?
    /// The last search.
    package var search: String?
  }
}
