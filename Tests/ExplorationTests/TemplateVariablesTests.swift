import Checkpoint
import TestSupport
import Testing

@testable import Exploration

/// Variables of a chat template as a person gives them, and what they do.
@Suite struct TemplateVariablesTests {
  private func value(_ text: String) throws -> TemplateVariables.Value? {
    try TemplateVariables(parsing: ["x=\(text)"]).values["x"]
  }

  private func problem(_ arguments: [String]) -> String {
    do {
      return "read as \(try TemplateVariables(parsing: arguments).arguments)"
    } catch { return String(describing: error) }
  }

  @Test func aValueIsATruthANumberOrAText() throws {
    for (text, expected) in [
      ("false", .flag(false)), ("True", .flag(true)), ("FALSE", .text("FALSE")), ("0", .integer(0)),
      ("-12", .integer(-12)), ("2.50", .number(2.5)), ("1e3", .number(1000)), ("1.0", .number(1)),
      ("", .text("")), ("none", .text("none")), ("007", .text("007")), ("+5", .text("+5")),
      (".5", .text(".5")), ("nan", .text("nan")), ("26 Jul 2024", .text("26 Jul 2024")),
      ("a=b", .text("a=b")), (#""false""#, .text("false")), (#""2024""#, .text("2024")),
      (#""a\n\"b\"""#, .text("a\n\"b\"")), ("٣", .text("٣")),
    ] as [(String, TemplateVariables.Value)] {
      #expect(try value(text) == expected, "\(text)")
    }
  }

  @Test func whatIsWrittenReadsBackAsTheSameValue() throws {
    let texts = [
      "false", "7", "-0.5", "1.0", "1e300", "high", #""false""#, #""7""#, #""\"""#, #""a/b \u00e9\n""#,
      "", " true", "a=\"b\"", "\u{0}",
    ]
    for text in texts {
      let once = try TemplateVariables(parsing: ["x=\(text)"])
      #expect(try TemplateVariables(parsing: once.arguments) == once, "\(text) is written \(once.arguments)")
    }
    let several = try TemplateVariables(parsing: ["b=2", "a=false", "b=3"])
    #expect(several.arguments == ["a=false", "b=3"] && several.names == ["a", "b"])
    let over = try TemplateVariables(parsing: ["b=4", "c=5"]).over(several)
    #expect(over.arguments == ["a=false", "b=4", "c=5"])
    #expect(TemplateVariables().isEmpty && !several.isEmpty)
  }

  @Test func whatIsNoVariableIsRefused() {
    #expect(
      problem(["enable_thinking"]).contains("--template enable_thinking: a name and a value were expected"))
    for argument in ["=x", "a b=1", "1a=1", "a-b=1", "a.b=1"] {
      #expect(problem([argument]).contains("a name of letters, digits and '_' was expected"), "\(argument)")
    }
    for name in ["messages", "add_generation_prompt", "tools", "documents"] {
      #expect(problem(["\(name)=1"]).contains("the program gives this variable itself"))
    }
    #expect(problem([#"x="open"#]).contains("begins as a text in quotes and is none"))
    #expect(problem(["x=99999999999999999999"]).contains("too large"))
    #expect(problem(["x=1e999"]).contains("too large"))
    #expect(problem(["größe=1", "_x9=2"]) == #"read as ["_x9=2", "größe=1"]"#)
  }

  // MARK: In a prompt

  private func chat(_ source: String) -> ChatTemplateFile {
    ChatTemplateFile(path: "model/chat_template.jinja", source: source, tokens: ["bos_token": "<B>"])
  }

  private func read(_ source: String, system: String? = nil, _ variables: [String] = []) throws -> String {
    let framing = PromptFraming(
      chat: chat(source), system: system, variables: try TemplateVariables(parsing: variables))
    let tokenizer = try Checkpoint(path: Places.embeddedModel).tokenizer
    let prompt = try Prompt(name: "test", text: Array("Hi".utf8), tokenizer: tokenizer, framing: framing)
    return String(decoding: prompt.read, as: UTF8.self)
  }

  /// Reasoning is on unless the template is told otherwise, as in Qwen 3.
  private static let thinking = """
    {% for m in messages %}<{{ m.role }}>{{ m.content }}</>{% endfor %}<assistant>
    {%- if enable_thinking is defined and enable_thinking is false %}<think></think>{% endif %}
    """

  @Test func variablesReachTheTemplate() throws {
    #expect(try read(Self.thinking) == "<user>Hi</><assistant>")
    #expect(try read(Self.thinking, ["enable_thinking=false"]) == "<user>Hi</><assistant><think></think>")
    #expect(try read(Self.thinking, [#"enable_thinking="false""#]) == "<user>Hi</><assistant>")
    let kinds =
      "{{ messages[0].content }} {{ a + 1 }} {{ b }} {{ c is string }} {{ d is number }} "
      + "{{ bos_token }}"
    let variables = ["a=41", "b=1.0", "c=\"5\"", "d=5", "bos_token=<X>"]
    #expect(try read(kinds, variables) == "Hi 42 1.0 True True <X>")
  }

  @Test func variablesThatTheTemplateReadsNowhereAreRefused() throws {
    func check(_ source: String, _ variables: [String]) throws {
      try chat(source).check(TemplateVariables(parsing: variables))
    }
    try check(Self.thinking, ["enable_thinking=true"])
    try check("{% set a = a | default(1) %}{{ a }}{% if x.b %}{% endif %}", ["a=1", "x=2"])
    #expect(
      throws: TemplateVariableError.unknown(
        ["enable_thinkin"], file: "model/chat_template.jinja", known: ["enable_thinking"])
    ) { try check(Self.thinking, ["enable_thinkin=false", "enable_thinking=false"]) }
    do {
      try check("{% for m in messages %}{{ bos_token }}{{ m.content }}{% endfor %}", ["m2=1"])
      Issue.record("taken")
    } catch {
      #expect(String(describing: error).hasSuffix("reads no such variable; it has none of its own"))
    }
    #expect(throws: PromptError.self) { try check("{% if", ["a=1"]) }
  }

  // MARK: A system that says nothing

  /// Plain turns.
  private static let plain = "{% for m in messages %}<{{ m.role }}>{{ m.content }}</>{% endfor %}"
  /// A system turn of its own where none is given, as in Qwen 2.5 and SmolLM 2.
  private static let own = "{% if messages[0].role != 'system' %}<system>I am a model.</>{% endif %}" + plain
  /// A system turn in any case, as in Llama 3.1.
  private static let always = """
    {% if messages[0].role == 'system' %}{% set s = messages[0].content %}{% set messages = messages[1:] %}
    {%- else %}{% set s = '' %}{% endif %}<system>Today.{{ s }}</>
    """ + plain
  /// No system turn at all, as in Gemma 2.
  private static let never =
    "{% if messages[0].role == 'system' %}{{ raise_exception('No!') }}{% endif %}" + plain
  /// The first turn must be the system's.
  private static let must =
    "{% if messages[0].role != 'system' %}{{ raise_exception('No!') }}{% endif %}" + plain

  @Test(arguments: [
    (plain, "<user>Hi</>", "<user>Hi</>"),
    (own, "<system>I am a model.</><user>Hi</>", "<system></><user>Hi</>"),
    (always, "<system>Today.</><user>Hi</>", "<system>Today.</><user>Hi</>"),
    (never, "<user>Hi</>", "<user>Hi</>"), (must, nil, "<system></><user>Hi</>"),
  ])
  func anEmptySystemTextIsNoSystemTurnWhereTheTemplateCanDoWithout(
    _ source: String, _ unsaid: String?, _ empty: String
  ) throws {
    if let unsaid {
      #expect(try read(source) == unsaid)
    } else {
      #expect(throws: PromptError.self) { try read(source) }
    }
    #expect(try read(source, system: "") == empty)
    // A template that takes the first turn for the user's loses the text behind a system's.
    #expect(try read("{{ messages[0].content }}", system: "") == "Hi")
    if source == Self.never {
      #expect(throws: PromptError.self) { try read(source, system: "Be short.") }
    } else {
      #expect(try read(source, system: "Be short.").contains("Be short.</>"))
    }
  }
}
