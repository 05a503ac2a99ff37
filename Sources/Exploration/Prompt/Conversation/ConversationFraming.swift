import ChatTemplates
import Checkpoint

/// Makes a conversation what the model reads, by a chat template, and finds its messages again in that.
///
/// As with a single turn, the template is run with a mark in the place of each message as well: what stands
/// between the marks is the template's. Templates may change a message (they leave out what an assistant has
/// thought), so the messages are looked for between those parts, and are what is found there.
struct ConversationFraming {
  private let rendering: ChatRendering
  private let turns: [Turn]
  private let system: String?
  private let name: String

  /// One message: what it says without the space around that, the space, and a question behind it.
  private struct Turn {
    let message: Conversation.Message
    var before = ""
    var core = ""
    var after = ""
    var question: String?
  }

  /// A part of what the model reads.
  private enum Part: Hashable {
    case message(Int)
    case question
  }

  /// - Parameters:
  ///   - system: the system's turn before the messages, where they have none of their own.
  ///   - question: what is asked behind them: in the user's last turn, or in one of its own where the
  ///     conversation does not end with the user's.
  ///   - name: what errors call the conversation.
  /// - Throws: `PromptError.template`.
  init(
    _ conversation: Conversation, question: String?, by file: ChatTemplateFile, system: String?,
    variables: TemplateVariables, name: String
  ) throws {
    rendering = try ChatRendering(file, variables: variables, tools: conversation.tools)
    self.name = name
    var turns = conversation.messages.map { message in
      let (before, core, after) = Self.trimmed(message.content)
      return Turn(message: message, before: before, core: core, after: after)
    }
    if let asked = question.map({ Self.trimmed($0).core }), !asked.isEmpty {
      if let last = turns.last, last.message.role == "user", !last.core.isEmpty {
        let newlines = last.after.reversed().prefix(2).prefix { $0.isNewline }.count
        turns[turns.count - 1].after += String(repeating: "\n", count: 2 - newlines)
        turns[turns.count - 1].question = asked
      } else {
        let own = Conversation.Message(role: "user", content: "", others: [])
        turns.append(Turn(message: own, question: asked))
      }
    }
    self.turns = turns
    self.system = conversation.hasSystem ? nil : system
  }

  /// - Throws: `PromptError`, `ConversationError`.
  func framed() throws -> FramedText {
    let system = system?.isEmpty == true ? rendering.quietSystem { try? rendered(system: $0).count } : system
    let real = try rendered(system: system)
    let marked = try rendered(system: system, isMarked: true)
    let places = Self.marks(in: marked)
    let parts = try places.map { try part($0.index) }
    let printed = Set(parts)
    if let silent = turns.indices.first(where: { !turns[$0].core.isEmpty && !printed.contains(.message($0)) })
    {
      let role = turns[silent].message.role
      throw ConversationError(
        file: name, place: "message \(silent + 1)",
        reason:
          "the chat template of \(rendering.file.path) prints nothing of a message of the role '\(role)'; "
          + "leave it out, or give it another role")
    }
    let ends = [0] + places.map(\.range.upperBound)
    let starts = places.map(\.range.lowerBound) + [marked.count]
    let fixed = zip(ends, starts).map { marked[$0..<$1] }
    guard printed.count == parts.count,
      let ranges = Self.ranges(in: real, between: fixed, saying: parts.map { Array(text(of: $0).utf8) })
    else {
      // A template that says something else around other messages: all that it prints is the text.
      guard printed.contains(.question) || turns.contains(where: { $0.question != nil }) else {
        return FramedText(
          bytes: real, pieces: [.init(range: real.indices, start: 0)], turn: real.indices, text: real)
      }
      throw PromptError.changedByTemplate(name, file: rendering.file.path)
    }
    return framedText(real, parts, ranges)
  }

  private func framedText(_ bytes: [UInt8], _ parts: [Part], _ ranges: [Range<Int>]) -> FramedText {
    var (text, pieces): ([UInt8], [FramedText.Piece]) = ([], [])
    var questionStart: Int?
    for (part, range) in zip(parts, ranges) {
      guard part != .question else {
        questionStart = range.lowerBound
        continue
      }
      if !text.isEmpty { text += Array("\n\n".utf8) }
      pieces.append(.init(range: range, start: text.count))
      text += bytes[range]
    }
    let turn = (ranges.first?.lowerBound ?? 0)..<(ranges.last?.upperBound ?? bytes.count)
    return FramedText(bytes: bytes, pieces: pieces, turn: turn, questionStart: questionStart, text: text)
  }

  private func rendered(system: String?, isMarked: Bool = false) throws -> [UInt8] {
    let messages = turns.enumerated().map { index, turn in
      let core = isMarked && !turn.core.isEmpty ? Self.mark(index) : turn.core
      let question = turn.question.map { isMarked ? Self.mark(turns.count) : $0 } ?? ""
      return turn.message.saying(turn.before + core + turn.after + question)
    }
    return try rendering.rendered(messages, system: system)
  }

  private func part(_ index: Int) throws -> Part {
    // A file that has the marks' own characters in it.
    guard index <= turns.count else { throw PromptError.changedByTemplate(name, file: rendering.file.path) }
    return index == turns.count ? .question : .message(index)
  }

  private func text(of part: Part) -> String {
    switch part {
    case .message(let index): turns[index].core
    case .question: turns.compactMap(\.question).first ?? ""
    }
  }

  private static func trimmed(_ text: String) -> (before: String, core: String, after: String) {
    let scalars = text.unicodeScalars
    guard let first = scalars.firstIndex(where: { !$0.properties.isWhitespace }),
      let last = scalars.lastIndex(where: { !$0.properties.isWhitespace })
    else { return (text, "", "") }
    let end = scalars.index(after: last)
    return (String(scalars[..<first]), String(scalars[first..<end]), String(scalars[end...]))
  }
}

extension ConversationFraming {
  /// A number between two private characters, which no template has.
  private static func mark(_ index: Int) -> String {
    let number = Unicode.Scalar(UInt32(0xF0000 + index)).map { String(Character($0)) } ?? ""
    return "\u{10FFFD}" + number + "\u{10FFFC}"
  }

  /// The marks in their order, with their numbers.
  private static func marks(in bytes: [UInt8]) -> [(index: Int, range: Range<Int>)] {
    let (first, last) = (Array("\u{10FFFD}".utf8), Array("\u{10FFFC}".utf8))
    var marks: [(Int, Range<Int>)] = []
    var start = 0
    while let place = bytes[start...].firstIndex(of: first[0]) {
      start = place + 1
      guard place + 12 <= bytes.count, bytes[place..<place + 4].elementsEqual(first),
        bytes[place + 8..<place + 12].elementsEqual(last),
        let number = String(decoding: bytes[place + 4..<place + 8], as: UTF8.self).unicodeScalars.first,
        number.value >= 0xF0000
      else { continue }
      marks.append((Int(number.value - 0xF0000), place..<place + 12))
      start = place + 12
    }
    return marks
  }

  /// Where the messages stand in what a template prints: between its own parts, as they are in the file, or
  /// as the template has changed them; `nil` where its parts are others.
  private static func ranges(
    in bytes: [UInt8], between fixed: [ArraySlice<UInt8>], saying messages: [[UInt8]]
  ) -> [Range<Int>]? {
    guard bytes.starts(with: fixed[0]) else { return nil }
    var start = fixed[0].count
    var ranges: [Range<Int>] = []
    for (index, message) in messages.enumerated() {
      let (next, isLast) = (fixed[index + 1], index + 1 == messages.count)
      func fits(_ end: Int) -> Bool {
        bytes[end...].starts(with: next) && (!isLast || end + next.count == bytes.count)
      }
      let end = start + message.count
      let isSame = bytes[start...].starts(with: message) && fits(end)
      guard let end = isSame ? end : (start...bytes.count).first(where: fits) else { return nil }
      ranges.append(start..<end)
      start = end + next.count
    }
    return ranges
  }
}
