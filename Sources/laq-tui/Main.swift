/// Chooses between the program and its list of policies.
///
/// The argument parser's own subcommands would take second place to the text, which is a word like theirs. A text of this
/// name is opened as `./policies`.
@main
enum Main {
  static func main() async {
    let arguments = CommandLine.arguments.dropFirst()
    if arguments.first == Policies.configuration.commandName {
      Policies.main(Array(arguments.dropFirst()))
    } else {
      await LaqTUI.main(Array(arguments))
    }
  }
}
