/// Chooses between the program, its list of policies and its tutorial.
///
/// The argument parser's own subcommands would take second place to the text, which is a word like theirs. A text of such
/// a name is opened as `./policies`.
@main
enum Main {
  static func main() async {
    let arguments = CommandLine.arguments.dropFirst()
    switch arguments.first {
    case Policies.configuration.commandName: Policies.main(Array(arguments.dropFirst()))
    case Tutorial.configuration.commandName: await Tutorial.main(Array(arguments.dropFirst()))
    default: await LaqTUI.main(Array(arguments))
    }
  }
}
