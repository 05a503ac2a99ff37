import Checkpoint
import Kernels

/// The vectors of some heads, `[head][position][dimension]` row-major: floats, bf16 numbers in half the
/// memory, or either of them or half-precision numbers in a mapped file, which are widened when they are
/// looked at.
public struct VectorStorage: Sendable {
  enum Elements: Sendable {
    case float32([Float])
    case bfloat16([UInt16])
    case mapped(MappedTensor)
  }

  let elements: Elements

  /// Takes floats as they are.
  public init(_ floats: [Float]) { elements = .float32(floats) }

  /// Takes a tensor where it lies.
  public init(_ tensor: MappedTensor) { elements = .mapped(tensor) }

  /// Takes bf16 numbers, each the upper half of a float.
  init(bfloat16 numbers: [UInt16]) { elements = .bfloat16(numbers) }

  /// Elements of all heads.
  public var count: Int {
    switch elements {
    case .float32(let floats): floats.count
    case .bfloat16(let numbers): numbers.count
    case .mapped(let tensor): tensor.count
    }
  }

  /// Whether they are bf16 numbers.
  public var isRounded: Bool {
    switch elements {
    case .float32: false
    case .bfloat16: true
    case .mapped(let tensor): tensor.type == .bfloat16
    }
  }

  /// A range of bf16 numbers; `nil` where the elements are none.
  func withBFloat16<Result>(_ range: Range<Int>, _ body: (UnsafePointer<UInt16>) -> Result) -> Result? {
    switch elements {
    case .bfloat16(let numbers):
      numbers.withUnsafeBufferPointer { numbers in numbers.baseAddress.map { body($0 + range.lowerBound) } }
    case .mapped(let tensor) where tensor.type == .bfloat16: tensor.withElements(range, as: UInt16.self, body)
    case .float32, .mapped: nil
    }
  }

  /// A range of floats; `nil` where the elements are none.
  func withFloats<Result>(_ range: Range<Int>, _ body: (UnsafePointer<Float>) -> Result) -> Result? {
    switch elements {
    case .float32(let floats):
      floats.withUnsafeBufferPointer { floats in floats.baseAddress.map { body($0 + range.lowerBound) } }
    case .mapped(let tensor) where tensor.type == .float32: tensor.withElements(range, as: Float.self, body)
    case .bfloat16, .mapped: nil
    }
  }

  /// A range of elements as floats; cost: a copy.
  public func floats(_ range: Range<Int>) -> [Float] {
    [Float](unsafeUninitializedCapacity: range.count) { buffer, count in
      if let start = buffer.baseAddress { copy(range, to: start) }
      count = range.count
    }
  }

  /// A range of elements as bf16 numbers, rounded if they are others; cost: a copy.
  package func bfloat16(_ range: Range<Int>) -> [UInt16] {
    [UInt16](unsafeUninitializedCapacity: range.count) { buffer, count in
      if let start = buffer.baseAddress { copyRounded(range, to: start) }
      count = range.count
    }
  }

  /// Copies a range of elements as floats.
  func copy(_ range: Range<Int>, to target: UnsafeMutablePointer<Float>) {
    if withFloats(range, { target.update(from: $0, count: range.count) }) != nil { return }
    if withBFloat16(range, { laq_widen_bf16($0, target, range.count) }) != nil { return }
    if case .mapped(let tensor) = elements { tensor.copy(range, to: target) }
  }

  /// Copies a range of elements as bf16 numbers, rounded if they are others.
  func copyRounded(_ range: Range<Int>, to target: UnsafeMutablePointer<UInt16>) {
    if withBFloat16(range, { target.update(from: $0, count: range.count) }) != nil { return }
    if withFloats(range, { laq_round_to_bf16($0, target, range.count) }) != nil { return }
    laq_round_to_bf16(floats(range), target, range.count)
  }

  /// The scaled and capped scores of one query for `count` of these vectors, the first at an index.
  ///
  /// A query that is no bf16 number is not rounded: LAQ's and the oracle's rows are floats in every
  /// reference.
  func scores(
    of query: [Float], from start: Int, count: Int, _ rule: laq_attention_rule,
    to target: UnsafeMutablePointer<Float>
  ) {
    let dimension = query.count
    func score(floats keys: UnsafePointer<Float>, count: Int, to target: UnsafeMutablePointer<Float>) {
      laq_key_scores(query, keys, Int32(count), Int32(dimension), rule, target)
    }
    let range = start..<start + count * dimension
    if withFloats(range, { score(floats: $0, count: count, to: target) }) != nil { return }
    let isDone: Void? = withBFloat16(range) { keys in
      laq_key_scores_bf16(query, keys, Int32(count), Int32(dimension), rule, target)
    }
    if isDone != nil { return }
    // Half-precision numbers are widened a few vectors at a time: so they are read once, and stay in the
    // cache.
    for first in stride(from: 0, to: count, by: 64) {
      let block = min(64, count - first)
      let keys = floats(start + first * dimension..<start + (first + block) * dimension)
      score(floats: keys, count: block, to: target + first)
    }
  }
}
