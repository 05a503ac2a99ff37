import Checkpoint
import Foundation
import TestSupport
import Testing

@testable import Exploration

/// What the model reads of a text with a question and in a chat, and which tokens are the text's.
@Suite struct PromptFramingTests {
  static let chatML = """
    {{ bos_token }}{% for m in messages %}<|{{ m.role }}|>
    {{ m.content | trim }}<|end|>
    {% endfor %}{% if add_generation_prompt %}<|assistant|>
    {% endif %}
    """

  func prompt(_ text: [UInt8], _ framing: PromptFraming) throws -> Prompt {
    let checkpoint = try Checkpoint(path: Places.embeddedModel)
    return try Prompt(name: "test", text: text, tokenizer: checkpoint.tokenizer, framing: framing)
  }

  func chat(_ source: String) -> ChatTemplateFile {
    ChatTemplateFile(path: "model/chat_template.jinja", source: source, tokens: ["bos_token": "<B>"])
  }

  /// All that the tokens stand for.
  private func whole(_ prompt: Prompt) -> String {
    String(decoding: prompt.tokens.indices.flatMap { prompt.bytes(at: $0) }, as: UTF8.self)
  }

  /// What the tokens' byte ranges cover of the text.
  private func covered(_ prompt: Prompt) -> String {
    String(decoding: prompt.tokens.flatMap { prompt.text[$0.byteRange] }, as: UTF8.self)
  }

  private func problem(_ text: String, _ framing: PromptFraming) -> String {
    do {
      _ = try prompt(Array(text.utf8), framing)
      return "no problem"
    } catch {
      return String(describing: error)
    }
  }

  @Test func aPlainTextIsReadAsItIs() throws {
    let text = "The old mill.\n"
    let plain = try prompt(Array(text.utf8), PromptFraming())
    #expect(whole(plain) == text)
    #expect(covered(plain) == text)
    #expect(plain.hash == SHA256.hexadecimal(of: Array(text.utf8)))
  }

  @Test(arguments: [("A text.", "\n\n"), ("A text.\n", "\n"), ("A text.\n\n", ""), ("A text.\n\n\n", "")])
  func aQuestionStandsAfterAnEmptyLine(_ text: String, _ between: String) throws {
    let after = try prompt(Array(text.utf8), PromptFraming(question: "Why?"))
    #expect(whole(after) == text + between + "Why?")
    #expect(covered(after) == text)
    let first = try prompt(Array(text.utf8), PromptFraming(question: "Why?", putsQuestionFirst: true))
    #expect(whole(first) == "Why?\n\n" + text)
    #expect(covered(first) == text)
    #expect(first.hash != after.hash)
    #expect(first.tokens.contains { $0.byteRange.isEmpty })
  }

  @Test func theAddedTokenComesOnceWithoutAChatAndNeverWithOne() throws {
    let text = Array("A text.".utf8)
    let tokenizer = try Checkpoint(path: Places.embeddedModel).tokenizer
    let asked = try prompt(text, PromptFraming(question: "Why?"))
    #expect(asked.tokens.map(\.id) == tokenizer.encode(Array("A text.\n\nWhy?".utf8)).map(\.id))
    let framed = try prompt(text, PromptFraming(chat: chat("{{ messages[0].content }}")))
    #expect(framed.tokens.map(\.id) == tokenizer.encode(text, addingSpecialTokens: false).map(\.id))
  }

  @Test func aChatsTokensAreTracedBackToTheText() throws {
    let text = "  \n The user says assistant.\u{E9} \u{1F600}\r\n\n "
    let framed = try prompt(
      Array(text.utf8), PromptFraming(question: "Why the user?", chat: chat(Self.chatML), system: "Be short.")
    )
    #expect(
      whole(framed) == """
        <B><|system|>
        Be short.<|end|>
        <|user|>
        The user says assistant.\u{E9} \u{1F600}\r\n\n \n\nWhy the user?<|end|>
        <|assistant|>

        """)
    // The template trims the turn, and with it the space at the text's beginning.
    #expect(covered(framed) == String(text.unicodeScalars.drop { $0 == " " || $0 == "\n" }))
    #expect(framed.text == Array(text.utf8))
    let starts = framed.tokens.map(\.byteRange.lowerBound)
    #expect(starts == starts.sorted())
  }

  @Test(arguments: [("{{ messages[0].content }}", "  x y \n"), ("{{ messages[0].content | trim }}", "x y")])
  func outerSpaceIsTheTextsWhereItIsKept(_ template: String, _ kept: String) throws {
    let framed = try prompt(Array("  x y \n".utf8), PromptFraming(chat: chat(template)))
    #expect(whole(framed) == kept)
    #expect(covered(framed) == kept)
    // Newlines of the template are not taken for those of the text.
    let surrounded = try prompt(
      Array("\nx\n".utf8), PromptFraming(chat: chat("{{ '\n' + messages[0].content | trim + '\n' }}")))
    #expect(whole(surrounded) == "\nx\n")
    #expect(covered(surrounded) == "x")
  }

  @Test func bytesThatAreNoUTF8PassThroughAChat() throws {
    let text: [UInt8] = [0x20, 0xFF, 0x41, 0xC3, 0x28, 0x80, 0x0A]
    let framed = try prompt(text, PromptFraming(chat: chat(Self.chatML)))
    #expect(framed.tokens.flatMap { framed.text[$0.byteRange] } == [0xFF, 0x41, 0xC3, 0x28, 0x80])
    let read = framed.tokens.indices.flatMap { framed.bytes(at: $0) }
    #expect(read.starts(with: Array("<B><|user|>\n".utf8) + [0xFF, 0x41, 0xC3, 0x28, 0x80]))
  }

  @Test func aTemplateThatFailsIsNamedWithItsFile() {
    let refusal = "{% if messages[0].role == 'system' %}{{ raise_exception('No!') }}{% endif %}"
    let refused = problem("x", PromptFraming(chat: chat(refusal), system: "y"))
    #expect(refused.contains("model/chat_template.jinja: chat template, line 1: the template refuses"))
    #expect(refused.contains("'No!'"))
    let unclosed = problem("x", PromptFraming(chat: chat("{% if")))
    #expect(unclosed.contains("model/chat_template.jinja: chat template, line 1"))
  }

  @Test func aTemplateThatChangesTheTextIsRefused() {
    for template in [
      "{{ messages[0].content | upper }}", "{{ messages[0].content }}{{ messages[0].content }}", "no text",
      "{{ messages[0].content | replace('x', 'y') }}", "{{ messages[0].content | length }}",
    ] {
      #expect(
        problem("x Text", PromptFraming(chat: chat(template))).contains("does not print this text as it is"))
    }
  }

  @Test func aTextOfSpaceIsBlankInAChat() {
    #expect(problem(" \n ", PromptFraming(chat: chat(Self.chatML))).contains("run it without --chat"))
    #expect(problem(" \n ", PromptFraming(question: "Why?", chat: chat(Self.chatML))) == "no problem")
  }

  /// FINCH observes from the question on.
  @Test func theTokensOfAQuestionAtTheEndAreCounted() throws {
    let text = Array("The harbour was quiet.".utf8)
    let asked = try prompt(text, PromptFraming(question: "Who was there?"))
    let count = try #require(asked.questionTokenCount)
    let end = asked.tokens.indices.suffix(count).flatMap { asked.bytes(at: $0) }
    #expect(String(decoding: end, as: UTF8.self).hasSuffix("Who was there?") && end.count <= 16)
    let inChat = try prompt(text, PromptFraming(question: "Who was there?", chat: chat(Self.chatML)))
    #expect(try #require(inChat.questionTokenCount) > count)
    #expect(try prompt(text, PromptFraming()).questionTokenCount == nil)
    #expect(
      try prompt(text, PromptFraming(question: "Who?", putsQuestionFirst: true)).questionTokenCount == nil)
  }
}

/// Where a question's own tokens are, which a window may be (`w=question`).
@Suite struct QuestionTokensTests {
  private let text = Array("The harbour was quiet.".utf8)

  private func own(_ prompt: Prompt) throws -> String {
    let question = try #require(prompt.question)
    let tokens = prompt.tokens.indices.dropLast(question.behind).suffix(question.count)
    return String(decoding: tokens.flatMap { prompt.bytes(at: $0) }, as: UTF8.self)
  }

  @Test func theyAreNeitherTheEmptyLineNorTheTemplates() throws {
    let framings = PromptFramingTests()
    let plain = try framings.prompt(text, PromptFraming(question: "Who was there?"))
    #expect(try own(plain) == "Who was there?" && plain.question?.behind == 0)
    let chat = PromptFraming(
      question: "Who was there?", chat: framings.chat(PromptFramingTests.chatML))
    let inChat = try framings.prompt(text, chat)
    #expect(try own(inChat) == "Who was there?" && (inChat.question?.behind ?? 0) > 0)
    #expect(try framings.prompt(text, PromptFraming()).question == nil)
    let first = PromptFraming(question: "Who?", putsQuestionFirst: true)
    #expect(try framings.prompt(text, first).question == nil)
  }
}
