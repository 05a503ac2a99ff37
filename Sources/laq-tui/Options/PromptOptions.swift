import ArgumentParser
import Exploration

/// What is explored.
struct PromptOptions: ParsableArguments {
  @Argument(
    help:
      "The text to explore, with --chat also a conversation as a JSON list of messages; '-' for standard input, a session that ':write' has kept, a trace (Samples/Traces), or the results of 'laq-tui eval'.",
    completion: .file())
  var text: String

  @Flag(
    inversion: .prefixedNo,
    help: """
      Make the text a user's turn, by the model's own chat template; a JSON list of messages (role, content), or a \
      request with 'messages', becomes all of its turns.
      """)
  var chat: Bool?

  @Option(
    help: """
      With --chat: what the system says before the user; an empty text for no system turn, where the \
      template can do without. Default: what the template says by itself.
      """)
  var system: String?

  @Option(
    name: .customLong("template"),
    help: "With --chat: a variable of the template, as enable_thinking=false; may be given several times.")
  var variables: [String] = []

  @Option(
    name: .customLong("question"),
    help: """
      A question, put after the text with an empty line between them; an empty one for none. With --question-after it may \
      be given several times: each is answered on the same caches.
      """)
  var questions: [String] = []

  @Option(
    name: .customLong("expect"),
    help: """
      What a right answer has in it, a text or a regular expression as '/…/'; may be given several times: all \
      of them. Answers are then marked by it.
      """, transform: ExpectedAnswer.init(parsing:))
  var expected: [ExpectedAnswer] = []

  @Option(
    name: .customLong("answer-prefix"),
    help: """
      What every answer begins with, as it is typed: put behind all that the model reads, in a chat behind the \
      beginning of its turn. Policies see it as the prompt's end; with --question-after it comes behind the question.
      """)
  var answerPrefix: String?

  @Flag(name: .customLong("question-first"), help: "Put the question before the text.")
  var questionFirst = false

  @Flag(
    name: .customLong("question-after"), inversion: .prefixedNo,
    help: "Evict without the question, which is then put to what was kept (kvpress' way).")
  var questionAfter: Bool?
}
