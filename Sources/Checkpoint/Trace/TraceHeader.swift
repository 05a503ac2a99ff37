import Foundation

/// The metadata of a trace (`Samples/Traces/README.md`), checked: sizes, rules and names that its tensors
/// belong to.
public struct TraceHeader: Sendable {
  /// The format's version.
  public static let version = 1
  /// Longer prompts are refused: kernels count tokens in 32 bits, elements of a head's rows besides.
  public static let tokenLimit = 1 << 23

  /// How one layer attends.
  public struct Attention: Sendable, Hashable {
    /// What products are multiplied by.
    public let scale: Float
    /// Scores become `cap · tanh(score / cap)`.
    public let softCap: Float?
    /// Keys a query sees at most, its own included.
    public let window: Int?
  }

  /// What LAQ decoded on a cheap cache.
  public struct Lookahead: Sendable, Hashable {
    /// What chose the cheap cache, as policies are named; not necessarily one that is known here.
    public let scorer: String
    /// Tokens per head of the cheap cache.
    public let budget: Int
    /// Whether the cheap cache had a set per query head.
    public let isPerQueryHead: Bool
    /// The pseudo tokens that were fed, ids.
    public let tokens: [Int]
    /// Pseudo tokens at most; with fewer, the answer ended.
    public let limit: Int?
    /// Where the pseudo tokens came from, as LAQ's settings say it (`position`, or with its content
    /// `position,content=last`); `nil` where they were decoded.
    public let source: String?
  }

  /// The model's name.
  public let model: String
  /// The program that recorded it.
  public let recorder: String
  /// What the text is called.
  public let name: String?
  /// The SHA-256 of what the model read.
  public let sha256: String?
  /// Decoder layers.
  public let layerCount: Int
  /// Query heads per layer.
  public let queryHeadCount: Int
  /// KV heads per layer; divides `queryHeadCount`.
  public let kvHeadCount: Int
  /// Elements of a head's vectors.
  public let headDimension: Int
  /// The prompt's tokens.
  public let tokenCount: Int
  /// The first position whose queries are recorded.
  public let firstQueryPosition: Int
  /// How many of the last tokens are a question.
  public let questionTokenCount: Int?
  /// How many of them are the question's own, and how many stand behind those; `nil` where it is not said.
  public let question: (count: Int, behind: Int)?
  /// One entry per layer.
  public let attention: [Attention]
  /// Per layer, an index of a rotation, `nil` for a layer without positions; `nil` altogether where it is not
  /// known.
  public let rotations: [Int?]?
  /// The factor of sines and cosines of each rotation.
  public let rotationMagnitudes: [Float]
  /// What LAQ decoded.
  public let lookaheads: [Lookahead]
  /// The JSON of what a session's recording hangs on; `nil` for a trace.
  public private(set) var recordingOrigin: [UInt8]?

  /// The name of a layer's keys.
  static func keys(_ layer: Int) -> String { "layers.\(layer).keys" }

  /// Reads the metadata of a file.
  /// - Throws: `TraceError`, `CheckpointError.badValue`.
  init(_ file: Safetensors) throws {
    guard let value = file.metadata?["laq_trace"] else { throw TraceError.notATrace(file: file.path) }
    guard let text = value.string else {
      throw CheckpointError.badValue(
        file: file.path, key: "laq_trace", expected: "a string of JSON", found: value.description)
    }
    try self.init(text.bytes.withUnsafeBytes { try JSONObject($0, file: file.path, prefix: "laq_trace.") })
    recordingOrigin = file.metadata?["laq_recording"]?.string.map { Array($0.bytes) }
  }

  private init(_ json: JSONObject) throws {
    guard json["version"]?.wholeNumber == Self.version else {
      throw TraceError.wrongVersion(file: json.file, found: json["version"]?.description ?? "none")
    }
    func size(_ key: String, upTo limit: Int) throws -> Int { try json.integer(key, in: 1...limit) }
    model = try json.string("model")
    recorder = json.has("recorder") ? try json.string("recorder") : ""
    name = json.has("name") ? try json.string("name") : nil
    sha256 = json.has("sha256") ? try json.string("sha256") : nil
    layerCount = try size("layers", upTo: 1 << 10)
    queryHeadCount = try size("query_heads", upTo: 1 << 10)
    kvHeadCount = try size("kv_heads", upTo: queryHeadCount)
    guard queryHeadCount % kvHeadCount == 0 else {
      throw json.bad("kv_heads", expected: "a divisor of the \(queryHeadCount) query heads")
    }
    headDimension = try size("head_dim", upTo: 1 << 14)
    tokenCount = try size("tokens", upTo: Self.tokenLimit)
    firstQueryPosition = try json.integer("first_query", in: 0...tokenCount)
    let question = try json.integer("question_tokens", in: 0...tokenCount, default: 0)
    questionTokenCount = question > 0 ? question : nil
    if json.has("question") {
      guard let place = json["question"]?.wholeNumbers, place.count == 2, place[0] > 0, place[1] >= 0,
        place[0] <= question, place[1] <= question - place[0]
      else {
        throw json.bad(
          "question", expected: "two numbers, the question's tokens and those behind it, of question_tokens")
      }
      self.question = (place[0], place[1])
    } else {
      self.question = nil
    }
    attention = try json.objects("attention").map { entry in
      Attention(
        scale: try entry.float("scale"),
        softCap: entry.has("softcap") ? try entry.float("softcap", isPositive: true) : nil,
        window: entry.has("window") ? try entry.integer("window", in: 1...Int.max) : nil)
    }
    guard attention.count == layerCount else {
      throw json.bad("attention", expected: "a list of \(layerCount) objects, one for each layer")
    }
    (rotations, rotationMagnitudes) = try Self.rotations(json, layerCount: layerCount)
    lookaheads = try json.objects("lookaheads").map { entry in
      guard let tokens = entry["tokens"]?.wholeNumbers, !tokens.isEmpty else {
        throw entry.bad("tokens", expected: "a list of token ids")
      }
      let granularity = try entry.string("granularity")
      guard granularity == "kv" || granularity == "query" else {
        throw entry.bad("granularity", expected: "\"kv\" or \"query\"")
      }
      return Lookahead(
        scorer: try entry.string("scorer"), budget: try entry.integer("budget", in: 1...Int.max),
        isPerQueryHead: granularity == "query", tokens: tokens,
        limit: entry.has("limit") ? try entry.integer("limit", in: tokens.count...Int.max) : nil,
        source: entry.has("source") ? try entry.string("source") : nil)
    }
  }

  private static func rotations(_ json: JSONObject, layerCount: Int) throws -> ([Int?]?, [Float]) {
    guard json.has("rotary") else { return (nil, []) }
    func bad() -> CheckpointError {
      json.bad("rotary", expected: "a list of \(layerCount), each null or the number of a rotation")
    }
    let list = json["rotary"]?.array ?? []
    let indices = try list.map { value -> Int? in
      if case .null = value { return nil }
      guard let index = value.wholeNumber, (0..<layerCount).contains(index) else { throw bad() }
      return index
    }
    guard list.count == layerCount else { throw bad() }
    let count = (indices.compactMap { $0 }.max() ?? -1) + 1
    var magnitudes = [Float](repeating: 1, count: count)
    if json.has("rotary_magnitude") {
      let given = (json["rotary_magnitude"]?.array ?? []).compactMap(\.double).map { Float($0) }
      guard given.count == json["rotary_magnitude"]?.array?.count, given.count >= count,
        given.allSatisfy({ $0.isFinite && $0 > 0 })
      else { throw json.bad("rotary_magnitude", expected: "a list of \(count) positive numbers") }
      magnitudes = Array(given.prefix(count))
    }
    return (indices, magnitudes)
  }
}

extension JSONObject {
  /// A number that a float holds.
  fileprivate func float(_ key: String, isPositive: Bool = false) throws -> Float {
    guard let value = self[key]?.double.map({ Float($0) }), value.isFinite, value > 0 || !isPositive else {
      throw bad(key, expected: isPositive ? "a positive number" : "a number")
    }
    return value
  }
}
