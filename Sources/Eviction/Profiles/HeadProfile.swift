import Foundation
import Synchronization
import Transformer

/// What is measured of a model's heads over many prompts, by the names in files.
public enum HeadMeasure: String, Sendable, Hashable, CaseIterable, Codable {
  /// How often the head's most attended token is the one that the answer copies (Wu et al. 2024).
  case retrieval
  /// How much likelier what is wanted becomes when all that the head has evicted comes back, in nats.
  case gain
  /// Whether the answer comes back then: how often the head's eviction alone has cost it.
  case cost

  /// The series of the full cache that says a model's layers, query heads and KV heads.
  public static let shapeKey = "shape"
}

/// A number for each head of a model, measured over some prompts: what `/heads` divides a budget by.
///
/// It is read from what `laq-tui eval heads` has written, or from a file of retrieval heads as Wu et al.
/// publish theirs: an object that has a list of scores for each head, by names as `12-3` (layer, query head,
/// from 0). A head's number is the mean over its prompts, of a file with several policies and budgets over
/// those, too.
public struct HeadProfile: Sendable, Hashable {
  /// The file.
  public let path: String
  /// `[layer][head]`; the heads are query heads, or KV heads where kept sets were theirs.
  public let values: [[Double]]

  /// Its layers, and the heads of each.
  var found: (layers: Int, heads: Int) { (values.count, values.first?.count ?? 0) }

  /// Takes values that are known.
  init(path: String, values: [[Double]]) { (self.path, self.values) = (path, values) }

  /// Reads a file.
  /// - Throws: `HeadProfileError` for a file that cannot be read, is no profile or has not the measure.
  public init(path: String, measure: HeadMeasure) throws(HeadProfileError) {
    self.path = path
    let file = (path as NSString).expandingTildeInPath
    guard FileManager.default.fileExists(atPath: file) else {
      throw .unreadable(path, reason: "there is no such file")
    }
    let data: Data
    do { data = try Data(contentsOf: URL(fileURLWithPath: file)) } catch {
      throw .unreadable(path, reason: (error as NSError).localizedDescription)
    }
    if let named = try? JSONDecoder().decode([String: [Double]].self, from: data), !named.isEmpty,
      named["rows"] == nil
    {
      values = try Self.values(named, path: path)
    } else {
      values = try Self.values(data, measure, path: path)
    }
  }

  /// The same file is read once, until it changes.
  static func remembered(_ path: String, _ measure: HeadMeasure) throws(HeadProfileError) -> HeadProfile {
    var status = stat()
    let isThere = stat((path as NSString).expandingTildeInPath, &status) == 0
    let version = isThere ? [Int(status.st_mtim.tv_sec), status.st_mtim.tv_nsec, Int(status.st_size)] : []
    let key = Key(path: path, measure: measure, version: version)
    if isThere, let known = memory.withLock({ $0[key] }) { return known }
    let profile = try HeadProfile(path: path, measure: measure)
    memory.withLock { memory in
      if memory.count >= 8 { memory = [:] }
      memory[key] = profile
    }
    return profile
  }

  private struct Key: Hashable {
    let path: String
    let measure: HeadMeasure
    let version: [Int]
  }

  private static let memory = Mutex<[Key: HeadProfile]>([:])

  /// A score for each kept set of a model: that of its head, or the mean of the query heads that read it.
  /// - Parameter setCount: kept sets of a layer.
  /// - Throws: `HeadProfileError.otherShape`.
  func scores(of shape: ModelShape, setCount: Int) throws(HeadProfileError) -> [[Double]] {
    let (layers, heads) = found
    guard layers == shape.layerCount, heads == shape.queryHeadCount || heads == shape.kvHeadCount else {
      throw .otherShape(path, found: (layers, heads), shape)
    }
    guard heads != setCount else { return values }
    if heads < setCount {
      return values.map { layer in (0..<setCount).map { layer[$0 / (setCount / heads)] } }
    }
    let size = heads / setCount
    return values.map { layer in
      (0..<setCount).map { set in
        layer[set * size..<(set + 1) * size].reduce(0, +) / Double(size)
      }
    }
  }
}

/// Why a profile of heads cannot be used: the file, what was expected, what was found, and what to do.
public enum HeadProfileError: Error, Equatable, CustomStringConvertible {
  /// The file cannot be read.
  case unreadable(String, reason: String)
  /// The file is something else.
  case noProfile(String, reason: String)
  /// The file lacks what was asked for.
  case noMeasure(String, HeadMeasure, found: [String])
  /// It was made of another model.
  case otherShape(String, layers: Int, heads: Int, ModelShape)

  static func otherShape(_ path: String, found: (layers: Int, heads: Int), _ shape: ModelShape) -> Self {
    .otherShape(path, layers: found.layers, heads: found.heads, shape)
  }

  /// The sentence that a person reads.
  public var description: String {
    switch self {
    case .unreadable(let path, let reason):
      "the profile of heads \(path) cannot be read (\(reason)); make one with laq-tui eval heads, and name it as /heads(FILE)"
    case .noProfile(let path, let reason):
      """
      \(path) is no profile of heads (\(reason)); results of laq-tui eval heads were expected, or an object with a list of \
      scores for each head, as "12-3"
      """
    case .noMeasure(let path, let measure, let found):
      """
      \(path) has no figures of '\(measure.rawValue)', it has \(found.isEmpty ? "none" : found.joined(separator: ", ")); \
      choose one with by=, or measure again with laq-tui eval heads
      """
    case .otherShape(let path, let layers, let heads, let shape):
      """
      the profile \(path) has \(layers) layers of \(heads) heads, and this model has \(shape.layerCount) of \
      \(shape.queryHeadCount) query heads (\(shape.kvHeadCount) KV heads); make one of this model with laq-tui eval heads
      """
    }
  }
}
