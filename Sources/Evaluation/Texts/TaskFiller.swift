/// Filler prose that says nothing about any key: sentences of templates that the embedded model's training
/// did not have.
enum TaskFiller {
  /// `HELD_OUT_TEMPLATES` of `Samples/Model/filler.py`.
  private static let templates: [[Piece]] = [
    ["Once a year the ", .person, " invited everyone to the ", .place, " for soup."],
    ["The ", .adjective, " ", .noun, " was older than the ", .place, " itself."],
    ["From the window of the ", .place, " you could see the ", .person, " with a ", .noun, "."],
    ["The ", .person, " lost a ", .noun, " on the way to the ", .place, ", but found it again."],
    ["Snow covered the ", .place, ", and the ", .otherPerson, " stayed indoors with the ", .person, "."],
    ["Somebody had drawn a ", .noun, " on the wall of the ", .adjective, " ", .place, "."],
  ]

  /// A part of a template.
  private enum Piece: ExpressibleByStringLiteral {
    case text(String)
    case person, otherPerson, place, adjective, noun

    init(stringLiteral value: String) { self = .text(value) }
  }

  /// One sentence.
  static func sentence(_ random: inout CaseRandom) -> String {
    let people = random.some(2, of: TaskVocabulary.people)
    let template = random.one(of: templates)
    var text = ""
    for piece in template {
      let word =
        switch piece {
        case .text(let text): text
        case .person: people[0]
        case .otherPerson: people[1]
        case .place: random.one(of: TaskVocabulary.places)
        case .adjective: random.one(of: TaskVocabulary.adjectives)
        case .noun: random.one(of: TaskVocabulary.nouns)
        }
      // The article of a word that begins with a vowel.
      if text.hasSuffix(" a ") || text.hasSuffix("A "), word.first.map("aeiou".contains) ?? false {
        text = text.dropLast() + "n "
      }
      text += word
    }
    return text
  }
}
