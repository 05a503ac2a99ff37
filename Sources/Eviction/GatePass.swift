import Foundation
import Kernels
import Transformer

/// A gate on its way through the layers of a prefill: it is given each layer's input, and leaves that layer's logits.
///
/// Every row is computed on its own and its sums have a fixed order, so that threads change nothing. Cost per layer and
/// token: about the gate's parameters, and `2 · heads · rank` for every other token.
public struct GatePass {
  private let gate: Gate
  private let tokenCount: Int
  /// What the modules hand on, `[token][width]`.
  private var stream: [Float]
  /// The logits of the layers so far.
  public private(set) var scores = GateScores(layers: [])

  /// Rows that a thread takes at once.
  private static let blockSize = 32
  /// The constant under the root of the norms, which have no weights.
  private static let epsilon: Float = 1e-6

  /// Begins a prompt; the stream holds what the places at both ends say.
  public init(_ gate: Gate, tokenCount: Int) {
    self.gate = gate
    self.tokenCount = tokenCount
    let width = gate.width
    let (firstRows, lastRows) = (gate.first.count / width, gate.last.count / width)
    stream = []
    stream.reserveCapacity(tokenCount * width)
    for position in 0..<tokenCount {
      let first = min(position, firstRows - 1) * width
      let last = min(tokenCount - 1 - position, lastRows - 1) * width
      for column in 0..<width { stream.append(gate.first[first + column] + gate.last[last + column]) }
    }
  }

  /// Takes the next layer's input.
  /// - Parameter input: the residual stream before the layer, `[token][hidden]`.
  /// - Precondition: it is a layer that the gate has, and its input has the gate's width.
  public mutating func advance(_ input: UnsafeBufferPointer<Float>) {
    precondition(
      scores.layers.count < gate.fit.layerCount && input.count == tokenCount * gate.fit.hiddenSize,
      "\(input.count) elements for \(tokenCount) tokens of a gate for \(gate.fit)")
    let module = gate.modules[scores.layers.count]
    if let input = input.baseAddress {
      attend(module, input)
      finish(module)
    }
    scores.layers.append(flags(module))
  }

  /// Adds the model's own states, and what the reduced attention finds among all other tokens.
  private mutating func attend(_ module: Gate.Module, _ input: UnsafePointer<Float>) {
    let (width, rank, hidden) = (gate.width, gate.rank, gate.fit.hiddenSize)
    let (tokenCount, headCount) = (tokenCount, gate.headCount)
    let ones = [Float](repeating: 1, count: max(width, hidden))
    let headSize = tokenCount * rank
    // Queries, keys and values, each [head][token][rank].
    var projected = [Float](repeating: 0, count: 3 * headCount * headSize)
    var stream = take()
    defer { self.stream = stream }
    stream.withUnsafeMutableBufferPointer { stream in
      projected.withUnsafeMutableBufferPointer { projected in
        guard let stream = stream.baseAddress, let projected = projected.baseAddress else { return }
        inParallelRows { rows in
          // The normed model's state, and behind it the normed stream.
          var seen = [Float](repeating: 0, count: rows.count * (hidden + width))
          var own = [Float](repeating: 0, count: rows.count * width)
          seen.withUnsafeMutableBufferPointer { seen in
            own.withUnsafeMutableBufferPointer { own in
              guard let seen = seen.baseAddress, let own = own.baseAddress else { return }
              for (index, row) in rows.enumerated() {
                let both = seen + index * (hidden + width)
                laq_rms_norm(input + row * hidden, ones, Self.epsilon, Int32(hidden), both)
                Self.add(module.input, both, inputs: hidden, to: stream + row * width, count: width)
                laq_rms_norm(stream + row * width, ones, Self.epsilon, Int32(width), both + hidden)
                (own + index * width).update(from: both + hidden, count: width)
              }
              for head in 0..<headCount {
                for (kind, weights) in [module.query, module.key, module.value].enumerated() {
                  let inputs = kind == 2 ? width : hidden + width
                  weights.withUnsafeBufferPointer { weights in
                    guard let weights = weights.baseAddress else { return }
                    laq_few_products(
                      weights + head * rank * inputs, Int32(rank), Int32(inputs), kind == 2 ? own : seen,
                      Int32(rows.count), projected + (kind * headCount + head) * headSize + rows.lowerBound * rank,
                      Int32(rank))
                  }
                }
              }
            }
          }
        }
        // A prompt of one token has no other to look at.
        guard tokenCount > 1 else { return }
        inParallelRows { rows in
          var found = [Float](repeating: 0, count: headCount * rank)
          var scratch = [Float](repeating: 0, count: tokenCount)
          for row in rows {
            for head in 0..<headCount {
              let vectors = (0..<3).map { UnsafePointer(projected + ($0 * headCount + head) * headSize) }
              let others = attendToOthers(
                row, query: vectors[0], keys: vectors[1], values: vectors[2], scratch: &scratch)
              for column in 0..<rank { found[head * rank + column] = others[column] }
            }
            Self.add(module.output, found, inputs: headCount * rank, to: stream + row * width, count: width)
          }
        }
      }
    }
  }

  /// One head's attention of a token to all tokens but itself, `[rank]`: those before it and those behind it, joined.
  private func attendToOthers(
    _ row: Int, query: UnsafePointer<Float>, keys: UnsafePointer<Float>, values: UnsafePointer<Float>,
    scratch: inout [Float]
  ) -> [Float] {
    let rank = gate.rank
    let rule = laq_attention_rule(scale: 1 / Float(rank).squareRoot(), soft_cap: 0, window: 0)
    var sums: [[Float]] = []
    var maxima: [Float] = []
    var totals: [Float] = []
    for part in [0..<row, row + 1..<tokenCount] where !part.isEmpty {
      var sum = [Float](repeating: 0, count: rank)
      var (maximum, total): (Float, Float) = (0, 0)
      laq_attend_part(
        query + row * rank, keys + part.lowerBound * rank, values + part.lowerBound * rank, Int32(part.count),
        Int32(rank), rule, &scratch, &sum, &maximum, &total)
      sums.append(sum)
      maxima.append(maximum)
      totals.append(total)
    }
    // Maxima are in powers of two.
    let largest = maxima.max() ?? 0
    var joined = [Float](repeating: 0, count: rank)
    var weight: Float = 0
    for part in sums.indices {
      let factor = exp2(maxima[part] - largest)
      weight += totals[part] * factor
      for column in 0..<rank { joined[column] += sums[part][column] * factor }
    }
    return joined.map { $0 / weight }
  }

  /// The convolution over neighbours, then the feed-forward block.
  private mutating func finish(_ module: Gate.Module) {
    let (width, inner, reach, tokenCount) = (gate.width, gate.inner, gate.reach, tokenCount)
    let before = normed()
    var stream = take()
    defer { self.stream = stream }
    stream.withUnsafeMutableBufferPointer { stream in
      guard let stream = stream.baseAddress else { return }
      inParallelRows { rows in
        let ones = [Float](repeating: 1, count: width)
        var y = [Float](repeating: 0, count: width)
        var (gated, up) = (
          [Float](repeating: 0, count: inner), [Float](repeating: 0, count: inner)
        )
        for row in rows {
          let target = stream + row * width
          for neighbour in max(0, row - reach)...min(tokenCount - 1, row + reach) {
            let weights = (neighbour - row + reach) * width
            for column in 0..<width {
              target[column] += module.near[weights + column] * before[neighbour * width + column]
            }
          }
          laq_rms_norm(target, ones, Self.epsilon, Int32(width), &y)
          laq_few_products(module.gate, Int32(inner), Int32(width), y, 1, &gated, Int32(inner))
          laq_few_products(module.up, Int32(inner), Int32(width), y, 1, &up, Int32(inner))
          laq_swiglu(gated, up, Int32(inner), &gated)
          Self.add(module.down, gated, inputs: inner, to: target, count: width)
        }
      }
    }
  }

  /// The logits of the stream as it is, `[kvHead][token]`.
  private func flags(_ module: Gate.Module) -> [[Float]] {
    let (width, heads) = (gate.width, gate.fit.kvHeadCount)
    let rows = normed()
    var logits = module.flagBias.map { Array(repeating: $0, count: tokenCount) }
    var products = [Float](repeating: 0, count: tokenCount * heads)
    laq_few_products(module.flag, Int32(heads), Int32(width), rows, Int32(tokenCount), &products, Int32(heads))
    for head in 0..<heads {
      for token in 0..<tokenCount { logits[head][token] += products[token * heads + head] }
    }
    return logits
  }

  /// Every row of the stream over its root mean square.
  private func normed() -> [Float] {
    let width = gate.width
    let ones = [Float](repeating: 1, count: width)
    return [Float](unsafeUninitializedCapacity: stream.count) { rows, count in
      stream.withUnsafeBufferPointer { stream in
        guard let source = stream.baseAddress, let target = rows.baseAddress else { return }
        for row in 0..<tokenCount {
          laq_rms_norm(source + row * width, ones, Self.epsilon, Int32(width), target + row * width)
        }
      }
      count = stream.count
    }
  }

  /// Adds a product to a row.
  private static func add(
    _ weights: [Float], _ x: UnsafePointer<Float>, inputs: Int, to target: UnsafeMutablePointer<Float>, count: Int
  ) {
    withUnsafeTemporaryAllocation(of: Float.self, capacity: count) { product in
      guard let product = product.baseAddress else { return }
      laq_few_products(weights, Int32(count), Int32(inputs), x, 1, product, Int32(count))
      laq_add_scaled(target, product, 1, Int32(count))
    }
  }

  /// Moves the stream out, so that this value can be read while the stream is written to.
  private mutating func take() -> [Float] {
    defer { stream = [] }
    return stream
  }

  private func inParallelRows(_ body: (Range<Int>) -> Void) {
    let (size, tokenCount) = (Self.blockSize, tokenCount)
    inParallel(count: (tokenCount + size - 1) / size) { block in
      body(block * size..<min(tokenCount, (block + 1) * size))
    }
  }
}
