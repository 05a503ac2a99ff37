import Exploration
import Screen

/// What is shown, and how: the open view, the theme, the keys that the screen names.
package struct Display: Sendable {
  /// The open view.
  package var view = ViewState.View.text
  /// The theme.
  @CopyOnWrite package var theme: Theme
  /// The colours that the terminal has: themes that need more are not offered.
  package var colorDepth = ColorDepth.rgb
  /// The keys and what they do.
  @CopyOnWrite package var keys = KeyTable.standard
  /// Whether the learner's notes are shown.
  package var showsNotes = true
  /// Whether the text has its row of marks in colour, too.
  package var showsCover = false
  /// How the heatmap is shown.
  package var heatmap = HeatmapDisplay()
  /// How the head grid is shown.
  package var heads = HeadsDisplay()
  /// Which losses are listed.
  package var losses = LossDisplay()
  /// How the comparison is shown.
  package var compare = CompareDisplay()
  /// How the course of an answer is shown.
  package var course = CourseDisplay()
  /// How the lookahead view is shown.
  package var lookahead = LookaheadDisplay()
  /// The prompt as it is written on screens, remembered from frame to frame.
  var texts = TokenTexts()
  /// The heatmap's rows as they are pooled, remembered as well.
  var pooledRows = PooledRows()
  /// What the lookahead view asks for, remembered as well.
  var studyRequests = StudyRequests()
  /// Answers as they are written on screens, remembered as well.
  var answers = AnswerTexts()

  /// The first screen's.
  package init(theme: Theme) { self.theme = theme }
}
