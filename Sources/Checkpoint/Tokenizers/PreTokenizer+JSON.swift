extension PreTokenizer {
  static let supported =
    "ByteLevel, Split, Digits, Metaspace, Punctuation, Whitespace, WhitespaceSplit, and Sequences of them"

  /// GPT-2's: contractions, words, numbers and symbols with a leading space, white space.
  static let gpt2Pattern = #"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"#

  /// Reads `pre_tokenizer` of a `tokenizer.json`.
  /// - Returns: The pre-tokenizer, and whether its pieces are taken byte by byte.
  static func read(_ json: JSONObject) throws -> (PreTokenizer, isByteLevel: Bool) {
    guard json.has("pre_tokenizer") else { return (PreTokenizer(steps: []), false) }
    let outer = try json.object("pre_tokenizer")
    var steps: [Step] = []
    var isByteLevel = false
    for part in try outer.parts("pretokenizers") {
      guard !isByteLevel else {
        throw outer.unsupported("a pre-tokenizer after ByteLevel", supported: supported)
      }
      isByteLevel = try part.string("type") == "ByteLevel"
      steps += try Self.steps(part)
    }
    return (PreTokenizer(steps: steps), isByteLevel)
  }

  private static func steps(_ part: JSONObject) throws -> [Step] {
    switch try part.string("type") {
    case "ByteLevel":
      var steps: [Step] = []
      if try part.flag("add_prefix_space", default: true) { steps.append(.prefixSpace) }
      if try part.flag("use_regex", default: true) { steps.append(try split(part, gpt2Pattern, .isolated)) }
      return steps
    case "Split":
      let pattern = try RegexAutomaton(pattern: part, key: "pattern")
      let behavior = try part.choice("behavior", SplitStep.Behavior.self)
      return [.split(SplitStep(pattern: pattern, behavior: behavior, isInverted: try part.flag("invert")))]
    case "Digits":
      return [try split(part, #"\p{N}"#, try part.flag("individual_digits") ? .isolated : .contiguous)]
    case "Metaspace": return try metaspace(part)
    case "Punctuation":
      // The marks of Unicode 9 and later count as well; the tables of `tokenizers` end before them.
      let behavior = part.has("behavior") ? try part.choice("behavior", SplitStep.Behavior.self) : .isolated
      return [try split(part, #"[\p{P}$+<=>^`|~]"#, behavior)]
    case "Whitespace":
      let words = try RegexAutomaton(named: #"[\w\u200C\u200D]+|[^\w\s\u200C\u200D]+"#, in: part)
      return [.split(SplitStep(pattern: words, behavior: .removed, isInverted: true))]
    case "WhitespaceSplit": return [try split(part, #"\s"#, .removed)]
    default: throw part.unsupported("the pre-tokenizer \(try part.bytes("type"))", supported: supported)
    }
  }

  private static func split(_ part: JSONObject, _ pattern: String, _ behavior: SplitStep.Behavior) throws
    -> Step
  {
    .split(SplitStep(pattern: try RegexAutomaton(named: pattern, in: part), behavior: behavior))
  }

  private static func metaspace(_ part: JSONObject) throws -> [Step] {
    let text = part.has("replacement") ? try part.string("replacement") : "▁"
    guard text.unicodeScalars.count == 1, let mark = text.unicodeScalars.first else {
      throw part.bad("replacement", expected: "one character")
    }
    // Files from before prepend_scheme say add_prefix_space.
    let standard: Prefix = try part.flag("add_prefix_space", default: true) ? .always : .never
    let prefix = part.has("prepend_scheme") ? try part.choice("prepend_scheme", Prefix.self) : standard
    let marked = Step.metaspace(mark: mark.value, prefix: prefix)
    guard try part.flag("split", default: true) else { return [marked] }
    let pattern = try part.automaton { try RegexAutomaton(.literal([mark])) }
    return [marked, .split(SplitStep(pattern: pattern, behavior: .mergedWithNext))]
  }
}

extension JSONObject {
  /// One of an enumeration's values.
  func choice<Choice: RawRepresentable & CaseIterable>(_ key: String, _: Choice.Type) throws -> Choice
  where Choice.RawValue == String {
    guard let choice = Choice(rawValue: try string(key)) else {
      throw bad(key, expected: "one of " + Choice.allCases.map { "'\($0.rawValue)'" }.joined(separator: ", "))
    }
    return choice
  }

  /// Compiles a pattern; what it has that is not supported is an error of this file.
  func automaton(_ compile: () throws -> RegexAutomaton) throws -> RegexAutomaton {
    do { return try compile() } catch let failure as RegexParser.Failure {
      throw unsupported(
        "\(failure.reason) in a regular expression",
        supported:
          "characters, classes, Unicode categories and scripts, groups, alternatives, counted repetitions, "
          + "a look ahead or behind at one character")
    }
  }
}

extension RegexAutomaton {
  /// Compiles a pattern that stands in this program.
  init(named pattern: String, in json: JSONObject) throws {
    self = try json.automaton { try RegexAutomaton(pattern: pattern) }
  }

  /// Reads `{"String": …}` or `{"Regex": …}`.
  init(pattern json: JSONObject, key: String) throws {
    let pattern = try json.object(key)
    if pattern.has("String") {
      let text = try pattern.string("String")
      guard !text.isEmpty else { throw pattern.bad("String", expected: "a text") }
      self = try json.automaton { try RegexAutomaton(.literal(text.unicodeScalars)) }
    } else {
      let text = try pattern.string("Regex")
      self = try json.automaton { try RegexAutomaton(pattern: text) }
    }
  }
}
