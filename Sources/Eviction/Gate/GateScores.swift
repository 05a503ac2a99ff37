/// What a gate makes of a prompt: a logit per layer, KV head and token, larger is kept.
public struct GateScores: Sendable {
  /// `[layer][kvHead][tokenCount]`; fewer layers than the model has while they are being computed.
  public internal(set) var layers: [[[Float]]]

  /// Takes logits as they are.
  public init(layers: [[[Float]]]) { self.layers = layers }

  /// The logits of some of the tokens: a gate looks at the whole prompt, so that they are what they were.
  /// - Parameter positions: `[layer][head]`; a head is a KV head, or a query head, whose KV head is then
  ///   repeated.
  func gathering(_ positions: [[[Int]]]) -> GateScores {
    GateScores(
      layers: zip(layers, positions).map { stored, heads in
        heads.enumerated().map { head, positions in
          let logits = stored[head * stored.count / heads.count]
          return positions.map { logits[$0] }
        }
      })
  }
}
