import Testing
import Transformer
@testable import Eviction

/// A person's changes to what a policy keeps.
@Suite struct KeptEditTests {
  private static let shape = ModelShape(layerCount: 2, queryHeadCount: 4, kvHeadCount: 2, headDimension: 8)

  private static func kept(_ granularity: Granularity = .kvHead) -> KeptTokens {
    KeptTokens(
      shape: shape, granularity: granularity, tokenCount: 10,
      positions: Array(
        repeating: Array(repeating: [0, 4, 9], count: granularity.headCount(in: shape)),
        count: shape.layerCount))
  }

  @Test func anEditActsInItsScopeOnly() {
    let edits: [(KeptEdit.Scope, [[[Int]]])] = [
      (.head(layer: 1, queryHead: 2), [[[0, 4, 9], [0, 4, 9]], [[0, 4, 9], [0, 3, 4, 5, 9]]]),
      (.layer(0), [[[0, 3, 4, 5, 9], [0, 3, 4, 5, 9]], [[0, 4, 9], [0, 4, 9]]]),
      (.everywhere, Array(repeating: Array(repeating: [0, 3, 4, 5, 9], count: 2), count: 2)),
    ]
    for (scope, expected) in edits {
      #expect(Self.kept().applying([KeptEdit(.keep, 3...5, in: scope)]).positions == expected, "\(scope)")
    }
    let own = Self.kept(.queryHead).applying([KeptEdit(.keep, 3...5, in: .head(layer: 1, queryHead: 2))])
    #expect(own.positions[1] == [[0, 4, 9], [0, 4, 9], [0, 3, 4, 5, 9], [0, 4, 9]])
  }

  @Test func theLastEditOfATokenHolds() {
    let keep = KeptEdit(.keep, 2...6, in: .everywhere)
    let evict = KeptEdit(.evict, 4...20, in: .everywhere)
    #expect(Self.kept().applying([keep, evict]).positions[0][0] == [0, 2, 3])
    #expect(Self.kept().applying([evict, keep]).positions[0][0] == [0, 2, 3, 4, 5, 6])
    #expect(Self.kept().applying([]) == Self.kept())
  }

  @Test func whatTheModelOrThePromptLacksDoesNothing() {
    for scope in [KeptEdit.Scope.head(layer: 2, queryHead: 0), .head(layer: 0, queryHead: 4), .layer(-1)] {
      #expect(Self.kept().applying([KeptEdit(.evict, 0...9, in: scope)]) == Self.kept())
    }
    #expect(Self.kept().applying([KeptEdit(.keep, 10...12, in: .everywhere)]) == Self.kept())
  }

  @Test func anEditedPolicyIsAnotherOneWithAStar() throws {
    let policy = try Policy(parsing: "laq(m=4)/ada")
    let edited = policy.edited([KeptEdit(.keep, 3...5, in: .everywhere)])
    #expect(edited != policy && edited.unedited == policy)
    #expect(edited.name == policy.name + "*" && edited.title == policy.title + "*")
    #expect(edited.setting("m", to: "8")?.edits == edited.edits)
    #expect(Policy("full")?.edited(edited.edits).keepsEverything == false)
  }
}
