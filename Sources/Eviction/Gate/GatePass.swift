import Foundation
import Kernels
import Transformer

/// A gate on its way through the layers of a prefill: it is given each layer's input, and leaves that layer's
/// logits.
///
/// Every row is computed on its own and its sums have a fixed order, so that threads change nothing. Cost per
/// layer and token: about the module's parameters, and `2 · heads · rank` multiplications for every other
/// token.
public final class GatePass {
  private let gate: Gate
  private let tokenCount: Int
  /// What the modules hand on, `[token][width]`.
  private let stream: Rows
  /// The logits of the layers so far.
  public private(set) var scores = GateScores(layers: [])

  /// Rows that a thread takes at once.
  private static let blockSize = 32
  /// The constant under the root of the norms, which have no weights.
  private static let epsilon: Float = 1e-6
  private let ones: [Float]

  /// Begins a prompt; the stream holds what the places at both ends say.
  public init(_ gate: Gate, tokenCount: Int) {
    self.gate = gate
    self.tokenCount = tokenCount
    ones = Array(repeating: 1, count: max(gate.width, gate.fit.hiddenSize))
    stream = Rows(count: tokenCount, width: gate.width)
    let width = gate.width
    let (lastFirst, lastLast) = (gate.first.count / width - 1, gate.last.count / width - 1)
    for position in 0..<tokenCount {
      let first = min(position, lastFirst) * width
      let last = min(tokenCount - 1 - position, lastLast) * width
      for column in 0..<width {
        stream[position][column] = gate.first[first + column] + gate.last[last + column]
      }
    }
  }

  /// Takes the next layer's input.
  /// - Parameter input: the residual stream before the layer, `[token][hidden]`.
  /// - Precondition: it is a layer that the gate has, and its input has the gate's width.
  public func advance(_ input: UnsafeBufferPointer<Float>) {
    precondition(
      scores.layers.count < gate.fit.layerCount && input.count == tokenCount * gate.fit.hiddenSize,
      "\(input.count) elements for \(tokenCount) tokens of a gate for \(gate.fit)")
    let module = gate.modules[scores.layers.count]
    if let input = input.baseAddress {
      let projected = project(module, input)
      // A prompt of one token has no other to look at.
      if tokenCount > 1 { attend(module, projected) }
    }
    mix(module)
    scores.layers.append(flags(module))
  }

  /// Adds the model's own states to the stream, and makes queries, keys and values, each `[head ·
  /// token][rank]`.
  private func project(_ module: Gate.Module, _ input: UnsafePointer<Float>) -> [Rows] {
    let (width, rank, hidden) = (gate.width, gate.rank, gate.fit.hiddenSize)
    let projected = (0..<3).map { _ in Rows(count: gate.headCount * tokenCount, width: rank) }
    inParallelBlocks(of: Self.blockSize, count: tokenCount) { rows in
      // The model's state and behind it the stream, both normed; and the stream alone.
      let both = Rows(count: rows.count, width: hidden + width)
      let own = Rows(count: rows.count, width: width)
      defer { withExtendedLifetime((both, own)) {} }
      for (index, row) in rows.enumerated() {
        laq_rms_norm(input + row * hidden, ones, Self.epsilon, Int32(hidden), both[index])
        add(module.input, both[index], inputs: hidden, to: stream[row])
        norm(stream[row], into: own[index])
        (both[index] + hidden).update(from: own[index], count: width)
      }
      for (target, (weights, seen)) in zip(
        projected, [(module.query, both), (module.key, both), (module.value, own)])
      {
        weights.withUnsafeBufferPointer { weights in
          guard let start = weights.baseAddress else { return }
          for head in 0..<gate.headCount {
            laq_few_products(
              start + head * rank * seen.width, Int32(rank), Int32(seen.width), seen.start, Int32(rows.count),
              target[head * tokenCount + rows.lowerBound], Int32(rank))
          }
        }
      }
    }
    return projected
  }

  /// Adds what the reduced attention finds among all other tokens, those behind a token too.
  ///
  /// It is two causal passes, one of them over the prompt turned around, joined by what each pass adds up.
  private func attend(_ module: Gate.Module, _ projected: [Rows]) {
    let (rank, headCount, tokenCount) = (gate.rank, gate.headCount, tokenCount)
    let before = attendToEarlier(projected)
    let behind = attendToEarlier(projected.map(turnedAround))
    inParallelBlocks(of: Self.blockSize, count: tokenCount) { rows in
      var found = [Float](repeating: 0, count: headCount * rank)
      for row in rows {
        let mirrored = tokenCount - 1 - row
        for head in 0..<headCount {
          let (one, other) = (
            before.found[head * tokenCount + row], behind.found[head * tokenCount + mirrored]
          )
          // At either end there is nothing on one side, and its row was not written to.
          let share: Float? =
            row == 0 || mirrored == 0
            ? nil : 1 / (1 + exp(behind.logSumExp[head][mirrored] - before.logSumExp[head][row]))
          for column in 0..<rank {
            found[head * rank + column] =
              share.map { $0 * one[column] + (1 - $0) * other[column] } ?? (row == 0 ? other : one)[column]
          }
        }
        add(module.output, found, inputs: found.count, to: stream[row])
      }
    }
  }

  /// Every head's attention of each row but the first to the rows before it, `[head · row][rank]`, and the
  /// natural logarithm of its normaliser, `[head][row]`.
  private func attendToEarlier(_ projected: [Rows]) -> (found: Rows, logSumExp: Rows) {
    let (rank, headCount, tokenCount) = (gate.rank, gate.headCount, tokenCount)
    let rule = laq_attention_rule(scale: 1 / Float(rank).squareRoot(), soft_cap: 0, window: 0)
    let packed = Rows(count: headCount, width: laq_packed_keys_count(Int32(tokenCount), Int32(rank)))
    let found = Rows(count: headCount * tokenCount, width: rank)
    let logSumExp = Rows(count: headCount, width: tokenCount)
    for head in 0..<headCount {
      laq_pack_keys(projected[1][head * tokenCount], Int32(tokenCount), Int32(rank), packed[head])
    }
    inParallelBlocks(of: Self.blockSize, count: tokenCount) { rows in
      let first = max(1, rows.lowerBound)
      guard first < rows.upperBound else { return }
      for head in 0..<headCount {
        let start = head * tokenCount
        // A row that is said to stand one place earlier does not see itself.
        laq_attend_causal(
          projected[0][start + first], Int32(rank), Int32(rows.upperBound - first), Int32(first - 1),
          packed[head],
          projected[2][start], Int32(rank), rule, found[start + first], Int32(rank), logSumExp[head] + first)
      }
    }
    withExtendedLifetime(packed) {}
    return (found, logSumExp)
  }

  /// Each head's rows from the last to the first.
  private func turnedAround(_ rows: Rows) -> Rows {
    let result = Rows(count: rows.count, width: rows.width)
    for index in 0..<rows.count {
      let (head, row) = index.quotientAndRemainder(dividingBy: tokenCount)
      result[index].update(from: rows[head * tokenCount + tokenCount - 1 - row], count: rows.width)
    }
    return result
  }

  /// Adds what the convolution makes of a token's neighbours, then the feed-forward block.
  private func mix(_ module: Gate.Module) {
    let (width, inner, reach) = (gate.width, gate.inner, gate.reach)
    let before = normed()
    inParallelBlocks(of: Self.blockSize, count: tokenCount) { rows in
      var own = [Float](repeating: 0, count: width)
      var gated = [Float](repeating: 0, count: inner)
      var (up, activated) = (gated, gated)
      for row in rows {
        for neighbour in max(0, row - reach)...min(tokenCount - 1, row + reach) {
          let weights = (neighbour - row + reach) * width
          for column in 0..<width {
            stream[row][column] += module.near[weights + column] * before[neighbour][column]
          }
        }
        norm(stream[row], into: &own)
        laq_few_products(module.gate, Int32(inner), Int32(width), own, 1, &gated, Int32(inner))
        laq_few_products(module.up, Int32(inner), Int32(width), own, 1, &up, Int32(inner))
        laq_swiglu(gated, up, Int32(inner), &activated)
        add(module.down, activated, inputs: inner, to: stream[row])
      }
    }
  }

  /// The logits of the stream as it is, `[kvHead][token]`.
  private func flags(_ module: Gate.Module) -> [[Float]] {
    let heads = gate.fit.kvHeadCount
    let rows = normed()
    var products = [Float](repeating: 0, count: tokenCount * heads)
    withExtendedLifetime(rows) {
      laq_few_products(
        module.flag, Int32(heads), Int32(gate.width), rows.start, Int32(tokenCount), &products, Int32(heads))
    }
    return (0..<heads).map { head in
      (0..<tokenCount).map { products[$0 * heads + head] + module.flagBias[head] }
    }
  }

  private func normed() -> Rows {
    let result = Rows(count: tokenCount, width: gate.width)
    for row in 0..<tokenCount { norm(stream[row], into: result[row]) }
    return result
  }

  /// A row of the stream over its root mean square.
  private func norm(_ row: UnsafePointer<Float>, into target: UnsafeMutablePointer<Float>) {
    laq_rms_norm(row, ones, Self.epsilon, Int32(gate.width), target)
  }

  /// Adds a product to a row of the stream.
  private func add(
    _ weights: [Float], _ x: UnsafePointer<Float>, inputs: Int, to row: UnsafeMutablePointer<Float>
  ) {
    var product = [Float](repeating: 0, count: gate.width)
    laq_few_products(weights, Int32(gate.width), Int32(inputs), x, 1, &product, Int32(gate.width))
    laq_add_scaled(row, product, 1, Int32(gate.width))
  }
}
