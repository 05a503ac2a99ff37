/// Looks for few pieces whose return brings something back. Pure search: what a set does is asked of
/// `decode`.
///
/// Pieces are tried alone first, those that are looked at most. If none of these is enough, growing
/// beginnings of the ranked pieces are: the first two, four, eight … and, where these become long, growing
/// numbers of whole groups, which are heads with all of their pieces. A set that is enough is made smaller,
/// by groups, then inside those that are left by pieces: to a shorter beginning beside what that cannot do
/// without; then it is cut into parts, each part is left out, and as many of the parts that can be spared by
/// themselves as can be spared together go; then smaller parts, until no single one can be spared (after
/// delta debugging: Zeller and Hildebrandt, "Simplifying and Isolating Failure-Inducing Input", 2002). Another
/// set is looked for among all pieces but one of those that are known.
struct WhySearch<Piece: Hashable> {
  /// A set that is enough.
  struct Found: Equatable {
    var pieces: [Piece]
    /// Whether each of them is needed: without any single one it is lost again.
    var isSmallest: Bool
  }

  /// Sets that are decoded side by side.
  static var batch: Int { 16 }

  /// The longest beginning that is made smaller piece by piece at once.
  static var few: Int { 64 }

  /// The largest beginning beside which growing numbers of whole groups are not tried.
  static var many: Int { 256 }

  /// The group of a piece.
  let group: (Piece) -> [Int]

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

  /// - Parameter group: the group of a piece; unless given, all are in one.
  init(
    group: @escaping (Piece) -> [Int] = { _ in [] }, decode: @escaping ([[Piece]]) throws -> [WhyOutcome]
  ) {
    (self.group, self.decode) = (group, decode)
  }

  /// Takes what an earlier search has found out.
  mutating func learn(_ set: [Piece], _ outcome: WhyOutcome) { known[Set(set)] = outcome }

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
    try grow(ranked.map { [$0] }, beyond: tried)
  }

  /// The same of groups.
  private mutating func grow(_ groups: [[Piece]], beyond tried: Int = 0) throws -> [Piece]? {
    let counts = Self.counts(after: tried, to: groups.count)
    let sets = counts.map { Array(groups.prefix($0).joined()) }
    let outcomes = try outcomes(sets)
    return zip(sets, outcomes).first { $1?.isBack == true }?.0
  }

  /// Few of some ranked pieces that are enough; `nil` if all of them are not, or there is no room to find
  /// out.
  mutating func smallest(of ranked: [Piece]) throws -> Found? {
    let first = Array(ranked.prefix(Self.few))
    if let enough = try grow(first) { return try shrink(enough) }
    // Where all of them are not enough, fewer are not looked for.
    guard ranked.count > Self.few, try outcomes([ranked])[0]?.isBack == true,
      var enough = try grow(ranked, beyond: first.count)
    else { return nil }
    // Where almost all is needed by rank, few heads with all of theirs may do.
    if enough.count > Self.many, let whole = try grow(groups(ranked)), whole.count < enough.count {
      enough = whole
    }
    return try reduce(enough, ranked: ranked)
  }

  /// Leaves out of a set that is enough whole groups, then what its best pieces do without, then pieces.
  mutating func reduce(_ enough: [Piece], ranked: [Piece]) throws -> Found {
    let few = try shrink(try bounded(groups(enough))).units
    let left = Set(few.joined())
    let pieces = ranked.filter(left.contains)
    guard pieces.count > Self.batch else { return try shrink(pieces) }
    return try shrink(try bounded(pieces.map { [$0] }).flatMap(\.self))
  }

  /// Leaves of a set that is enough a few units that it cannot do without, and a beginning of the rest: the
  /// shortest beginning that is enough ends with a unit that is needed; with that one at hand a shorter one
  /// is, and so on. Each costs a few tries, however many units there are; where it no longer makes the set
  /// much smaller, it ends.
  private mutating func bounded(_ enough: [[Piece]]) throws -> [[Piece]] {
    var (needed, rest): ([[Piece]], [[Piece]]) = ([], enough)
    while rest.count > Self.batch {
      guard let count = try shortest(needed, rest) else { break }
      let isLarge = needed.count + count > (needed.count + rest.count) * 3 / 4
      if count > 0 { needed.insert(rest[count - 1], at: 0) }
      rest = Array(rest.prefix(max(0, count - 1)))
      onShrink(Array((needed + rest).joined()))
      if isLarge || count == 0 { break }
    }
    return needed + rest
  }

  /// The length of the shortest beginning that is enough beside what is needed, a few tried at a time; `nil`
  /// without room.
  private mutating func shortest(_ needed: [[Piece]], _ rest: [[Piece]]) throws -> Int? {
    var (least, most) = (0, rest.count)
    while least < most {
      let step = max(1, (most - least + 7) / 8)
      let counts = Array(stride(from: least, to: most, by: step))
      let outcomes = try outcomes(counts.map { (needed + rest.prefix($0)).flatMap(\.self) })
      guard !outcomes.contains(nil) else { return most < rest.count ? most : nil }
      let place = outcomes.firstIndex { $0?.isBack == true }
      most = place.map { counts[$0] } ?? most
      least = place.map { $0 == 0 ? counts[0] : counts[$0 - 1] + 1 } ?? counts[counts.count - 1] + 1
    }
    return most
  }

  /// Pieces by their groups, in the order of the first of each.
  private func groups(_ ranked: [Piece]) -> [[Piece]] {
    var places: [[Int]: Int] = [:]
    var groups: [[Piece]] = []
    for piece in ranked {
      let key = group(piece)
      if let place = places[key] {
        groups[place].append(piece)
      } else {
        places[key] = groups.count
        groups.append([piece])
      }
    }
    return groups
  }

  /// The powers of two beyond a number, and where they end.
  private static func counts(after tried: Int, to count: Int) -> [Int] {
    guard count > tried else { return [] }
    return (0..<Int.bitWidth - 1).map { 1 << $0 }.filter { $0 > tried && $0 < count } + [count]
  }

  /// Leaves out of a set that is enough what can be spared.
  mutating func shrink(_ pieces: [Piece]) throws -> Found {
    let (units, isSmallest) = try shrink(pieces.map { [$0] })
    return Found(pieces: Array(units.joined()), isSmallest: isSmallest)
  }

  /// The same of units that stay or go as a whole; whether each that is left is needed.
  private mutating func shrink(_ units: [[Piece]]) throws -> (units: [[Piece]], isSmallest: Bool) {
    var (units, parts) = (units, Self.batch)
    while units.count > 1 {
      onShrink(Array(units.joined()))
      parts = min(parts, units.count)
      let cuts = (0..<parts).map { units.count * $0 / parts..<units.count * ($0 + 1) / parts }
      let outcomes = try outcomes(cuts.map { Self.rest(units, without: [$0]).flatMap(\.self) })
      let spared = zip(cuts, outcomes).filter { $1?.isBack == true }.sorted { a, b in
        a.1.flatMap { first in b.1.map { first.comesNearer(than: $0) } } ?? false
      }.map(\.0)
      if outcomes.contains(nil), spared.isEmpty { return (units, false) }
      if spared.isEmpty {
        if parts == units.count { break }
        parts *= 2
        continue
      }
      // One can be spared; of more at once, as many as the tries show.
      let counts = Set((0..<6).map { max(1, spared.count >> $0) }).sorted(by: >)
      let smaller = counts.map { Self.rest(units, without: Array(spared.prefix($0))) }.filter { !$0.isEmpty }
      let tried = try self.outcomes(smaller.map { $0.flatMap(\.self) })
      units =
        zip(smaller, tried).first { $1?.isBack == true }?.0 ?? Self.rest(units, without: [spared[0]])
      parts = min(Self.batch, max(2, units.count))
      if isExhausted { return (units, units.count == 1) }
    }
    return (units, true)
  }

  private static func rest(_ units: [[Piece]], without cuts: [Range<Int>]) -> [[Piece]] {
    units.indices.filter { index in !cuts.contains { $0.contains(index) } }.map { units[$0] }
  }

  /// Another set than those that are known: without one piece of each of them, all others are tried.
  mutating func another(_ ranked: [Piece], beside found: [Found]) throws -> Found? {
    guard let first = found.first, !ranked.isEmpty else { return nil }
    let others = Set(found.dropFirst().compactMap(\.pieces.first))
    let candidates = first.pieces.map { left in ranked.filter { $0 != left && !others.contains($0) } }
    let outcomes = try outcomes(candidates.filter { !$0.isEmpty })
    guard let enough = zip(candidates.filter { !$0.isEmpty }, outcomes).first(where: { $1?.isBack == true })
    else { return nil }
    let other = try smallest(of: enough.0) ?? reduce(enough.0, ranked: enough.0)
    return found.contains { Set($0.pieces) == Set(other.pieces) } ? nil : other
  }
}
