/// The rotations of a model's full and sliding layers, from the keys that transformers 4 and 5 keep them in.
struct RopeSettings {
  let full: RopeConfiguration
  let sliding: RopeConfiguration
  /// What of the configuration has no effect.
  private(set) var notices: [String] = []

  /// `rope_parameters` (transformers 5) is one object or, for Gemma 3, one per kind of layer; `rope_scaling`
  /// (transformers 4) takes its place where both are there. θ and others stand beside it in older files.
  init(_ json: JSONObject, _ family: ModelFamily, headDimension: Int, contextLength: Int) throws {
    let parameters = json.has("rope_parameters") ? try json.object("rope_parameters") : nil
    let scaling = json.has("rope_scaling") ? try json.object("rope_scaling") : nil
    var notices: [String] = []
    func rope(_ object: JSONObject?, theta: Double) throws -> RopeConfiguration {
      try RopeConfiguration(
        object, config: json, family: family, headDimension: headDimension, contextLength: contextLength,
        theta: theta, notices: &notices)
    }
    let theta = try json.positive("rope_theta", default: family.defaults.theta)
    guard let localTheta = family.defaults.slidingTheta else {
      var whole = scaling.flatMap { $0.values.isEmpty ? nil : $0 } ?? parameters
      if let each = whole, each.has("full_attention") { whole = try each.object("full_attention") }
      full = try rope(whole, theta: theta)
      sliding = full
      self.notices = notices
      return
    }
    // Each kind of layer has its own; the older key is of the full ones.
    func part(_ kind: String) throws -> JSONObject? {
      try parameters.flatMap { $0.has(kind) ? try $0.object(kind) : nil }
    }
    if let parameters, !parameters.values.isEmpty,
      !["full_attention", "sliding_attention"].contains(where: parameters.has)
    {
      notices.append(
        "\(json.file): rope_parameters without full_attention and sliding_attention has no effect in this family"
      )
    }
    var whole = try part("full_attention")
    if let scaling {
      let former = whole?.values ?? ["rope_type": .string("default")]
      whole = (whole ?? scaling).merging(former.merging(scaling.values) { $1 })
    }
    full = try rope(whole, theta: theta)
    sliding = try rope(
      try part("sliding_attention"), theta: try json.positive("rope_local_base_freq", default: localTheta))
    self.notices = notices
  }
}
