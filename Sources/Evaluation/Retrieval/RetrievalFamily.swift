/// What a text is asked for: the task families that the embedded model was trained for
/// (`Samples/Model/generate.py`).
package enum RetrievalFamily: String, CaseIterable, Sendable, Hashable {
  /// One fact in filler.
  case single
  /// One of many facts of the same form.
  case many
  /// The three values of one key, spread over the text.
  case all
  /// The values of two to four keys.
  case several
  /// Two or three hops from one name to the next.
  case chain
  /// One of many facts, and the question stands before the text.
  case first
  /// A titled passage, word for word.
  case repeating = "repeat"

  /// The family in a few words, for tables.
  package var title: String {
    switch self {
    case .single: "one needle"
    case .many: "one of many alike"
    case .all: "all values of one key"
    case .several: "several keys"
    case .chain: "a chain of 2 or 3 hops"
    case .first: "question first"
    case .repeating: "repeat a passage"
    }
  }

  /// Whether the question stands before the text.
  package var putsQuestionFirst: Bool { self == .first }
}

/// The facts of one text, a question about them, and its answer.
struct RetrievalQuestion {
  /// The facts in the text's order.
  let facts: [String]
  /// What is asked.
  let question: String
  /// The whole answer.
  let answer: String
  /// The parts of the answer that only the text tells.
  let values: [String]
}

extension RetrievalQuestion {
  /// Draws one of a family; `room` facts fit into the text.
  init(_ family: RetrievalFamily, room: Int, _ random: inout CaseRandom) {
    switch family {
    case .single: self = .single(room: room, &random)
    case .many, .first: self = .many(room: room, asked: 1, &random)
    case .several: self = .many(room: max(4, room), asked: random.number(in: 2...4), &random)
    case .all: self = .all(room: room, &random)
    case .chain: self = .chain(room: room, &random)
    case .repeating: self = .repeating(room: room, &random)
    }
  }

  private static func single(room: Int, _ random: inout CaseRandom) -> RetrievalQuestion {
    let keys = TaskWords.names(random.happens(0.5) ? 1 : min(max(1, room), random.number(in: 1...4)), &random)
    let facts = keys.map { (relation: TaskWords.relation(&random), key: $0, value: TaskWords.value(&random)) }
    let asked = random.one(of: facts)
    return RetrievalQuestion(
      facts: facts.map { fact($0.relation, $0.key, $0.value, &random) },
      question: "What is the \(asked.relation) of \(asked.key)?",
      answer: "The \(asked.relation) of \(asked.key) is \(asked.value).", values: [asked.value])
  }

  private static func many(room: Int, asked count: Int, _ random: inout CaseRandom) -> RetrievalQuestion {
    let size = max(2, count, min(room, random.number(in: 3...44)))
    let relation = TaskWords.relation(&random)
    let pairs = TaskWords.names(size, &random).map { (key: $0, value: TaskWords.value(&random)) }
    let asked = random.some(count, of: pairs)
    return RetrievalQuestion(
      facts: pairs.map { fact(relation, $0.key, $0.value, &random) },
      question: "What is the \(relation) of \(listed(asked.map(\.key)))?",
      answer: sentence(asked.map { "the \(relation) of \($0.key) is \($0.value)" }),
      values: asked.map(\.value))
  }

  private static func all(room: Int, _ random: inout CaseRandom) -> RetrievalQuestion {
    let keys = TaskWords.names(max(1, min(room / 4, random.number(in: 1...8))), &random)
    let relation = TaskWords.relation(&random)
    let ordinals = ["first", "second", "third"]
    let tables = keys.map { key in (key: key, values: ordinals.map { _ in TaskWords.value(&random) }) }
    // A key's facts stand in their order, those of different keys mingle.
    let told = tables.flatMap { table in
      zip(ordinals, table.values).enumerated().map { index, fact in
        (
          place: random.fraction() + Double(index),
          text: "The \(fact.0) \(relation) of \(table.key) is \(fact.1)."
        )
      }
    }
    let asked = random.one(of: tables)
    return RetrievalQuestion(
      facts: told.sorted { $0.place < $1.place }.map(\.text),
      question: "Name every \(relation) of \(asked.key).",
      answer: sentence(zip(ordinals, asked.values).map { "the \($0) \(relation) of \(asked.key) is \($1)" }),
      values: asked.values)
  }

  private static func chain(room: Int, _ random: inout CaseRandom) -> RetrievalQuestion {
    let names = TaskWords.names(max(4, min(room, random.number(in: 4...24))), &random)
    let hops = random.number(in: 2...3)
    let start = random.below(names.count - hops)
    let roads = zip(names, names.dropFirst()).map { "the road from \($0) leads to \($1)" }
    return RetrievalQuestion(
      facts: random.shuffled(roads).map { sentence([$0]) },
      question: "Follow \(hops == 2 ? "two" : "three") roads from \(names[start]).",
      answer: sentence(Array(roads[start..<start + hops])), values: Array(names[start + 1...start + hops]))
  }

  private static func repeating(room: Int, _ random: inout CaseRandom) -> RetrievalQuestion {
    let keys = TaskWords.names(max(1, min(room / 4, random.number(in: 1...5))), &random)
    let notes = keys.map { key in
      (key: key, sentences: (0..<random.number(in: 1...3)).map { _ in passageSentence(&random) })
    }
    func text(_ note: (key: String, sentences: [String])) -> String {
      "The note of \(note.key) reads: \"\(note.sentences.joined(separator: " "))\""
    }
    let asked = random.one(of: notes)
    return RetrievalQuestion(
      facts: notes.map(text), question: "Repeat the note of \(asked.key).", answer: text(asked),
      values: asked.sentences)
  }

  private static func passageSentence(_ random: inout CaseRandom) -> String {
    if random.happens(0.4) { return TaskFiller.sentence(&random) }
    let thing = "\(random.one(of: TaskWords.adjectives)) \(random.one(of: TaskWords.nouns))"
    return switch random.below(4) {
    case 0: "Bring the \(thing) to \(TaskWords.name(&random))."
    case 1: "\(TaskWords.name(&random)) has the \(thing)."
    case 2: "Count \(TaskWords.number(&random)) of the \(random.one(of: TaskWords.adjectives)) kind."
    default: "Meet \(TaskWords.name(&random)) by the \(random.one(of: TaskWords.nouns))."
    }
  }

  /// One fact in one of several forms.
  static func fact(_ relation: String, _ key: String, _ value: String, _ random: inout CaseRandom) -> String {
    let fact = "the \(relation) of \(key) is \(value)"
    return sentence([
      random.one(of: ["", "", "everyone knows that ", "by the way, ", "it is written that "]) + fact
    ])
  }

  /// Clauses as one sentence.
  static func sentence(_ clauses: [String]) -> String {
    let text = clauses.joined(separator: ", ")
    return text.prefix(1).uppercased() + text.dropFirst() + "."
  }

  /// `a, b and c`.
  private static func listed(_ items: [String]) -> String {
    guard let last = items.last, items.count > 1 else { return items.first ?? "" }
    return items.dropLast().joined(separator: ", ") + " and " + last
  }
}
