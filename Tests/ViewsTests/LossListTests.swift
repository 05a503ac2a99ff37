import Eviction
import Foundation
import Screen
import Testing

@testable import Exploration
@testable import Views

/// The list of losses: against rows looked at one by one, its filters, and the keys that go through it.
@Suite struct LossListTests {
  private static let size = Size(width: 120, height: 36)
  private let run = RunFixture.run
  private var snapkv: PolicyResult { run.results[1] }

  private func list(_ change: (inout LossList.Filter) -> Void = { _ in }) throws -> LossList {
    var filter = LossList.Filter()
    change(&filter)
    let request = try #require(LossList.Request(run, result: snapkv, filter: filter))
    return try #require(LossList(request, run))
  }

  /// Every head's attention at every step, the largest of each evicted token.
  private func expected() throws -> [[Int]: (share: Float, step: Int)] {
    var found: [[Int]: (share: Float, step: Int)] = [:]
    let steps = try #require(run.full?.answer.tokens.count)
    let least = 1 / Float(run.prompt.tokens.count)
    for step in 0..<steps {
      for layer in 0..<2 {
        for (head, row) in try #require(run.decodeAttention(step: step, layer: layer)).enumerated() {
          let kept = Set(snapkv.kept.positions(layer: layer, queryHead: head))
          for (position, share) in row.enumerated() where share > least && !kept.contains(position) {
            guard !run.prompt.tokens[position].byteRange.isEmpty else { continue }
            let place = [layer, head, position]
            if share > found[place]?.share ?? 0 { found[place] = (share, step) }
          }
        }
      }
    }
    return found
  }

  @Test func everyLossIsListedTheLargestFirst() throws {
    let list = try list()
    let expected = try expected()
    #expect(list.count == expected.count && list.entries.count == min(LossList.limit, list.count))
    #expect(list.count > 20)
    let shares = list.entries.map(\.token.share)
    #expect(shares == shares.sorted(by: >))
    for entry in list.entries {
      let own = try #require(expected[entry.token.place])
      #expect(abs(own.share - entry.token.share) < 1e-5 && own.step == entry.step)
    }
  }

  @Test func filtersLeaveWhatTheyName() throws {
    let all = try list().entries
    let head = LossList.Head(layer: all[0].token.layer, queryHead: all[0].token.queryHead)
    let ofHead = try list { $0.head = head }
    #expect(
      ofHead.entries == all.filter { $0.token.layer == head.layer && $0.token.queryHead == head.queryHead })
    let position = all[0].token.position
    let ofSpan = try list { $0.span = position - 2...position }
    #expect(ofSpan.entries == all.filter { (position - 2...position).contains($0.token.position) })
    for step in [0, 3] {
      let ofStep = try list { $0.step = step }
      #expect(!ofStep.entries.isEmpty && ofStep.entries.allSatisfy { $0.step == step })
      #expect(Set(ofStep.entries).isSuperset(of: all.filter { $0.step == step }), "no larger step hides it")
    }
    #expect(try list { $0.step = 999 }.entries.isEmpty)
    #expect(try list { $0.head = LossList.Head(layer: 9, queryHead: 9) }.entries.isEmpty)
  }

  @Test func withoutAnAnswerThereIsNoList() {
    var early = run
    early.decodeQueries = nil
    #expect(LossList.Request(early, result: snapkv, filter: LossList.Filter()) == nil)
    #expect(LossList.Request(run.at(.decode(step: 2)), result: snapkv, filter: LossList.Filter()) == nil)
  }

  // MARK: Keys

  private func press(_ keys: String, _ state: inout ViewState) throws {
    for key in try Key.parse(keys) {
      _ = state.handle(key, size: Self.size)
      state.settle()
    }
  }

  @Test func theKeyGoesToTheLargestLossAndOnAlongTheList() throws {
    var state = RunFixture.state()
    let list = try list()
    let start = Run.Place(
      layer: state.cursor.layer, head: state.cursor.head, position: state.cursor.position)
    try press("gG[{o", &state)
    #expect(state.cursor.position == start.position && state.message == nil)
    let places = list.entries.map(\.place)
    for place in (places.first == start ? Array(places.dropFirst()) : places).prefix(5) {
      try press("o", &state)
      #expect(
        Run.Place(layer: state.cursor.layer, head: state.cursor.head, position: state.cursor.position)
          == place)
      #expect(state.message?.contains("loss ") == true)
    }
  }

  /// A screen that opens at the largest loss has no list yet: the step is made when it comes, unless another
  /// key was pressed.
  @Test func aStepThatWaitsForTheListIsMadeWhenItComes() throws {
    var state = RunFixture.state()
    state.display.losses.largest = Run.Place(
      layer: state.cursor.layer, head: state.cursor.head, position: state.cursor.position)
    var impatient = state
    _ = state.handle(.character("o"), size: Self.size)
    #expect(state.message?.contains("being put in order") == true)
    state.settle()
    #expect(state.message?.contains("loss ") == true && state.scene.losses != nil)
    for key in try Key.parse("ol") { _ = impatient.handle(key, size: Self.size) }
    let place = impatient.cursor.position
    impatient.settle()
    #expect(impatient.scene.losses != nil && impatient.message == nil && impatient.cursor.position == place)
  }

  @Test func theListIsFilteredByItsRowAndEnterGoesThere() throws {
    var state = RunFixture.state()
    try press("Ojj", &state)
    let chosen = try #require(state.chosenLoss)
    #expect(try chosen == list().entries[2])
    try press("f", &state)
    #expect(state.scene.losses?.entries.allSatisfy { $0.token.queryHead == chosen.token.queryHead } == true)
    try press("sf", &state)
    #expect(state.display.losses.filter.step != nil && state.display.losses.filter.head == nil)
    try press("sv", &state)
    #expect(state.display.losses.filter.span?.count == 1 && state.display.losses.filter.step == nil)
    try press("vjj", &state)
    let target = try #require(state.chosenLoss)
    try press("<Enter>", &state)
    #expect(!state.overlays.showsLosses && state.cursor.position == target.token.position)
    #expect((state.cursor.layer, state.cursor.head) == (target.token.layer, target.token.queryHead))
    #expect(state.scene.shownStep == .decode(target.step))
    try press("2", &state)
    let rows = HeatmapRows(state.scene)
    let row = rows.entries[try #require(rows.chosen)]
    #expect(target.step == 0 ? row.label == "w-1" : row.label == "d\(target.step - 1)")
    #expect(
      abs((rows.weights(row)?[target.token.position] ?? 0) - target.token.share) < 1e-5,
      "the row's attention is the loss")
  }

  @Test func theOtherPolicysLossesAreOneKeyAway() throws {
    var state = RunFixture.state()
    try press("O", &state)
    #expect(state.scene.losses?.request.policy.title == "SnapKV")
    try press("p", &state)
    #expect(state.scene.losses?.request.policy.title == "LAQ")
    state.setup.pinned = nil
    try press("p", &state)
    #expect(state.message?.contains("no other policy is pinned") == true)
  }

  @Test func filtersAreTyped() throws {
    var state = RunFixture.state()
    try press(":losses step=2 head=1.3 span=10-200<Enter>", &state)
    #expect(state.overlays.showsLosses)
    var wanted = LossList.Filter()
    (wanted.step, wanted.head, wanted.span) = (1, LossList.Head(layer: 0, queryHead: 2), 10...200)
    #expect(state.display.losses.filter == wanted)
    for wrong in [
      "step=0", "head=3", "span=9-2", "words", "step=x", "head=0.0", "=", "==", "step==2", "span=99999",
    ] {
      try press("<Esc>:losses \(wrong)<Enter>", &state)
      #expect(
        state.message?.contains("type :losses") == true && state.display.losses.filter == wanted, "\(wrong)")
    }
    // A span that goes on behind the text ends with it, whatever its number.
    try press("<Esc>:losses span=10-9223372036854775807<Enter>", &state)
    #expect(state.display.losses.filter.span == 10...state.run.prompt.tokens.count - 1)
    _ = state.draw(size: Size(width: 120, height: 36))
    try press(":losses<Enter>", &state)
    #expect(state.display.losses.filter == LossList.Filter())
  }

  @Test func theTableHasARowForEveryLoss() throws {
    let list = try list { $0.step = 1 }
    let lines = String(decoding: list.table(of: run), as: UTF8.self).split(separator: "\n")
    #expect(lines.first == "policy,layer,query_head,position,token_id,step,share,text")
    #expect(lines.count >= list.entries.count + 1)
    let first = list.entries[0].token
    #expect(
      lines[1].hasPrefix(
        "\"snapkv\",\(first.layer),\(first.queryHead),\(first.position),\(run.prompt.tokens[first.position].id),1,"
      ))
  }
}
