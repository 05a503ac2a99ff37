import ChatTemplates
import Testing

/// What transformers renders, character for character.
@Suite struct ParityTests {
  @Test func rendersEveryFamilyAsTransformersDoes() throws {
    let families: Families = try fixture("families")
    #expect(families.cases.count > 150)
    for example in families.cases {
      let template = try ChatTemplate(#require(families.templates[example.family]))
      let conversation = try #require(families.conversations[example.conversation])
      let rendered = Result {
        try template.rendered(
          messages: conversation.messages, addGenerationPrompt: example.prompt,
          variables: example.variables.variables, date: fixtureDate)
      }
      let context = "\(example.family), \(example.conversation), \(example.variables.variables.keys.sorted())"
      Self.check(rendered, example.expected, example.error, context)
    }
  }

  @Test func rendersSingleConstructsAsTransformersDoes() throws {
    let constructs: Constructs = try fixture("constructs")
    #expect(constructs.cases.count > 150)
    for example in constructs.cases {
      let rendered = Result {
        try ChatTemplate(example.template).rendered(
          messages: [], addGenerationPrompt: false, variables: constructs.variables.variables,
          date: fixtureDate)
      }
      Self.check(rendered, example.expected, example.error, example.template)
    }
  }

  private static func check(
    _ rendered: Result<String, any Error>, _ expected: String?, _ error: String?, _ context: String
  ) {
    switch rendered {
    case .success(let text):
      let isSame = expected.map { $0.utf8.elementsEqual(text.utf8) } ?? false
      #expect(isSame, "\(context)\n expected \(expected ?? "error: \(error ?? "")")\n rendered \(text)")
    case .failure(let failure):
      #expect(expected == nil, "\(context)\n expected \(expected ?? "")\n failed: \(failure)")
      #expect(failure is TemplateError, "\(context): \(failure)")
    }
  }
}
