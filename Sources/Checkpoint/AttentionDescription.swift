/// How one layer attends.
public struct AttentionDescription: Sendable, Hashable {
  /// The rotation of queries and keys; `nil` for a layer without positions.
  public let rope: RopeConfiguration?
  /// What scores are multiplied by, usually `1/√d`.
  public let scale: Float
  /// Scores become `cap · tanh(score / cap)`.
  public let softCap: Float?
  /// How many of the newest tokens a query sees, its own included; `nil` for all.
  public let window: Int?
}

extension AttentionDescription {
  /// Every layer's, from a configuration.
  static func all(
    _ json: JSONObject, family: ModelFamily, layerCount: Int, headDimension: Int, contextLength: Int
  ) throws -> [AttentionDescription] {
    let full = try rope(json, family, kind: "full_attention", headDimension, contextLength)
    let local = try rope(json, family, kind: "sliding_attention", headDimension, contextLength)
    let hasPositions = try positions(json, family, layerCount: layerCount)
    let slides = try sliding(json, family, layerCount: layerCount, hasPositions: hasPositions)
    let window = try json.optional("sliding_window", default: family.window) { key in
      try json.integer(key, in: 1...16_777_216)
    }
    var scale = 1 / Float(headDimension).squareRoot()
    var softCap: Float?
    if family.hasScoreSettings {
      scale = Float(1 / (try json.positive("query_pre_attn_scalar", default: 256)).squareRoot())
      softCap = try json.optional("attn_logit_softcapping", default: family.scoreCap) { try json.positive($0) }
        .map { Float($0) }
    }
    return (0..<layerCount).map { layer in
      AttentionDescription(
        rope: hasPositions[layer] ? (slides[layer] ? local : full) : nil, scale: scale, softCap: softCap,
        window: slides[layer] ? window : nil)
    }
  }

  /// `rope_parameters` is one object or, for Gemma 3, one per kind of layer; older files have
  /// `rope_scaling`, which is of the full layers where the kinds differ, and θ beside it.
  private static func rope(
    _ json: JSONObject, _ family: ModelFamily, kind: String, _ headDimension: Int, _ contextLength: Int
  ) throws -> RopeConfiguration {
    let isLocal = kind == "sliding_attention" && family.slidingTheta != nil
    var rope = json.has("rope_parameters") ? try json.object("rope_parameters") : nil
    if let each = rope, each.has(kind) { rope = try each.object(kind) }
    if rope == nil, !isLocal, json.has("rope_scaling") { rope = try json.object("rope_scaling") }
    if isLocal, rope?.has("rope_theta") != true {
      return RopeConfiguration(
        theta: try json.positive("rope_local_base_freq", default: family.slidingTheta),
        dimension: headDimension)
    }
    return try RopeConfiguration(
      rope, config: json, headDimension: headDimension, contextLength: contextLength, theta: family.theta)
  }

  private static func positions(_ json: JSONObject, _ family: ModelFamily, layerCount: Int) throws -> [Bool] {
    guard family.skipsPositions else { return Array(repeating: true, count: layerCount) }
    guard json.has("no_rope_layers") else {
      let interval = try json.integer("no_rope_layer_interval", in: 1...65_536, default: 4)
      return (1...layerCount).map { $0 % interval != 0 }
    }
    guard let flags = json["no_rope_layers"]?.wholeNumbers, flags.count >= layerCount,
      flags.allSatisfy({ $0 == 0 || $0 == 1 })
    else {
      throw json.bad("no_rope_layers", expected: "a list of \(layerCount) or more zeros (without positions) and ones")
    }
    return flags.prefix(layerCount).map { $0 == 1 }
  }

  private static func sliding(
    _ json: JSONObject, _ family: ModelFamily, layerCount: Int, hasPositions: [Bool]
  ) throws -> [Bool] {
    let isOff: Bool
    switch family.windows {
    case .none: isOff = true
    case .upper, .withoutPositions: isOff = try !json.flag("use_sliding_window")
    case .all, .allButEach: isOff = false
    }
    guard !isOff else { return Array(repeating: false, count: layerCount) }
    if json.has("layer_types") {
      guard let types = json["layer_types"]?.array?.compactMap(\.string?.text), types.count == layerCount,
        types.allSatisfy({ ["full_attention", "sliding_attention"].contains($0) })
      else {
        throw json.bad(
          "layer_types", expected: "\(layerCount) times 'full_attention' or 'sliding_attention'")
      }
      return types.map { $0 == "sliding_attention" }
    }
    switch family.windows {
    case .none: return Array(repeating: false, count: layerCount)
    case .all: return Array(repeating: true, count: layerCount)
    case .upper:
      let first = try json.integer("max_window_layers", in: 0...65_536, default: 28)
      return (0..<layerCount).map { $0 >= first }
    case .withoutPositions: return hasPositions.map { !$0 }
    case .allButEach(let key, let count):
      let each = try json.integer(key, in: 1...65_536, default: count)
      return (1...layerCount).map { $0 % each != 0 }
    }
  }
}
