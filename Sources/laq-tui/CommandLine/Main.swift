import ArgumentParser
import CFaults
import Terminal
import Transformer

/// Chooses between the program, its manual, and the commands beside it.
///
/// The argument parser's own subcommands would take second place to the text, which is a word like theirs. A
/// text of such a name is opened as `./policies`.
@main
enum Main {
  /// The commands beside the program, by their names.
  static let commands: [any ParsableCommand.Type] = [
    Tutorial.self, Policies.self, Eval.self, ConfigCommand.self,
  ]

  /// The names of the commands.
  static var names: [String] { commands.compactMap { $0.configuration.commandName } }

  static func main() async {
    Output.prepareProcess()
    // Here, where no thread has started yet.
    Terminal.prepareProcess()
    fault_handle()
    let arguments = Array(CommandLine.arguments.dropFirst())
    do { try InstructionSet.checkSetting() } catch { Console.end(error, status: 64) }
    if let command = commands.first(where: { $0.configuration.commandName == arguments.first }) {
      await run(command, Array(arguments.dropFirst()))
    } else if arguments.first == "--help" || arguments.first == "help" {
      Output.write(Manual().text + "\n")
    } else {
      await run(LaqTUI.self, arguments)
    }
    Output.end(0)
  }

  /// Runs a command. What it throws, a request for help among it, is told as the argument parser would, which
  /// ends by `exit` and does not look whether its words could be written.
  private static func run(_ command: any ParsableCommand.Type, _ arguments: [String]) async {
    do {
      var parsed = try command.parseAsRoot(arguments)
      if var waiting = parsed as? any AsyncParsableCommand {
        try await waiting.run()
      } else {
        try parsed.run()
      }
    } catch {
      let (status, words) = (command.exitCode(for: error).rawValue, command.fullMessage(for: error))
      if !words.isEmpty {
        if status == 0 { Output.write(words + "\n") } else { Console.put(words + "\n") }
      }
      Output.end(status)
    }
  }
}
