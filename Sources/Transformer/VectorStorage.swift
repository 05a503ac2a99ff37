import Kernels

/// The vectors of some heads, `[head][position][dimension]` row-major: floats, or bf16 numbers in half the memory.
public struct VectorStorage: Sendable {
  enum Elements: Sendable {
    case float32([Float])
    case bfloat16([UInt16])
  }

  let elements: Elements

  /// Takes floats as they are.
  public init(_ floats: [Float]) { elements = .float32(floats) }

  /// Takes bf16 numbers, each the upper half of a float.
  init(bfloat16 numbers: [UInt16]) { elements = .bfloat16(numbers) }

  /// Elements of all heads.
  public var count: Int {
    switch elements {
    case .float32(let floats): floats.count
    case .bfloat16(let numbers): numbers.count
    }
  }

  /// Whether they are bf16 numbers.
  public var isRounded: Bool {
    if case .bfloat16 = elements { true } else { false }
  }

  /// A range of elements as floats; cost: a copy.
  public func floats(_ range: Range<Int>) -> [Float] {
    [Float](unsafeUninitializedCapacity: range.count) { buffer, count in
      if let start = buffer.baseAddress { copy(range, to: start) }
      count = range.count
    }
  }

  /// Copies a range of elements as floats.
  func copy(_ range: Range<Int>, to target: UnsafeMutablePointer<Float>) {
    switch elements {
    case .float32(let floats):
      floats.withUnsafeBufferPointer { source in
        if let base = source.baseAddress { target.update(from: base + range.lowerBound, count: range.count) }
      }
    case .bfloat16(let numbers):
      numbers.withUnsafeBufferPointer { source in
        if let base = source.baseAddress { laq_widen_bf16(base + range.lowerBound, target, range.count) }
      }
    }
  }

  /// Copies a range of elements as bf16 numbers, rounded if they are floats.
  func copyRounded(_ range: Range<Int>, to target: UnsafeMutablePointer<UInt16>) {
    switch elements {
    case .float32(let floats):
      floats.withUnsafeBufferPointer { source in
        if let base = source.baseAddress { laq_round_to_bf16(base + range.lowerBound, target, range.count) }
      }
    case .bfloat16(let numbers):
      numbers.withUnsafeBufferPointer { source in
        if let base = source.baseAddress { target.update(from: base + range.lowerBound, count: range.count) }
      }
    }
  }

  /// The scaled and capped scores of one query for `count` of these vectors, the first at an index.
  ///
  /// A query that is no bf16 number is not rounded: LAQ's and the oracle's rows are floats in every reference.
  func scores(
    of query: [Float], from start: Int, count: Int, _ rule: laq_attention_rule, to target: UnsafeMutablePointer<Float>
  ) {
    let dimension = Int32(query.count)
    switch elements {
    case .float32(let floats):
      floats.withUnsafeBufferPointer { keys in
        guard let keys = keys.baseAddress else { return }
        laq_key_scores(query, keys + start, Int32(count), dimension, rule, target)
      }
    case .bfloat16(let numbers):
      numbers.withUnsafeBufferPointer { keys in
        guard let keys = keys.baseAddress else { return }
        laq_key_scores_bf16(query, keys + start, Int32(count), dimension, rule, target)
      }
    }
  }
}
