/// Something that stands behind a plus in a policy's name: it changes how scores become kept tokens, or what
/// becomes of the kept tokens.
enum Wrapper: Sendable, Hashable {
  /// CriticalKV: values weigh, too.
  case critical(CriticalWeighting)
  /// Tokens are chosen in groups.
  case grouped(Grouping)
  /// Kept keys are rotated to new, gapless positions.
  case rerotate
  /// The cache is reduced again while it grows.
  case decode(every: Int, keep: Window)
}

/// How tokens are chosen together.
enum Grouping: Sendable, Hashable {
  /// ChunkKV: chunks stay or go as a whole, in all heads of a layer.
  case chunkKV(size: Int)
  /// kvpress' ChunkPress: each chunk is scored and reduced by itself.
  case chunk(size: Int)
  /// kvpress' BlockPress: the kept tokens and the next block are scored and reduced together.
  case block(size: Int)
}

/// Where in an eviction a wrapper acts; a policy has one wrapper for each place.
enum WrapperPlace: Int, Sendable, Hashable {
  case scores, selection, positions, decoding

  /// Why there can be but one.
  var reason: String {
    switch self {
    case .scores: "the scores are weighed once"
    case .selection: "tokens are grouped in one way"
    case .positions: "keys are rotated once"
    case .decoding: "the growing cache is reduced by one rule"
    }
  }
}
