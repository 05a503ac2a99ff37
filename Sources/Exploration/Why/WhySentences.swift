import Foundation

/// What a search has found out, in sentences: the screen and the printed text say the same.
package struct WhySentences {
  /// A sentence, and how it is meant.
  package struct Sentence: Equatable {
    /// How a sentence is meant.
    package enum Tone: Sendable { case good, plain, warning, detail }

    /// Its words.
    package let text: String
    /// How it is meant.
    package let tone: Tone
  }

  private let finding: WhyFinding
  private let run: Run
  private let quoted: (_ bytes: [UInt8]) -> String

  /// - Parameter quoted: a text in quotation marks, without anything that a terminal would obey.
  package init(_ finding: WhyFinding, of run: Run, quoted: @escaping ([UInt8]) -> String) {
    (self.finding, self.run, self.quoted) = (finding, run, quoted)
  }

  /// All of them: of each aim what brings it back, or what came nearest, and what was tried.
  package var all: [Sentence] {
    var sentences: [Sentence] = []
    if finding.parts.isEmpty, !finding.isFinished {
      sentences.append(Sentence(text: "putting the evicted tokens in order", tone: .plain))
    }
    for part in finding.parts { sentences += self.sentences(of: part) }
    switch finding.stage {
    case .cancelled: sentences.append(Sentence(text: "stopped; what was found stays", tone: .warning))
    case .failed(let reason): sentences.append(Sentence(text: reason, tone: .warning))
    default: break
    }
    return sentences
  }

  /// How much was tried.
  package var effort: String {
    let sets = Self.count(finding.tries, "set")
    return finding.isFinished ? "\(sets) tried in \(Self.decimal(finding.seconds, 1)) s" : "\(sets) tried"
  }

  private func sentences(of part: WhyPart) -> [Sentence] {
    let wanted = name(part.aim)
    var sentences: [Sentence] = []
    switch part.stage {
    case .shrinking(let count):
      let words = "\(pieces(part.sets.first?.pieces ?? [], more: part)) \(brings(count)) back \(wanted)"
      sentences.append(
        finding.isFinished
          ? Sentence(text: words + "; fewer may do", tone: .good)
          : Sentence(text: words + "; are fewer enough?", tone: .good))
    case _ where !part.sets.isEmpty: sentences.append(found(part, wanted))
    case .searching:
      let nearest = part.nearest.map { "; nearest so far: \(reached($0.outcome))" } ?? ""
      let start = finding.isFinished ? "nothing has brought back" : "looking for"
      sentences.append(
        Sentence(
          text: "\(start) \(wanted): \(Self.count(part.tries, "set")) tried\(nearest)", tone: .plain))
    default: sentences.append(missed(part, wanted))
    }
    return sentences + alone(part)
  }

  private func found(_ part: WhyPart, _ wanted: String) -> Sentence {
    let set = part.sets[0]
    let count = set.pieces.count
    let singles = part.sets.prefix { $0.pieces.count == 1 }
    var text: String
    if singles.count > 1 {
      let all = singles.flatMap(\.pieces)
      text = "any one of \(pieces(all, more: part)) brings back \(wanted)"
    } else {
      text = "\(pieces(set.pieces, more: part)) \(brings(count)) back \(wanted)"
      if count > 1 { text += set.isSmallest ? ", each is needed" : ", fewer may do" }
      let others = part.sets.dropFirst()
      if let other = others.first {
        text +=
          "; so \(others.count + other.pieces.count == 2 ? "does" : "do") \(pieces(other.pieces, more: nil))"
        if others.count > 1 { text += " and \(Self.count(others.count - 1, "other set"))" }
      }
    }
    guard part.answer != nil else { return Sentence(text: text, tone: .good) }
    let them = count == 1 && part.before.isEmpty ? "it" : "them"
    if let following = part.following {
      text += "; with \(them) the next difference is at token \(following + 1)"
      if part.hasExpected == true { text += ", and what is expected is there" }
    } else if part.aim.target != .whole {
      text += "; with \(them) the whole answer is back"
    }
    return Sentence(text: text, tone: .good)
  }

  private func missed(_ part: WhyPart, _ wanted: String) -> Sentence {
    var text = "nothing brings back \(wanted): \(Self.count(part.tries, "set")) tried"
    if part.largestCount > 0 { text += ", the largest of \(part.largestCount)" }
    if part.stage == .exhausted { text += ", and no more may be" }
    if let nearest = part.nearest {
      text += "; nearest: \(pieces(nearest.pieces, more: part)), \(reached(nearest.outcome))"
      if let without = part.without { text += "; without: \(reached(without))" }
    }
    return Sentence(text: text, tone: .warning)
  }

  /// What came of pieces that were restored alone.
  private func alone(_ part: WhyPart) -> [Sentence] {
    let parts = [false, true].compactMap { isHead -> String? in
      let (all, enough) = part.triedAlone(heads: isHead)
      guard !all.isEmpty else { return nil }
      let what = Self.count(all.count, isHead ? "head" : "eviction")
      let names = enough.isEmpty ? "" : " (\(self.names(enough.map(\.piece))))"
      return "\(enough.isEmpty ? "none" : "\(enough.count)") of \(what)\(names)"
    }
    guard !parts.isEmpty else { return [] }
    let words = "restored alone, enough: " + parts.joined(separator: ", ")
    return [Sentence(text: words, tone: .detail)]
  }

  /// What is to come back.
  private func name(_ aim: WhyAim) -> String {
    let tokens = run.full?.answer.tokens ?? []
    switch aim.target {
    case .whole: return "the whole answer"
    case .expected:
      let range = (finding.expectedTokens ?? aim.tokens).clamped(to: 0...max(0, tokens.count - 1))
      let said = tokens.isEmpty ? [] : tokens[range].flatMap { run.vocabulary.bytes(of: $0) }
      return "what is expected, \(quoted(said))"
    case .first, .token:
      let last = aim.tokens.upperBound
      guard tokens.indices.contains(last) else { return "the answer's end" }
      return "token \(last + 1), \(quoted(run.vocabulary.bytes(of: tokens[last])))"
    }
  }

  private func reached(_ outcome: WhyOutcome) -> String {
    var words = outcome.rank.map { "rank \($0)" } ?? "beyond rank 8"
    words += ", probability \(Self.decimal(outcome.probability, 3))"
    if let divergence = outcome.divergence { words += ", KL \(Self.decimal(divergence, 2))" }
    return words
  }

  /// How many pieces, of which heads.
  private func pieces(_ pieces: [WhyPiece], more part: WhyPart?) -> String {
    let isMore = part.map { !$0.before.isEmpty } ?? false
    let areHeads = pieces.allSatisfy { $0.token == nil }
    let count = "\(pieces.count)\(isMore ? " more" : "")"
    let noun = areHeads ? "whole head" : pieces.contains { $0.token == nil } ? "piece" : "eviction"
    return "\(count) \(noun)\(pieces.count == 1 ? "" : "s") (\(names(pieces)))"
  }

  /// The heads of some pieces, from 1, each once.
  private func names(_ pieces: [WhyPiece]) -> String {
    var seen: Set<String> = []
    let names = pieces.map { "\($0.layer + 1).\($0.queryHead + 1)" }.filter { seen.insert($0).inserted }
    return names.prefix(6).joined(separator: ", ") + (names.count > 6 ? ", … \(names.count) heads" : "")
  }

  private func brings(_ count: Int) -> String { count == 1 ? "brings" : "bring" }

  private static func count(_ count: Int, _ noun: String) -> String {
    "\(count) \(noun)\(count == 1 ? "" : "s")"
  }

  private static func decimal(_ value: Double, _ digits: Int) -> String {
    String(format: "%.\(digits)f", value)
  }
}
