import Eviction
import Exploration
import Foundation
import Transformer

extension SessionFile {
  /// What a file said that a policy keeps (`--kept`): the session goes on without that file.
  package struct KeptSets: Codable, Sendable, Equatable {
    /// The file and its array, as screens tell them.
    package var source: String
    /// SHA-256 of all that the model read before the eviction: of another prompt the sets say nothing.
    package var prompt: String
    /// How many tokens that was.
    package var tokens: Int
    /// The sizes of the model.
    package var layers: Int, queryHeads: Int, kvHeads: Int, headDimension: Int
    /// The heads that keep sets of their own: `kv` or `query`.
    package var granularity: String
    /// A bit for each token of each head of each layer, the lowest of a byte first; in base 64.
    package var bits: Data

    /// Takes over a map.
    /// - Parameter prompt: the hash of the prompt that it is shown with, where it does not know its own.
    init(_ map: KeptMap, prompt: String) {
      let shape = map.kept.shape
      (source, self.prompt, tokens) = (map.source, map.promptHash ?? prompt, map.kept.tokenCount)
      (layers, queryHeads) = (shape.layerCount, shape.queryHeadCount)
      (kvHeads, headDimension) = (shape.kvHeadCount, shape.headDimension)
      (granularity, bits) = (map.kept.granularity.rawValue, map.kept.bits)
    }

    /// The map, in itself; whether it is about the prompt that is opened, `KeptMap.fits` says.
    /// - Parameters:
    ///   - path: the session's file, for errors.
    ///   - key: the place in it.
    /// - Throws: `SessionFileError`.
    func map(named name: String, path: String, key: String) throws -> KeptMap {
      guard (1...10_000).contains(layers), (1...10_000).contains(queryHeads),
        (1...queryHeads).contains(kvHeads),
        queryHeads % kvHeads == 0, (1...ModelShape.maximumHeadDimension).contains(headDimension),
        (1...1 << 24).contains(tokens)
      else {
        throw SessionFileError.badValue(
          path, key: "\(key).kept",
          found: "\(layers) layers, \(queryHeads) and \(kvHeads) heads of \(headDimension), \(tokens) tokens",
          expected: "the sizes of a model and a prompt")
      }
      let heads: Granularity =
        try SessionFile.value(granularity, key: "\(key).kept.granularity", path: path) ?? .kvHead
      let shape = ModelShape(
        layerCount: layers, queryHeadCount: queryHeads, kvHeadCount: kvHeads, headDimension: headDimension)
      guard let kept = KeptTokens(bits: bits, shape: shape, granularity: heads, tokenCount: tokens) else {
        throw SessionFileError.badValue(
          path, key: "\(key).kept.bits", found: "\(bits.count) bytes",
          expected: "a bit for each token of each head of each layer")
      }
      return KeptMap(name: name, source: source, kept: kept, promptHash: prompt)
    }
  }
}

extension KeptMap {
  /// Whether it is about a prompt and a model of some sizes.
  package func fits(_ prompt: Prompt, shape: ModelShape) -> Bool {
    promptHash ?? prompt.hash == prompt.hash && kept.shape == shape && kept.tokenCount == prompt.tokens.count
  }
}
