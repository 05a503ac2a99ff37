import ArgumentParser
import Terminal
import Transformer

/// Chooses between the program, its manual, and the commands beside it.
///
/// The argument parser's own subcommands would take second place to the text, which is a word like theirs. A text of such
/// a name is opened as `./policies`.
@main
enum Main {
  /// The commands beside the program, by their names.
  static let commands: [any ParsableCommand.Type] = [Tutorial.self, Policies.self, Eval.self, ConfigCommand.self]

  /// The names of the commands.
  static var names: [String] { commands.compactMap { $0.configuration.commandName } }

  static func main() async {
    let arguments = Array(CommandLine.arguments.dropFirst())
    do { try InstructionSet.checkSetting() } catch { Console.end(error, status: 64) }
    if let command = commands.first(where: { $0.configuration.commandName == arguments.first }) {
      // Some commands open the terminal, which is prepared before any thread starts.
      Terminal.prepareProcess()
      await run(command, Array(arguments.dropFirst()))
    } else if arguments.first == "--help" || arguments.first == "help" {
      print(Manual().text)
    } else {
      await LaqTUI.main(arguments)
    }
  }

  private static func run(_ command: any ParsableCommand.Type, _ arguments: [String]) async {
    if let waiting = command as? any AsyncParsableCommand.Type {
      await waiting.main(arguments)
    } else {
      command.main(arguments)
    }
  }
}
