/// A pattern as a deterministic automaton: one step for each scalar read, whatever the pattern is.
///
/// The states are lists of places in the pattern, in the order in which a backtracking matcher would try
/// them, so that the match is the same (leftmost, the first alternative that leads to one). They are made
/// when the pattern is read, and the value is immutable. Swift's own `Regex` takes about a microsecond a
/// character and `NSRegularExpression` can take exponential time; this takes nanoseconds.
struct RegexAutomaton: Sendable {
  /// Larger patterns are refused: those of known tokenizers need about 30 states.
  private static let maximumStates = 300
  private static let maximumInstructions = 600

  private let classes: ScalarClasses
  /// The classes of ASCII, where most texts are.
  private let asciiClasses: [UInt8]
  /// How many classes there are, the end of the text among them as the last.
  private let classCount: Int
  /// For each state and class: the next state, twice, and 1 when a match ends here. State 0 is dead.
  private let transitions: [Int32]
  /// The state in which an attempt begins, for each class of the scalar before it and, as the last, for the
  /// beginning of the text: they are not the same where the pattern looks behind itself.
  private let beginnings: [Int32]

  /// A list of places in the pattern, and what a look behind from there sees.
  private struct State: Hashable {
    static let dead = State(places: [], behind: [])
    let places: [Int]
    let behind: [Bool]
  }

  /// Compiles a pattern.
  /// - Throws: `RegexParser.Failure` when it can match nothing at all, or is too large.
  init(_ syntax: RegexSyntax) throws {
    var program = RegexProgram()
    try program.append(syntax, limit: Self.maximumInstructions)
    let classes = ScalarClasses(program.sets)
    guard classes.count < 255 else { throw RegexParser.Failure(reason: "so many sets of characters") }
    self.classes = classes
    classCount = classes.count + 1
    asciiClasses = (0..<128).map(classes.scalarClass)
    let end = classes.count
    let behinds =
      classes.members.map { members in program.behinds.map { members[$0.set] } } + [
        program.behinds.map(\.orStart)
      ]
    var states = [State.dead]
    var numbers = [State.dead: Int32(0)]
    func number(of state: State) throws -> Int32 {
      if let number = numbers[state] { return number }
      guard states.count < Self.maximumStates else { throw RegexParser.Failure(reason: "so large a pattern") }
      numbers[state] = Int32(states.count)
      states.append(state)
      return Int32(states.count - 1)
    }
    let beginnings = try behinds.map { try number(of: State(places: [0], behind: $0)) }
    let beginningCount = states.count
    var transitions: [Int32] = []
    var state = 0
    while state < states.count {
      for scalarClass in 0...end {
        let members = scalarClass == end ? nil : classes.members[scalarClass]
        let step = program.step(states[state].places, members: members, behind: states[state].behind)
        guard !step.isMatch || state >= beginningCount else {
          throw RegexParser.Failure(reason: "a pattern that matches the empty text")
        }
        let next = step.next.isEmpty ? State.dead : State(places: step.next, behind: behinds[scalarClass])
        transitions.append(try number(of: next) << 1 | (step.isMatch ? 1 : 0))
      }
      state += 1
    }
    (self.transitions, self.beginnings) = (transitions, beginnings)
  }

  /// Reads and compiles a pattern.
  init(pattern: String) throws { try self.init(RegexParser.parse(pattern)) }

  /// Attempts that read further than this past their match are remembered.
  private static let longLookahead = 64

  /// Every match in a text, leftmost first, as indices of the slice.
  ///
  /// Cost: the text's length, also for patterns that read on far beyond their matches: where an attempt went
  /// on in vain it leaves its states behind, and a later one that comes into the same stops.
  func matches(in text: ArraySlice<AlignedScalar>) -> [Range<Int>] {
    text.withUnsafeBufferPointer { scalars in
      transitions.withUnsafeBufferPointer { transitions in
        var result: [Range<Int>] = []
        var inVain: [Int32] = []
        var start = 0
        while start < scalars.count {
          let beginning = beginnings[start == 0 ? classCount - 1 : scalarClass(scalars, start - 1)]
          var state = beginning
          var place = start
          var matchEnd = -1
          while state != 0 {
            if !inVain.isEmpty, inVain[place] == state { break }
            let step = transitions[Int(state) * classCount + scalarClass(scalars, place)]
            if step & 1 == 1 { matchEnd = place }
            state = step >> 1
            place += 1
            if place > scalars.count { break }
          }
          if place - max(matchEnd, start) > Self.longLookahead {
            if inVain.isEmpty { inVain = [Int32](repeating: 0, count: scalars.count + 1) }
            remember(
              &inVain, scalars, beginning, from: start, to: min(place, scalars.count), beyond: matchEnd)
          }
          if matchEnd > start {
            result.append(text.startIndex + start..<text.startIndex + matchEnd)
            start = matchEnd
          } else {
            start += 1
          }
        }
        return result
      }
    }
  }

  /// Notes the state at each place of an attempt after its match.
  private func remember(
    _ inVain: inout [Int32], _ scalars: UnsafeBufferPointer<AlignedScalar>, _ beginning: Int32,
    from start: Int,
    to end: Int, beyond match: Int
  ) {
    var state = beginning
    for place in start..<end where state != 0 {
      if place > match { inVain[place] = state }
      state = transitions[Int(state) * classCount + scalarClass(scalars, place)] >> 1
    }
  }

  @inline(__always)
  private func scalarClass(_ scalars: UnsafeBufferPointer<AlignedScalar>, _ index: Int) -> Int {
    guard index < scalars.count else { return classCount - 1 }
    let value = scalars[index].value
    if value < 128 { return Int(asciiClasses[Int(value)]) }
    return Int(classes.scalarClass(of: value))
  }
}
