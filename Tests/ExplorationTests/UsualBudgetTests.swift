import Eviction
import Testing
import Transformer

@testable import Exploration

/// The budget of a prompt for which nobody asked for one: 4 % of it, and at least 48 tokens.
@Suite struct UsualBudgetTests {
  private static let shape = ModelShape(layerCount: 2, queryHeadCount: 4, kvHeadCount: 2, headDimension: 8)

  private static func settings(_ asked: String?, tokenCount: Int) throws -> ExplorationSettings {
    var settings = ExplorationSettings()
    try settings.resolve(
      try asked.map { try Budget(parsing: $0) }, shape: shape, tokenCount: tokenCount)
    return settings
  }

  /// Another question makes the prompt longer or shorter.
  @Test func itGoesByEveryPromptThatComesAfterIt() throws {
    for (first, second, budget) in [
      (2000, 1000, 48), (2000, 1300, 52), (1000, 2000, 80), (1000, 40, 48), (1201, 1199, 48),
    ] {
      var settings = try Self.settings(nil, tokenCount: first)
      settings.fit(tokenCount: second)
      #expect(settings.budget == budget, "\(first) and \(second)")
      #expect(settings == (try Self.settings(nil, tokenCount: second)), "as if it had come first")
      settings.fit(tokenCount: first)
      #expect(settings == (try Self.settings(nil, tokenCount: first)), "and back")
    }
  }

  @Test func whatWasAskedForStaysAsItWas() throws {
    for (asked, budget) in [("4%", 40), ("80", 80), ("48", 48)] {
      var settings = try Self.settings(asked, tokenCount: 2000)
      settings.fit(tokenCount: 1000)
      #expect(settings.budget == budget, "\(asked)")
    }
    var changed = try Self.settings(nil, tokenCount: 2000)
    changed.budget = 30
    changed.fit(tokenCount: 1000)
    #expect(changed.budget == 30, "a person has changed it")
  }
}
