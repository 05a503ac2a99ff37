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
  /// - Parameter notices: takes what of the configuration has no effect.
  static func all(
    _ json: JSONObject, family: ModelFamily, layerCount: Int, headDimension: Int, contextLength: Int,
    notices: inout [String]
  ) throws -> [AttentionDescription] {
    let ropes = try RopeSettings(json, family, headDimension: headDimension, contextLength: contextLength)
    notices += ropes.notices
    let hasPositions = try positions(json, family, layerCount: layerCount)
    let window = try window(json, family)
    let slides = try sliding(json, family, window: window, layerCount: layerCount, hasPositions: hasPositions)
    var scale = 1 / Float(headDimension).squareRoot()
    var softCap: Float?
    if family.hasScoreSettings {
      scale = Float(1 / (try json.positive("query_pre_attn_scalar", default: 256)).squareRoot())
      softCap = try json.optional("attn_logit_softcapping", default: family.defaults.scoreCap) {
        try json.positive($0)
      }.map { Float($0) }
    }
    return (0..<layerCount).map { layer in
      AttentionDescription(
        rope: hasPositions[layer] ? (slides[layer] ? ropes.sliding : ropes.full) : nil, scale: scale,
        softCap: softCap, window: slides[layer] ? window : nil)
    }
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
      throw json.bad(
        "no_rope_layers", expected: "a list of \(layerCount) or more zeros (without positions) and ones")
    }
    return flags.prefix(layerCount).map { $0 == 1 }
  }

  /// How many tokens a sliding layer sees; `nil` where there are no windows.
  private static func window(_ json: JSONObject, _ family: ModelFamily) throws -> Int? {
    if case .none = family.windows { return nil }
    if case .upper = family.windows, try !json.flag("use_sliding_window") { return nil }
    return try json.optional("sliding_window", default: family.defaults.window) { key in
      try json.integer(key, in: 1...16_777_216)
    }
  }

  private static func sliding(
    _ json: JSONObject, _ family: ModelFamily, window: Int?, layerCount: Int, hasPositions: [Bool]
  ) throws -> [Bool] {
    func all(_ slides: Bool) -> [Bool] { Array(repeating: slides, count: layerCount) }
    switch family.windows {
    case .none: return all(false)
    case .all: return all(window != nil)
    case .listed, .upper, .withoutPositions, .allButEach:
      if json.has("layer_types") { return try listed(json, family, window: window, layerCount: layerCount) }
    }
    switch family.windows {
    case .none, .all, .listed: return all(window != nil)
    case .upper:
      let first = try json.integer("max_window_layers", in: 0...65_536, default: 28)
      return (0..<layerCount).map { window != nil && $0 >= first }
    case .withoutPositions:
      let isOn = try json.flag("use_sliding_window") && window != nil
      return hasPositions.map { isOn && !$0 }
    case .allButEach(let key, let count):
      let each = try key.map { try json.integer($0, in: 1...65_536, default: count) } ?? count
      let slides = (1...layerCount).map { $0 % each != 0 }
      try check(window, slides, json, "sliding_window")
      return slides
    }
  }

  /// `layer_types` names each layer's kind; `attention` is an older word for the full one.
  private static func listed(
    _ json: JSONObject, _ family: ModelFamily, window: Int?, layerCount: Int
  ) throws -> [Bool] {
    guard let types = json["layer_types"]?.array?.compactMap(\.string?.text), types.count == layerCount,
      types.allSatisfy({ ["full_attention", "attention", "sliding_attention"].contains($0) })
    else {
      throw json.bad("layer_types", expected: "\(layerCount) times 'full_attention' or 'sliding_attention'")
    }
    let slides = types.map { $0 == "sliding_attention" }
    if case .upper = family.windows, try !json.flag("use_sliding_window") {
      try check(window, slides, json, "use_sliding_window")
    } else {
      try check(window, slides, json, "sliding_window")
    }
    return slides
  }

  /// Layers that slide need a window: without one there is nothing that they could mean.
  private static func check(_ window: Int?, _ slides: [Bool], _ json: JSONObject, _ key: String) throws {
    guard window == nil, slides.contains(true) else { return }
    let isSize = key == "sliding_window"
    throw json.bad(
      key, expected: isSize ? "a size, as some layers slide" : "true, as layer_types has layers that slide")
  }
}
