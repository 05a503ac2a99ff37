import Eviction
import Testing
import Transformer

@testable import Exploration

/// What single rows of the full cache's answer say, against plain sums over every head.
@Suite struct StepFiguresTests {
  @Test func everyStepIsTheMeanOverAllHeadsOfItsOwnRow() async throws {
    let run = try await RunTests.tell(["laq", "snapkv(w=5)", "knorm/global"], budget: 24)
    let recording = try #require(run.recording), decode = try #require(run.decodeQueries)
    let ahead = try #require(run.results[0].lookahead?.queries)
    let sets = run.results.map { StepFigures.KeptSet(kept: $0.kept, budget: 24) }
    let found = try StepFigures(
      recording, ComparedRows(decode: decode, windows: [5], lookaheads: [ahead], comparesDecode: true),
      sets: sets)
    let (shape, count) = (recording.shape, recording.tokenCount)
    #expect(decode.count > 3 && found.cosines.map(\.count) == [Int](repeating: decode.count, count: 3))
    #expect(found.coverage.map(\.count) == [Int](repeating: decode.count, count: 3))
    for step in [0, 2, decode.count - 1] {
      var cosines = [Double](repeating: 0, count: 3)
      var (recalls, masses) = (cosines, cosines)
      for layer in 0..<shape.layerCount {
        for head in 0..<shape.queryHeadCount {
          func row(_ row: Recording.Row, _ beyond: QueryRows?) -> [Float] {
            recording.attention(layer: layer, queryHead: head, row: row, beyond: beyond)
          }
          func sum(_ rows: [[Float]]) -> [Double] {
            (0..<count).map { key in rows.reduce(0) { $0 + Double($1[key]) } }
          }
          let truth = row(.beyond(row: step), decode)
          let sums = [
            sum((count - 5..<count).map { row(.prompt(position: $0), nil) }),
            sum((0..<ahead.count).map { row(.beyond(row: $0), ahead) }),
            sum((0..<decode.count).map { row(.beyond(row: $0), decode) }),
          ]
          for index in sums.indices {
            cosines[index] += cosine(sums[index].dropFirst(4), truth.dropFirst(4).map(Double.init)[...])
          }
          for (index, set) in sets.enumerated() {
            let kept = Set(set.kept.positions(layer: layer, queryHead: head))
            let order = truth.indices.sorted { (truth[$1], $0) < (truth[$0], $1) }
            recalls[index] += Double(order.prefix(24).count { kept.contains($0) }) / 24
            masses[index] += kept.reduce(0) { $0 + Double(truth[$1]) } / truth.reduce(0) { $0 + Double($1) }
          }
        }
      }
      let heads = Double(shape.layerCount * shape.queryHeadCount)
      for index in 0..<3 {
        #expect(abs(found.cosines[index][step].withoutSinks - cosines[index] / heads) < 1e-4)
        let coverage = found.coverage[index][step]
        #expect(abs(coverage.massRecall - masses[index] / heads) < 1e-5)
        // Two weights that differ by rounding alone may change places at the cut.
        #expect(abs(coverage.recall - recalls[index] / heads) < 2e-3)
      }
    }
  }

  /// A step's figures are its own: those of the first row do not hang on how long the answer is.
  @Test func aShorterAnswerHasTheSameFirstSteps() async throws {
    let run = try await RunTests.tell(["snapkv"], budget: 24)
    let recording = try #require(run.recording), decode = try #require(run.decodeQueries)
    let sets = [StepFigures.KeptSet(kept: run.results[0].kept, budget: 24)]
    func figures(_ decode: QueryRows) throws -> StepFigures {
      try StepFigures(
        recording, ComparedRows(decode: decode, windows: [16], lookaheads: [], comparesDecode: false),
        sets: sets)
    }
    let (whole, part) = (try figures(decode), try figures(decode.prefix(2)))
    #expect(part.cosines[0].count == 2 && part.coverage[0].count == 2)
    // Two rows and many are multiplied in another order.
    for step in 0..<2 {
      #expect(abs(part.cosines[0][step].withoutSinks - whole.cosines[0][step].withoutSinks) < 1e-6)
      #expect(abs(part.coverage[0][step].massRecall - whole.coverage[0][step].massRecall) < 1e-6)
    }
    #expect(whole.cosines[0][0] != whole.cosines[0][1])
  }

  private func cosine(_ a: ArraySlice<Double>, _ b: ArraySlice<Double>) -> Double {
    func product(_ a: ArraySlice<Double>, _ b: ArraySlice<Double>) -> Double {
      zip(a, b).reduce(0) { $0 + $1.0 * $1.1 }
    }
    return product(a, b) / (product(a, a) * product(b, b)).squareRoot()
  }
}
