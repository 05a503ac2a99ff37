import Eviction
import Transformer

/// What each row of the full cache's answer finds by itself, as means over all query heads: a mean over the
/// whole answer does not say how far ahead a lookahead sees.
///
/// The first row is that of the answer's first token, which chooses the second one.
struct StepFigures {
  /// The cosines of the sums of `ComparedRows` with each decode row, `[sum][step]`.
  let cosines: [[RowAgreement]]
  /// What each kept set covers of each decode row alone, `[set][step]`.
  let coverage: [[Agreement]]
  /// The same rows looked at head by head, `[layer][queryHead]`.
  let heads: [[HeadFigures.Head]]

  /// A kept set, and how many of a row's top tokens it is compared with.
  struct KeptSet {
    let kept: KeptTokens
    let budget: Int
  }

  /// Looks at every decode row in every head, KV heads in parallel.
  ///
  /// Cost: as `HeadFigures`, and for each row a choice of top tokens at each budget.
  /// - Throws: `CancellationError`, looked for before each layer.
  init(_ recording: Recording, _ rows: ComparedRows, sets: [KeptSet]) throws {
    let shape = recording.shape
    let nothing = Sums(rows, setCount: sets.count)
    var total = nothing
    heads = try (0..<shape.layerCount).map { layer in
      try Task.checkCancellation()
      var groups = [(sums: Sums, heads: [HeadFigures.Head])](
        repeating: (nothing, []), count: shape.kvHeadCount)
      groups.withUnsafeMutableBufferPointer { groups in
        inParallel(count: groups.count, bytesEach: rows.byteCount(recording)) { kvHead in
          groups[kvHead].heads = groups[kvHead].sums.look(
            recording, layer: layer, kvHead: kvHead, rows, sets)
        }
      }
      for group in groups { total.add(group.sums) }
      return groups.flatMap(\.heads)
    }
    let headCount = shape.layerCount * shape.queryHeadCount
    cosines = total.cosines.map {
      $0.map { sum in
        var mean = sum
        mean.divide(by: headCount)
        return mean
      }
    }
    coverage = total.coverage.map {
      $0.map { Agreement(recall: $0.recall / Double(headCount), massRecall: $0.mass / Double(headCount)) }
    }
  }

  /// Sums over query heads.
  private struct Sums {
    var cosines: [[RowAgreement]]
    var coverage: [[(recall: Double, mass: Double)]]

    init(_ rows: ComparedRows, setCount: Int) {
      let steps = rows.decode.count
      cosines = Array(repeating: Array(repeating: RowAgreement(), count: steps), count: rows.sumCount)
      coverage = Array(repeating: Array(repeating: (0, 0), count: steps), count: setCount)
    }

    /// Looks at the query heads that read one KV head.
    mutating func look(
      _ recording: Recording, layer: Int, kvHead: Int, _ rows: ComparedRows, _ sets: [KeptSet]
    ) -> [HeadFigures.Head] {
      let kept = recording.shape.queryHeads(of: kvHead).map { head in
        sets.map { $0.kept.positions(layer: layer, queryHead: head) }
      }
      let budgets = Set(sets.map(\.budget))
      return HeadFigures.heads(recording, layer: layer, kvHead: kvHead, rows) { step, place, row, alike in
        for (index, one) in alike.enumerated() { cosines[index][step].add(one) }
        let mass = Array(row)
        let top = Dictionary(uniqueKeysWithValues: budgets.map { ($0, TopTokens(of: mass, budget: $0)) })
        for (index, set) in sets.enumerated() {
          guard let found = top[set.budget]?.agreement(with: kept[place][index]) else { continue }
          coverage[index][step].recall += found.recall
          coverage[index][step].mass += found.massRecall
        }
      }
    }

    mutating func add(_ other: Sums) {
      for index in cosines.indices {
        for step in cosines[index].indices { cosines[index][step].add(other.cosines[index][step]) }
      }
      for index in coverage.indices {
        for step in coverage[index].indices {
          coverage[index][step].recall += other.coverage[index][step].recall
          coverage[index][step].mass += other.coverage[index][step].mass
        }
      }
    }
  }
}

extension StepFigures.KeptSet {
  /// What a result keeps.
  init(_ result: PolicyResult) {
    self.init(kept: result.kept, budget: result.policy.comparedCount(result.kept, result.tokenBudget))
  }
}
