/// A needle of a person's own, and what is asked about it.
package struct NeedleText: Sendable, Hashable {
  /// The sentence that is hidden.
  package let needle: String
  /// The question.
  package let question: String
  /// What an answer must have.
  package let answer: String

  /// Makes a needle.
  /// - Parameter answer: unless given, what the needle has behind the words that it shares with the question
  ///   from the beginning, as in `The best thing to do is: `; all of it if they share none.
  package init(needle: String, question: String, answer: String? = nil) {
    self.needle = needle
    self.question = question
    self.answer = answer ?? Self.answer(needle, question)
  }

  private static func answer(_ needle: String, _ question: String) -> String {
    let words = needle.split(whereSeparator: \.isWhitespace)
    let asked = question.split(whereSeparator: \.isWhitespace)
    let shared = zip(words, asked).prefix { $0.simplified == $1.simplified }.count
    return words.dropFirst(shared < words.count ? shared : 0).joined(separator: " ")
  }
}

extension Substring {
  fileprivate var simplified: String { String(filter { !$0.isPunctuation }).lowercased() }
}

/// What is put around a haystack and its question.
package enum NeedleFrame: String, Sendable, Hashable, CaseIterable {
  /// `Question:` behind the text, then `Answer:`, which the embedded model knows.
  case plain
  /// The prompt of KVCache-Factory's and LAQ's `run_needle_in_haystack.py`.
  case book

  /// Text and question as they are read; where the text itself ends with the question, the byte with which
  /// that begins.
  func framed(_ text: [UInt8], question: String) -> (text: [UInt8], question: String?, questionOffset: Int?) {
    switch self {
    case .plain: return (text, "Question: \(question)\nAnswer:", nil)
    case .book:
      let context =
        Array("<|im_start|> This is a very long story book: <book> ".utf8) + text + Array(" </book>.\n".utf8)
      let asked = " Based on the content of the book, Question: \(question)\nAnswer:"
      return (context + Array(asked.utf8), nil, context.count)
    }
  }
}
