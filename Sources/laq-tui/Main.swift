import ArgumentParser
import Terminal

/// Chooses between the program, its manual, and the commands beside it.
///
/// The argument parser's own subcommands would take second place to the text, which is a word like theirs. A text of such
/// a name is opened as `./policies`.
@main
enum Main {
  /// The commands beside the program, by their names.
  static let commands: [any ParsableCommand.Type] = [Policies.self, ConfigCommand.self, Eval.self]

  /// The names of the commands.
  static var names: [String] { commands.compactMap { $0.configuration.commandName } }

  static func main() async {
    let arguments = Array(CommandLine.arguments.dropFirst())
    if let command = commands.first(where: { $0.configuration.commandName == arguments.first }) {
      // Some commands open the terminal, which is prepared before any thread starts.
      Terminal.prepareProcess()
      if let command = command as? any AsyncParsableCommand.Type {
        await command.main(Array(arguments.dropFirst()))
      } else {
        command.main(Array(arguments.dropFirst()))
      }
    } else if arguments.first == "--help" || arguments.first == "help" {
      print(Manual().text)
    } else {
      await LaqTUI.main(arguments)
    }
  }
}
