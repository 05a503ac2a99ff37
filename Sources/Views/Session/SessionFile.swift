import Eviction
import Exploration
import Foundation
import Transformer

/// A session as a file keeps it: the text and the model by their paths, the question, the settings, what is kept by hand, the
/// place on the screen. JSON in a documented and versioned schema (`Tests/ExplorationTests/Fixtures/session.schema.json`).
///
/// Layers and heads count from 1, as everywhere a person writes them; positions are places in the prompt's tokens. What a
/// reader does not know it passes over; what it misses has its usual value.
public struct SessionFile: Codable, Sendable, Equatable {
  /// The name and version of the schema; the version rises when a field changes its meaning.
  public static let schema = "laq-tui.session"
  /// See `schema`.
  public static let version = 1

  /// Which schema it is.
  public var schema = Self.schema
  /// Of which version.
  public var version = Self.version
  /// Name and version of the program that wrote it.
  public var program: String? = Release.name
  /// What was opened.
  public var source: Source
  /// What is looked at.
  public var setup: Setup
  /// The settings that `A` goes to, where there are any.
  public var other: Setup?
  /// How and where it is looked at.
  public var screen: Screen

  /// What was opened, beside the question.
  public struct Source: Codable, Sendable, Equatable {
    /// As `--model` takes it; a path in the session's own folder stands as seen from there.
    public var model: String
    /// A trained gate's file, where one was named.
    public var gate: String?
    /// Number format of matrix products.
    public var precision: String?
    /// The text.
    public var text: Text
    /// Whether the text is a user's turn, by the model's template.
    public var chat: Bool?
    /// What the system says before the user; `""` for no system turn, nothing for what the template says by
    /// itself.
    public var system: String?
    /// Variables of the chat template, as `--template` takes them.
    public var template: [String]?
    /// Whether a question stands before the text.
    public var questionFirst: Bool?
  }

  /// The text: a file and its hash, or, when it came through a pipe, all of it.
  public struct Text: Codable, Sendable, Equatable {
    /// The file; a path in the session's own folder stands as seen from there.
    public var path: String?
    /// What screens call it.
    public var name: String?
    /// SHA-256 of its bytes, in hexadecimal.
    public var sha256: String
    /// The text itself, where it came from standard input and is UTF-8.
    public var content: String?
    /// The same in base 64, where it is not.
    public var base64: String?
  }

  /// The whole settings and the policies that are looked at under them.
  public struct Setup: Codable, Sendable, Equatable {
    /// What is asked beside the text.
    public var question: String?
    /// Tokens per layer and head, or a share, as `--budget` takes them.
    public var budget: String
    /// The heads that share a kept set: `kv` or `query`.
    public var granularity: String?
    /// Answer tokens at most.
    public var answerLimit: Int?
    /// The queries that are recorded: `all` or `windows`.
    public var recording: String?
    /// The policies, in the order of the lists.
    public var policies: [PolicyEntry]
    /// The active one, an index into them from 0.
    public var active: Int?
    /// The pinned one.
    public var pinned: Int?
  }

  /// A policy with what a person changed of its choice.
  public struct PolicyEntry: Codable, Sendable, Equatable {
    /// As `--policy` takes it.
    public var name: String
    /// The first one was made first.
    public var edits: [Edit]?
  }

  /// Tokens that are kept or evicted by hand.
  public struct Edit: Codable, Sendable, Equatable {
    /// What becomes of them.
    public var action: KeptEdit.Action
    /// The first and the last position.
    public var first: Int, last: Int
    /// The layer; everywhere, if there is none.
    public var layer: Int?
    /// The query head; in all heads of the layer, if there is none.
    public var head: Int?
  }

  /// How and where it is looked at.
  public struct Screen: Codable, Sendable, Equatable {
    /// The open view, as `--screen` names it.
    public var view: String?
    /// The theme.
    public var theme: String?
    /// Whether the learner's notes are shown.
    public var notes: Bool?
    /// The chosen layer.
    public var layer: Int?
    /// The chosen query head.
    public var head: Int?
    /// The token under the cursor, a position.
    public var cursor: Int?
    /// Where a selected span begins, a position.
    public var selectionStart: Int?
    /// The step shown, from 0; the newest, if there is none.
    public var step: Int?
    /// Which heads the heatmap shows.
    public var headMode: String?
    /// Its scale.
    public var scale: String?
    /// Keys per cell; all fit the width, if there is no number.
    public var keysPerCell: Int?
    /// Its row under the cursor.
    public var heatmapRow: Int?
    /// Whether two of its rows share a line.
    public var pairsRows: Bool?
    /// Whether the text has its row of marks in colour, too.
    public var cover: Bool?
    /// The figure of the head grid.
    public var figure: String?
    /// Whether the grid is sorted.
    public var sortsHeads: Bool?
    /// The column by which the comparison is sorted.
    public var sortColumn: String?
    /// Whether its order is the other way round.
    public var reversesOrder: Bool?
    /// Whether it shows settings in place of the plot.
    public var showsSettings: Bool?
    /// Names of policies that are plotted beside the active and the pinned one.
    public var plotted: [String]?
    /// The last search.
    public var search: String?
  }
}
