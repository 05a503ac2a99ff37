import Eviction
import Screen
import Testing
import Transformer

@testable import Exploration
@testable import Views

/// The token at the cursor over all heads: figures against the tables that they come from, the picture of every
/// head, and the keys.
@Suite struct TokenHeadsTests {
  private static let size = Size(width: 120, height: 36)
  private let run = RunFixture.run

  private func figures(
    _ span: ClosedRange<Int>, _ joining: TokenFigures.Joining = .max, policy: Int = 0
  ) throws -> TokenFigures {
    let request = try #require(
      TokenFigures.Request(run, result: run.results[policy], span: span, joining: joining))
    return try #require(TokenFigures(request, run))
  }

  @Test(arguments: [0, 1, 2, 3]) func aTokensFiguresAreThoseOfTheTables(_ policy: Int) throws {
    let mass = try #require(run.decodeMass)
    for position in [0, 60, 88, 200, run.prompt.tokens.count - 1] {
      let found = try figures(position...position, policy: policy)
      let table = try #require(run.results[policy].scores)
      for layer in 0..<2 {
        for head in 0..<4 {
          #expect(found.attention?[layer][head] == Double(mass[layer, head][position]))
          let rank = table.rank(of: position, layer: layer, head: head / 2)
          #expect(found.ranks?[layer][head] == rank ?? 0, "\(position) in \(layer).\(head)")
          let score = Double(table.scores(layer: layer, head: head / 2)[position])
          #expect(found.scores?[layer][head] == (rank == nil ? .infinity : score))
        }
      }
    }
  }

  @Test func aSpansFiguresAreItsLargestOrItsSum() throws {
    let span = 80...90
    let single = try span.map { try figures($0...$0) }
    let (most, sum) = (try figures(span), try figures(span, .sum))
    for layer in 0..<2 {
      for head in 0..<4 {
        let attention = single.compactMap { $0.attention?[layer][head] }
        #expect(most.attention?[layer][head] == attention.max())
        #expect(abs((sum.attention?[layer][head] ?? 0) - attention.reduce(0, +)) < 1e-9)
        #expect(most.ranks?[layer][head] == single.compactMap { $0.ranks?[layer][head] }.min())
        #expect(most.scores?[layer][head] == single.compactMap { $0.scores?[layer][head] }.max())
      }
    }
    #expect(TokenFigures.Request(run, result: nil, span: 0...9999, joining: .max) == nil)
  }

  @Test func whoKeepsATokenIsWhatTheKeptSetsSay() throws {
    var state = RunFixture.state()
    for position in [0, 60, 88, 200, run.prompt.tokens.count - 1] {
      state.cursor.position = position
      let heads = try #require(TokenInHeads(state.scene))
      for layer in 0..<2 {
        for head in 0..<4 {
          (state.cursor.layer, state.cursor.head) = (layer, head)
          #expect(heads.fates[layer][head] == TokenFates(state.scene).fates[position], "\(position)")
        }
      }
      #expect(TokenFate.allCases.reduce(0) { $0 + heads.count($1) } == 8)
    }
  }

  @Test func ofASpanOneKeptTokenCountsOrAll() throws {
    var state = RunFixture.state()
    let kept = run.results[0].kept.positions(layer: 0, queryHead: 0)
    let first = try #require(kept.first { !kept.contains($0 + 1) })
    (state.cursor.selectionStart, state.cursor.position, state.setup.pinned) = (first, first + 1, nil)
    #expect(TokenInHeads(state.scene)?.fates[0][0] != .neither)
    state.display.heads.joining = .sum
    #expect(TokenInHeads(state.scene)?.fates[0][0] == .neither)
  }

  /// Numbers in an ascending array, by halving and by looking at each.
  @Test func sortedNumbersAreCounted() {
    let numbers = [0, 3, 4, 9, 12]
    for low in 0..<14 {
      for high in low..<14 {
        #expect(numbers.count(in: low...high) == numbers.count { (low...high).contains($0) })
      }
      #expect(numbers.containsSorted(low) == numbers.contains(low))
    }
    #expect([].count(in: 0...3) == 0)
  }

  /// A run in the size of a large model of which only the answer's attention is known.
  private func large(layers: Int, heads: Int) -> ViewState {
    let shape = ModelShape(layerCount: layers, queryHeadCount: heads, kvHeadCount: 1, headDimension: 2)
    var run = RunFixture.withoutPolicies
    let count = run.prompt.tokens.count
    let keys = [Float](repeating: 0, count: count * 2)
    let empty = LayerRecording(queries: [], keys: keys, values: [], logSumExp: [])
    run.recording = Recording(
      shape: shape, tokenCount: count, firstQueryPosition: count,
      layers: Array(repeating: empty, count: layers), lastLogits: [])
    run.decodeMass = HeadTable(
      (0..<layers).map { layer in
        (0..<heads).map { head in [Float](repeating: Float(layer * heads + head) / 1000, count: count) }
      })
    var state = ViewState(run: run, theme: .mono)
    (state.display.view, state.display.heads.figure) = (.heads, .tokenAttention)
    state.settle()
    return state
  }

  /// The heads that a click reaches.
  private func heads(_ state: ViewState, _ size: Size, _ glyphs: GlyphSet = .unicode) -> Set<Target> {
    var found: Set<Target> = []
    let targets = state.frame(size: size, glyphs: glyphs, marking: true).targets
    for row in 0..<size.height {
      for column in 0..<size.width {
        if let target = targets?.target(row: row, column: column), case .head = target {
          found.insert(target)
        }
      }
    }
    return found
  }

  @Test(arguments: [
    (30, 32, 80, 24), (30, 9, 80, 24), (30, 32, 120, 36), (32, 32, 120, 36), (48, 25, 200, 60),
  ])
  func everyHeadOfALargeModelIsInSight(_ layers: Int, _ heads: Int, _ width: Int, _ height: Int) {
    let size = Size(width: width, height: height)
    var state = large(layers: layers, heads: heads)
    #expect(self.heads(state, size).count == layers * heads)
    state.display.theme = .dark
    #expect(self.heads(state, size, .ascii).count == layers * heads)
    // The same for every figure, where it is wanted.
    state.display.heads.showsAll = false
    #expect(self.heads(state, Size(width: 80, height: 24)).count < layers * heads)
  }

  @Test func aPictureThatHasNoRoomScrolls() {
    let state = large(layers: 80, heads: 64)
    let size = Size(width: 80, height: 24)
    #expect(heads(state, size).count < 80 * 64)
    #expect(TextRenderer.text(state.draw(size: size)).contains("head 1.1"))
  }

  // MARK: Keys

  private func press(_ keys: String, _ state: inout ViewState) throws {
    for key in try Key.parse(keys) { _ = state.handle(key, size: Self.size) }
  }

  @Test func oneKeyGoesFromTheTextToTheHeadsAndEnterToAHead() throws {
    var state = RunFixture.state()
    let position = state.cursor.position
    try press("T", &state)
    state.settle()
    let text = TextRenderer.text(state.draw(size: Self.size))
    #expect(state.display.view == .heads && text.contains("attention to the token"))
    #expect(text.contains("token \(position) "))
    try press("sg", &state)
    let best = try #require(HeadGrid(state.scene)?.sorted.first)
    #expect((state.cursor.layer, state.cursor.head) == (best.layer, best.head))
    try press("<Enter>", &state)
    #expect(state.display.view == .heatmap && state.cursor.position == position)
    #expect((state.cursor.layer, state.cursor.head) == (best.layer, best.head))
  }

  @Test func aSpanIsJoinedTheOtherWayByTheSameKey() throws {
    var state = RunFixture.state()
    try press("gvlllTT", &state)
    #expect(state.display.heads.joining == .sum)
    try press("T", &state)
    #expect(state.display.heads.joining == .max && state.message == nil)
    try press("<Esc>T", &state)
    #expect(state.message?.contains("v in the text selects a span") == true)
  }

  @Test func theNextTokenIsReachedFromAnyView() throws {
    for view in ViewState.View.allCases {
      var state = RunFixture.state()
      state.open(view)
      state.cursor.position = 40
      try press("'''", &state)
      #expect(state.cursor.position == 43, "\(view)")
      try press(";", &state)
      #expect(state.cursor.position == 42, "\(view)")
    }
  }

  @Test func aRankIsWrittenInFourColumns() {
    #expect(HeadFigure.tokenRank.text(0) == "W" && HeadFigure.tokenRank.text(9999) == "9999")
    #expect(HeadFigure.tokenRank.text(12_345) == "12k")
    for value in [0, 0.004, -0.5, 7.25, 99.99, -99.99, 123.4, 9999, 65_000, 1e6, .infinity] {
      #expect(HeadFigure.tokenScore.text(value).count <= 5, "\(value)")
    }
  }
}
