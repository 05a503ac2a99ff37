import Checkpoint
import Eviction
import Transformer

extension TraceFile {
  /// Longer names are no names.
  private static let nameLimit = 1 << 10

  /// What presses of kvpress kept where the trace was recorded, in its order; each is shown as a policy.
  ///
  ///     presses.I.name    U8 [bytes]                       the press as it was asked for
  ///     presses.I.kept    U8 [layers · KV heads · tokens]  1 for what it kept, 0 for what it evicted
  /// - Throws: `TraceError` where one is not as that says.
  static func presses(_ tensors: TraceTensors, _ shape: ModelShape) throws -> [KeptMap] {
    var maps: [KeptMap] = []
    while tensors.has("presses.\(maps.count).name") || tensors.has("presses.\(maps.count).kept") {
      let place = "presses.\(maps.count)"
      let bytes = try tensors.bytes(place + ".name")
      guard (1...nameLimit).contains(bytes.count), let name = String(validating: bytes, as: UTF8.self) else {
        throw tensors.bad(
          place + ".name", expected: "a name in UTF-8, 1 to \(nameLimit) bytes",
          found: "\(bytes.count) bytes")
      }
      maps.append(
        KeptMap(
          name: name, source: "\(tensors.path), press \(maps.count + 1)",
          kept: try kept(tensors, place + ".kept", shape)))
    }
    return maps
  }

  private static func kept(_ tensors: TraceTensors, _ name: String, _ shape: ModelShape) throws
    -> KeptTokens
  {
    let flags = try tensors.bytes(name)
    let (heads, count) = (shape.kvHeadCount, tensors.header.tokenCount)
    guard flags.count == shape.layerCount * heads * count else {
      throw tensors.bad(
        name,
        expected: "a byte for each of \(shape.layerCount) layers, \(heads) KV heads and \(count) tokens",
        found: "\(flags.count) bytes")
    }
    if let odd = flags.first(where: { $0 > 1 }) {
      throw tensors.bad(name, expected: "0 for evicted tokens and 1 for kept ones", found: "\(odd)")
    }
    return KeptTokens(
      shape: shape, granularity: .kvHead, tokenCount: count,
      positions: (0..<shape.layerCount).map { layer in
        (0..<heads).map { head in
          let start = (layer * heads + head) * count
          return (0..<count).filter { flags[start + $0] == 1 }
        }
      })
  }
}
