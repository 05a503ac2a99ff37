/// Looks for few pieces whose return brings something back. Pure search: what a set does is asked of
/// `decode`.
///
/// Pieces are tried alone first, those that are looked at most. If none of these is enough, growing
/// beginnings of the ranked pieces are: the first two, four, eight … A set that is enough is made smaller: it
/// is cut into parts, each part is left out, and as many of the parts that can be spared by themselves as can
/// be spared together go; then smaller parts, until no single piece can be spared (after delta debugging:
/// Zeller and Hildebrandt, "Simplifying and Isolating Failure-Inducing Input", 2002). Another set is looked
/// for among all pieces but one of those that are known.
struct WhySearch<Piece: Hashable> {
  /// A set that is enough.
  struct Found: Equatable {
    var pieces: [Piece]
    /// Whether each of them is needed: without any single one it is lost again.
    var isSmallest: Bool
  }

  /// Sets that are decoded side by side.
  static var batch: Int { 16 }

  /// What is said with each of some sets.
  let decode: (_ sets: [[Piece]]) throws -> [WhyOutcome]
  /// Called behind every batch, with its sets and what came of them.
  var onBatch: (_ sets: [[Piece]], [WhyOutcome]) -> Void = { _, _ in }
  /// Called with a set that is enough, while smaller ones are looked for.
  var onShrink: ([Piece]) -> Void = { _ in }
  /// How many more sets may be decoded; a search that may decode none ends with what it has.
  var room: () -> Int = { Int.max }
  /// Sets that have been decoded.
  private(set) var tries = 0
  private var known: [Set<Piece>: WhyOutcome] = [:]

  init(decode: @escaping ([[Piece]]) throws -> [WhyOutcome]) { self.decode = decode }

  /// Whether no further set may be tried.
  var isExhausted: Bool { room() <= 0 }

  /// What is said with some sets; `nil` for those that there was no room for. No set is decoded twice.
  mutating func outcomes(_ sets: [[Piece]]) throws -> [WhyOutcome?] {
    var rest: [[Piece]] = []
    var asked: Set<Set<Piece>> = []
    for set in sets where known[Set(set)] == nil && asked.insert(Set(set)).inserted { rest.append(set) }
    var left = rest[...]
    while !left.isEmpty, !isExhausted {
      let batch = Array(left.prefix(min(Self.batch, room())))
      left = left.dropFirst(batch.count)
      tries += batch.count
      let outcomes = try decode(batch)
      for (set, outcome) in zip(batch, outcomes) { known[Set(set)] = outcome }
      onBatch(batch, outcomes)
    }
    return sets.map { known[Set($0)] }
  }

  /// The first of the growing beginnings of some ranked pieces that is enough; `nil` if none is, or there is
  /// no room for it.
  /// - Parameter tried: beginnings up to this length are known not to be.
  mutating func grow(_ ranked: [Piece], beyond tried: Int = 0) throws -> [Piece]? {
    let counts = Self.counts(after: tried, to: ranked.count)
    let sets = counts.map { Array(ranked.prefix($0)) }
    let outcomes = try outcomes(sets)
    return zip(sets, outcomes).first { $1?.isBack == true }?.0
  }

  /// The powers of two beyond a number, and where they end.
  private static func counts(after tried: Int, to count: Int) -> [Int] {
    guard count > tried else { return [] }
    return (0..<Int.bitWidth - 1).map { 1 << $0 }.filter { $0 > tried && $0 < count } + [count]
  }

  /// Leaves out of a set that is enough what can be spared.
  mutating func shrink(_ pieces: [Piece]) throws -> Found {
    var (pieces, parts) = (pieces, Self.batch)
    while pieces.count > 1 {
      onShrink(pieces)
      parts = min(parts, pieces.count)
      let cuts = (0..<parts).map { pieces.count * $0 / parts..<pieces.count * ($0 + 1) / parts }
      let outcomes = try outcomes(cuts.map { Self.rest(pieces, without: [$0]) })
      let spared = zip(cuts, outcomes).filter { $1?.isBack == true }.sorted { a, b in
        a.1.flatMap { first in b.1.map { first.comesNearer(than: $0) } } ?? false
      }.map(\.0)
      if outcomes.contains(nil), spared.isEmpty { return Found(pieces: pieces, isSmallest: false) }
      if spared.isEmpty {
        if parts == pieces.count { break }
        parts *= 2
        continue
      }
      // One can be spared; of more at once, as many as the tries show.
      let counts = Set((0..<6).map { max(1, spared.count >> $0) }).sorted(by: >)
      let smaller = counts.map { Self.rest(pieces, without: Array(spared.prefix($0))) }.filter { !$0.isEmpty }
      let tried = try self.outcomes(smaller)
      pieces =
        zip(smaller, tried).first { $1?.isBack == true }?.0 ?? Self.rest(pieces, without: [spared[0]])
      parts = min(Self.batch, max(2, pieces.count))
      if isExhausted { return Found(pieces: pieces, isSmallest: pieces.count == 1) }
    }
    return Found(pieces: pieces, isSmallest: true)
  }

  private static func rest(_ pieces: [Piece], without cuts: [Range<Int>]) -> [Piece] {
    pieces.indices.filter { index in !cuts.contains { $0.contains(index) } }.map { pieces[$0] }
  }

  /// Another set than those that are known: without one piece of each of them, all others are tried.
  mutating func another(_ ranked: [Piece], beside found: [Found]) throws -> Found? {
    guard let first = found.first, !ranked.isEmpty else { return nil }
    let others = Set(found.dropFirst().compactMap(\.pieces.first))
    let candidates = first.pieces.map { left in ranked.filter { $0 != left && !others.contains($0) } }
    let outcomes = try outcomes(candidates.filter { !$0.isEmpty })
    guard let enough = zip(candidates.filter { !$0.isEmpty }, outcomes).first(where: { $1?.isBack == true })
    else { return nil }
    let smaller = try grow(enough.0) ?? enough.0
    let other = try shrink(smaller)
    return found.contains { Set($0.pieces) == Set(other.pieces) } ? nil : other
  }
}
