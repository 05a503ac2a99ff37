/// What lies over the open view, and how far it is scrolled. The help lies over the cause of a loss, and that
/// over the answers.
package struct Overlays: Sendable {
  /// Whether the help is shown.
  package var showsHelp = false
  /// Its first line shown, where it does not fit.
  package var helpTop = 0
  /// Whether it shows what the words mean, in place of the keys.
  package var showsWords = false
  /// Whether is shown why a policy's answer was lost.
  package var showsWhy = false
  /// Its first line shown, where not all fit.
  package var whyTop = 0
  /// Whether the whole answers are shown.
  package var showsAnswer = false
  /// Their first line shown, where not all fit.
  package var answerTop = 0

  /// Whether the places where most attention is lost are listed.
  package var showsLosses = false

  /// Whether nothing lies over the view.
  var isEmpty: Bool { !showsHelp && !showsWhy && !showsAnswer && !showsLosses }
}
