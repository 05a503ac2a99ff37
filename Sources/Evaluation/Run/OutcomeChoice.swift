import Eviction

/// What a kept set was made of, as a row keeps it: what must stand beside a score for it to be compared.
package struct OutcomeChoice: Codable, Sendable, Hashable {
  /// Tokens per head that the budget came to.
  package let budget: Int
  /// The prompt's newest tokens whose queries were looked at; `nil`: all of them.
  package let window: Int?
  /// Pseudo tokens whose queries were looked at; `nil` without a lookahead.
  package let pseudoTokens: Int?
  /// Tokens that a head kept for their score, on average.
  package let chosenTokens: Double
  /// What did nothing, by its kind, with its figure; kinds that are not known here are passed over.
  package let notes: [String: Double]

  /// Takes over what a result says; `nil` for what chooses by nothing.
  package init?(_ figures: ChoiceFigures?) {
    guard let figures else { return nil }
    budget = figures.facts.budget
    window = figures.window
    pseudoTokens = figures.pseudoCount
    chosenTokens = figures.chosenPerHead
    notes = Dictionary(figures.notes.map { ($0.kind.rawValue, $0.figure) }) { first, _ in first }
  }

  private enum CodingKeys: CodingKey { case budget, window, pseudoTokens, chosenTokens, notes }

  package init(from decoder: any Swift.Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    /// Larger numbers are nobody's, and what draws them need not think of them.
    func checked(_ number: Double) throws -> Double {
      guard (0...1e9).contains(number) else {
        throw DecodingError.dataCorruptedError(
          forKey: .chosenTokens, in: values,
          debugDescription: "numbers of tokens were expected, \(number) found")
      }
      return number
    }
    func count(_ key: CodingKeys) throws -> Int? {
      try values.decodeIfPresent(Int.self, forKey: key).map { Int(try checked(Double($0))) }
    }
    budget = try count(.budget) ?? 0
    window = try count(.window)
    pseudoTokens = try count(.pseudoTokens)
    chosenTokens = try checked(try values.decode(Double.self, forKey: .chosenTokens))
    notes = try (values.decodeIfPresent([String: Double].self, forKey: .notes) ?? [:]).mapValues(checked)
  }

  package func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(budget, forKey: .budget)
    try values.encodeIfPresent(window, forKey: .window)
    try values.encodeIfPresent(pseudoTokens, forKey: .pseudoTokens)
    try values.encode(chosenTokens, forKey: .chosenTokens)
    if !notes.isEmpty { try values.encode(notes, forKey: .notes) }
  }
}
