/// A pattern as instructions, which an automaton's states are lists of.
struct RegexProgram {
  private enum Instruction {
    /// Takes a scalar of a set, by the set's index.
    case scalar(Int)
    /// Goes on at both places, the first one preferred.
    case fork(Int, Int)
    /// Goes on when the next scalar is of a set, or at the end.
    case before(Int, orEnd: Bool)
    /// Goes on when the last scalar allows it, by the index of the question.
    case behind(Int)
    case match
  }

  /// Every set that the instructions name.
  private(set) var sets: [ScalarSet] = []
  /// What is asked about the scalar before a place: whether it is of a set, by the set's index, or none is
  /// there.
  private(set) var behinds: [(set: Int, orStart: Bool)] = []
  private var instructions: [Instruction] = []
  private var partCount = 0

  /// Appends a whole pattern and its match.
  mutating func append(_ syntax: RegexSyntax, limit: Int) throws {
    try add(syntax, limit: limit)
    instructions.append(.match)
  }

  private mutating func index(of set: ScalarSet) -> Int {
    if let index = sets.firstIndex(of: set) { return index }
    sets.append(set)
    return sets.count - 1
  }

  private mutating func add(_ syntax: RegexSyntax, limit: Int) throws {
    partCount += 1
    // Parts count as well as instructions: a group of nothing, repeated in others, has none.
    guard instructions.count < limit, partCount < 8 * limit else {
      throw RegexParser.Failure(reason: "so large a pattern")
    }
    switch syntax {
    case .scalar(let set): instructions.append(.scalar(index(of: set)))
    case .before(let set, let orEnd): instructions.append(.before(index(of: set), orEnd: orEnd))
    case .behind(let set, let orStart):
      instructions.append(.behind(behinds.count))
      behinds.append((index(of: set), orStart))
    case .sequence(let parts): for part in parts { try add(part, limit: limit) }
    case .alternatives(let branches): try addAlternatives(branches, limit: limit)
    case .repetition(let part, let least, let most, let isLazy):
      for _ in 0..<least { try add(part, limit: limit) }
      guard let most else { return try addLoop(part, isLazy: isLazy, limit: limit) }
      var forks: [Int] = []
      for _ in least..<most {
        forks.append(instructions.count)
        instructions.append(.match)
        try add(part, limit: limit)
      }
      for fork in forks { setFork(at: fork, inside: fork + 1, beyond: instructions.count, isLazy: isLazy) }
    }
  }

  private mutating func addLoop(_ part: RegexSyntax, isLazy: Bool, limit: Int) throws {
    let fork = instructions.count
    instructions.append(.match)
    try add(part, limit: limit)
    instructions.append(.fork(fork, fork))
    setFork(at: fork, inside: fork + 1, beyond: instructions.count, isLazy: isLazy)
  }

  private mutating func setFork(at fork: Int, inside: Int, beyond: Int, isLazy: Bool) {
    instructions[fork] = isLazy ? .fork(beyond, inside) : .fork(inside, beyond)
  }

  private mutating func addAlternatives(_ branches: [RegexSyntax], limit: Int) throws {
    var jumps: [Int] = []
    for branch in branches.dropLast() {
      let fork = instructions.count
      instructions.append(.match)
      try add(branch, limit: limit)
      jumps.append(instructions.count)
      instructions.append(.match)
      instructions[fork] = .fork(fork + 1, instructions.count)
    }
    if let last = branches.last { try add(last, limit: limit) }
    for jump in jumps { instructions[jump] = .fork(instructions.count, instructions.count) }
  }

  /// Goes on from a list of places by one scalar.
  /// - Parameters:
  ///   - members: which sets the scalar is in; `nil` at the text's end.
  ///   - behind: the answers to `behinds` about the scalar before it.
  /// - Returns: The places after it, and whether a match ends before it. What is less preferred than a match
  ///   is left out.
  func step(_ places: [Int], members: [Bool]?, behind: [Bool]) -> (next: [Int], isMatch: Bool) {
    var next: [Int] = []
    var seen = Set<Int>()
    // Places still to visit, the most preferred last.
    var pending = Array(places.reversed())
    while let place = pending.popLast() {
      guard seen.insert(place).inserted else { continue }
      switch instructions[place] {
      case .match: return (next, true)
      case .fork(let first, let second): pending += [second, first]
      case .scalar(let set): if members?[set] == true { next.append(place + 1) }
      case .behind(let question): if behind[question] { pending.append(place + 1) }
      case .before(let set, let orEnd): if members.map({ $0[set] }) ?? orEnd { pending.append(place + 1) }
      }
    }
    return (next, false)
  }
}
