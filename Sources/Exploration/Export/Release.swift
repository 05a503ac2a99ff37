/// The program's name and version, as exports and `--version` give them.
public enum Release {
  /// Semantic version; it rises when a command, an option, a key or an export changes its meaning.
  public static let version = "0.1.0"
  /// Name and version in one line.
  public static let name = "laq-tui \(version)"
}
