import Checkpoint
import Foundation
import TestSupport
import Testing

@testable import Exploration

/// Lists of messages, and the beginnings of answers: what the model reads is what transformers makes of them.
@Suite struct ConversationTests {
  /// `Fixtures/conversations/make_conversations.py`.
  struct Fixture: Decodable {
    struct Case: Decodable {
      let name, text: String
      let prefix, question: String?
      let ids: [Int]
    }

    let template: String
    let cases: [Case]

    static func read() throws -> (fixture: Fixture, messages: [[UInt8]]) {
      let path = try Places.fixture("conversations/conversations.json", in: .module)
      let data = try Data(contentsOf: URL(fileURLWithPath: path))
      let json = try JSONSerialization.jsonObject(with: data) as? [String: Any]
      let cases = json?["cases"] as? [[String: Any]] ?? []
      let messages = try cases.map {
        [UInt8](try JSONSerialization.data(withJSONObject: $0["messages"] ?? []))
      }
      return (try JSONDecoder().decode(Fixture.self, from: data), messages)
    }
  }

  static let template = ChatTemplateFile(path: "chat.jinja", source: PromptFramingTests.chatML, tokens: [:])

  static func conversation(_ json: String) throws -> Conversation? {
    try Conversation(Array(json.utf8), name: "chat.json")
  }

  private func prompt(
    _ json: String, question: String? = nil, after: Bool = false,
    template: String = PromptFramingTests.chatML,
    system: String? = nil, prefix: String? = nil
  ) throws -> Prompt {
    let conversation = try #require(try Self.conversation(json))
    return try Prompt(
      name: "chat.json", text: conversation.bytes,
      tokenizer: Checkpoint(path: Places.embeddedModel).tokenizer,
      framing: PromptFraming(
        question: question, asksAfterEviction: after,
        chat: ChatTemplateFile(path: "chat.jinja", source: template, tokens: ["bos_token": "<B>"]),
        system: system, conversation: conversation, answerPrefix: prefix))
  }

  private func read(_ prompt: Prompt) -> String { String(decoding: prompt.read, as: UTF8.self) }

  private func problem(_ body: () throws -> Void) -> String {
    do { try body() } catch { return String(describing: error) }
    return "no problem"
  }

  @Test func whatTheModelReadsIsWhatTransformersRenders() throws {
    let (fixture, messages) = try Fixture.read()
    #expect(fixture.cases.count == 9)
    let tokenizer = try Checkpoint(path: Places.embeddedModel).tokenizer
    for (known, json) in zip(fixture.cases, messages) {
      let conversation = try Conversation(json, name: "chat.json")
      let framing = PromptFraming(
        question: known.question, chat: ChatTemplateFile(path: "x", source: fixture.template, tokens: [:]),
        conversation: conversation, answerPrefix: known.prefix)
      let prompt = try Prompt(name: "chat.json", text: json, tokenizer: tokenizer, framing: framing)
      #expect(read(prompt) == known.text, "\(known.name)")
    }
  }

  private static let realModels = (ProcessInfo.processInfo.environment["LAQ_REAL_MODEL"] ?? "").split(
    separator: ":"
  ).map(String.init)

  @Test(.enabled(if: !realModels.isEmpty, "LAQ_REAL_MODEL names no files: .ci/run names them"))
  func theRealModelReadsTheIdsOfTransformers() throws {
    let (fixture, messages) = try Fixture.read()
    for model in Self.realModels {
      let checkpoint = try Checkpoint(path: model)
      for (known, json) in zip(fixture.cases, messages) {
        let prompt = try Prompt(
          name: "chat.json", text: json, tokenizer: checkpoint.tokenizer,
          framing: PromptFraming(
            question: known.question, chat: try checkpoint.chatTemplate(),
            conversation: try Conversation(json, name: "chat.json"), answerPrefix: known.prefix))
        #expect(prompt.tokens.map(\.id) == known.ids, "\(model): \(known.name)")
      }
    }
  }

  private static let talk = """
    [{"role": "system", "content": "Be brief."}, {"role": "user", "content": " user says <|user|> é \\n"},
     {"role": "assistant", "content": "<|assistant|>"}, {"role": "user", "content": "Why\\n?"}]
    """

  @Test func tokensAreTracedBackToTheMessages() throws {
    let prompt = try prompt(Self.talk)
    #expect(
      read(prompt) == """
        <B><|system|>
        Be brief.<|end|>
        <|user|>
        user says <|user|> é<|end|>
        <|assistant|>
        <|assistant|><|end|>
        <|user|>
        Why
        ?<|end|>
        <|assistant|>

        """)
    let text = "Be brief.\n\nuser says <|user|> é\n\n<|assistant|>\n\nWhy\n?"
    #expect(String(decoding: prompt.text, as: UTF8.self) == text)
    let covered = String(decoding: prompt.tokens.flatMap { prompt.text[$0.byteRange] }, as: UTF8.self)
    #expect(covered == text.replacing("\n\n", with: ""))
    let starts = prompt.tokens.map(\.byteRange.lowerBound)
    #expect(starts == starts.sorted())
    #expect(prompt.source == Array(Self.talk.utf8) && prompt.textHash == Prompt.hash(of: prompt.source))
  }

  @Test func aQuestionComesBehindTheLastTurn() throws {
    let same = try prompt(Self.talk, question: "And who?")
    #expect(read(same).hasSuffix("<|user|>\nWhy\n?\n\nAnd who?<|end|>\n<|assistant|>\n"))
    #expect(same.question?.count ?? 0 > 0 && same.questionTokenCount ?? 0 > same.question?.count ?? 0)
    let plain = try prompt(Self.talk)
    #expect(same.text == plain.text, "a question is no part of the text")
    let answered = "[{\"role\":\"user\",\"content\":\"Hi\"},{\"role\":\"assistant\",\"content\":\"Ho\"}]"
    let own = try prompt(answered, question: "Who?")
    #expect(read(own).hasSuffix("Ho<|end|>\n<|user|>\nWho?<|end|>\n<|assistant|>\n"))
    // After the eviction: nothing of it passes before.
    let after = try prompt(answered, question: "Who?", after: true, prefix: "It is")
    #expect(read(after).hasSuffix("Ho<|end|>\n<|user|>\n"))
    let later = try #require(after.laterQuestion)
    #expect(String(decoding: later.bytes, as: UTF8.self) == "Who?<|end|>\n<|assistant|>\nIt is")
    // Another question asks the same conversation.
    #expect(try read(own.asking("When?")).contains("When?<|end|>"))
    let first = problem {
      var framing = own.framing
      framing.putsQuestionFirst = true
      _ = try own.framed(framing)
    }
    #expect(first.contains("chat.json: a question cannot stand before a conversation"))
  }

  @Test func theBeginningOfAnAnswerIsThePromptsEnd() throws {
    let tokenizer = try Checkpoint(path: Places.embeddedModel).tokenizer
    func plain(_ framing: PromptFraming) throws -> Prompt {
      try Prompt(name: "x", text: Array("A text.".utf8), tokenizer: tokenizer, framing: framing)
    }
    let begun = try plain(PromptFraming(question: "Who?", answerPrefix: " The clerk"))
    #expect(read(begun) == "A text.\n\nWho? The clerk" && begun.text == Array("A text.".utf8))
    let asked = try plain(PromptFraming(question: "Who?"))
    #expect(begun.tokens.last?.byteRange.isEmpty == true && begun.hash != asked.hash)
    #expect(begun.question?.count == asked.question?.count && begun.question?.behind ?? 0 > 0)
    // What ends a turn ends a request to repeat the text; the answer's beginning does not.
    let chat = PromptFraming(chat: Self.template, answerPrefix: "The clerk")
    var bare = chat
    bare.answerPrefix = nil
    #expect(try plain(chat).repetition.suffix == plain(bare).repetition.suffix)
    #expect(try read(plain(chat)) == read(plain(bare)) + "The clerk")
  }

  @Test func requestsPartsAndCallsOfToolsAreRead() throws {
    let request = """
      {"model": "x", "tools": [{"type": "function", "function": {"name": "f"}}], "messages": [
        {"role": "user", "content": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]},
        {"role": "assistant", "content": null, "tool_calls": [
          {"id": "1", "type": "function", "function": {"name": "f", "arguments": "{\\"z\\": 1, \\"a\\": 2}"}}]},
        {"role": "tool", "tool_call_id": "1", "content": "9"}]}
      """
    let template = """
      {{ tools[0].function.name }}{% for m in messages %}[{{ m.role }} {{ m.tool_call_id }}]{{ m.content }}
      {%- for c in m.tool_calls or [] %}{{ c.function.arguments | tojson }}{% endfor %}{% endfor %}
      """
    #expect(
      try read(prompt(request, template: template)) == #"f[user ]a\#nb[assistant ]{"z": 1, "a": 2}[tool 1]9"#)
  }

  @Test func aSystemsTurnIsPutBeforeConversationsWithoutOne() throws {
    let one = "[{\"role\":\"user\",\"content\":\"Hi\"}]"
    #expect(try read(prompt(one, system: "Hush.")).hasPrefix("<B><|system|>\nHush.<|end|>\n<|user|>"))
    #expect(try read(prompt(Self.talk, system: "Hush.")).contains("Hush") == false)
    // Where the system is to say nothing, a template's own turn goes.
    let turn = "{% if messages[0].role != 'system' %}[own system, which says much]{% endif %}"
    let own = turn + PromptFramingTests.chatML
    #expect(try read(prompt(one, template: own, system: "")).contains("own system") == false)
    #expect(try read(prompt(one, template: own)).contains("own system"))
  }

  @Test func messagesThatATemplateChangesAreWhatItPrints() throws {
    let json = """
      [{"role":"user","content":"Hi"},{"role":"assistant","content":"<think>hm</think>Ho"},{"role":"user","content":"So?"}]
      """
    let thoughtless =
      "{% for m in messages %}[{{ m.role }}]{{ m.content.split('</think>')[-1] }}.{% endfor %}"
    let prompt = try prompt(json, question: "Who?", template: thoughtless)
    #expect(read(prompt) == "[user]Hi.[assistant]Ho.[user]So?\n\nWho?.")
    #expect(String(decoding: prompt.text, as: UTF8.self) == "Hi\n\nHo\n\nSo?")
    // A template that says other things around other messages: all of it is the text.
    let other = "{% for m in messages %}{{ m.content | length }}{{ m.content }}{% endfor %}"
    let whole = try self.prompt(json, template: other)
    #expect(whole.text == whole.read && whole.tokens.allSatisfy { !$0.byteRange.isEmpty || $0.id < 3 })
    #expect(problem { _ = try self.prompt(json, question: "Who?", template: other) }.contains("as it is"))
    // A role that a template passes over in silence.
    let deaf = "{% for m in messages if m.role == 'user' %}{{ m.content }}{% endfor %}"
    let refused = problem { _ = try self.prompt(json, template: deaf) }
    #expect(
      refused.contains("message 2") && refused.contains("'assistant'") && refused.contains("leave it out"))
  }

  @Test(arguments: [
    (
      "[{\"role\":\"user\",\"content\":\"a\"},{\"role\":\"user\"}]",
      "[1]: the user's message has no 'content'"
    ),
    ("{\"messages\":[{\"role\":\"user\",\"content\":7}]}", "messages[0].content: a text or a list"),
    ("[{\"role\":\"user\",\"content\":\"a\"},{\"content\":\"b\"}]", "[1]: the message has no 'role'"),
    (
      "[{\"role\":\"user\",\"content\":\"a\"},\"b\"]",
      "[1]: a message with 'role' and 'content' was expected, and a text"
    ),
    ("[{\"role\":4,\"content\":\"a\"}]", "[0].role: a role as \"user\" was expected, and a number"),
    (
      "[{\"role\":\"user\",\"content\":[{\"type\":\"image_url\"}]}]",
      "[0].content[0].type: \"text\" was expected, and \"image_url\""
    ),
    (
      "[{\"role\":\"user\",\"content\":[{\"type\":\"text\"}]}]",
      "[0].content[0].text: a text was expected, and nothing"
    ),
    ("[{\"role\":\"user\",\"content\":\" \"}]", "no message says anything"),
    ("[{\"role\": \"user\",\n \"content\": \"a\"]", "line 2, column 16: it is no JSON: ',' or '}'"),
    ("{\"messages\": [{\"role\": \"user\", \"content\": \"a\"}]}\n{\"messages\": []}", "line 2, column 1"),
  ])
  func whatIsWrongIsSaidWithItsPlace(_ json: String, _ words: String) {
    let sentence = problem { _ = try Self.conversation(json) }
    #expect(sentence.hasPrefix("chat.json: a damaged list of messages, at "), "\(sentence)")
    #expect(sentence.contains(words) && sentence.contains("without --chat"), "\(sentence)")
  }

  @Test(arguments: [
    "A text.", "", "[1, 2]", "{\"a\": 1}", "[ a list in a text", "{% raw %}", "[]", "{\"messages\": []}",
    "[{\"name\": \"Ada\", \"role\": \"clerk\"}]", "{\"messages\": [{\"user\": 1, \"text\": \"x\"}]}",
    "\"role\"",
  ])
  func otherTextsAreNoConversations(_ text: String) throws {
    #expect(try Self.conversation(text) == nil)
  }

  @Test func linesOfJSONAreSeveralConversations() throws {
    let line = Array("{\"messages\":[{\"role\":\"user\",\"content\":\"a\"}]}\n".utf8)
    #expect(
      problem { _ = try Conversation(line, name: "a.jsonl") }.contains("put one line into a .json file"))
    #expect(try Conversation(line, name: "a.json")?.count == 1)
    #expect(try Conversation(Array("{\"x\": 1}\n".utf8), name: "a.jsonl") == nil)
  }
}
