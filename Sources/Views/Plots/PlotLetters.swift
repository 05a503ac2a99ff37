import Screen

/// How the lines of plots are told apart: by letter, and in colour by colour, too.
enum PlotLetters {
  /// The mark of a line.
  static func letter(_ line: Int) -> String {
    let letters = Array("abcdefghijklmnopqrstuvwxyz")
    return String(letters[line % letters.count])
  }

  /// Its style.
  static func style(_ line: Int, _ theme: Theme) -> Style {
    let roles: [Theme.Role] = [.accent, .warning, .good, .error, .note, .text]
    return theme[roles[line % roles.count]]
  }
}
