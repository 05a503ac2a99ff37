import ArgumentParser
import EmbeddedModel
import Views

/// `laq-tui tutorial`: a guided tour of the explorer, on a sample and the embedded model that come with the
/// program.
struct Tutorial: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tutorial",
    abstract: "Learn in twelve steps what the explorer shows, on a text that comes with it.",
    discussion: """
      Takes how it looks, as the program does: --theme, --color, --ascii, --no-mouse; and --screen, --size, --ansi and --keys.
      """)

  /// The tour tells of one text, model and budget, and names keys as they are without a configuration: what
  /// would change them is refused.
  private static let allowed: Set<String> = [
    "--theme", "--color", "--ascii", "--no-ascii", "--mouse", "--no-mouse", "--screen", "--size", "--ansi",
    "--keys",
  ]

  @Argument(parsing: .allUnrecognized, help: "How it looks.")
  var options: [String] = []

  func run() async throws {
    if let other = options.first(where: { option in
      option.hasPrefix("-") && !Self.allowed.contains { option == $0 || option.hasPrefix($0 + "=") }
    }) {
      throw ValidationError("The tutorial takes no '\(other)': it tells of one text, model and budget.")
    }
    let program = try LaqTUI.parse([EmbeddedSample.name, "--no-config"] + options)
    try await program.run(.needle, of: EmbeddedSample.text)
  }
}
