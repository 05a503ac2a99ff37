import Terminal

/// Chooses between the program, its list of policies and its evaluations.
///
/// The argument parser's own subcommands would take second place to the text, which is a word like theirs. A text of such a
/// name is opened as `./policies`.
@main
enum Main {
  static func main() async {
    let arguments = CommandLine.arguments.dropFirst()
    if arguments.first == Policies.configuration.commandName {
      Policies.main(Array(arguments.dropFirst()))
    } else if arguments.first == Eval.configuration.commandName {
      Terminal.prepareProcess()
      await Eval.main(Array(arguments.dropFirst()))
    } else {
      await LaqTUI.main(Array(arguments))
    }
  }
}
