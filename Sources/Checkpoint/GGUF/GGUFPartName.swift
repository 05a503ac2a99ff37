import Foundation

/// The path of one of several GGUF files that are a model together: `NAME-00001-of-00003.gguf`.
struct GGUFPartName {
  /// More than any known model has.
  static let largestCount = 65_535

  /// What stands before the numbers.
  let stem: String
  /// Which of them it is, from 0.
  let number: Int
  /// How many there are.
  let count: Int

  /// Takes a path apart; `nil` for one that is not of this form.
  init?(_ path: String) {
    guard let match = path.wholeMatch(of: /(.*)-([0-9]{5})-of-([0-9]{5})\.gguf/),
      let number = Int(match.2), let count = Int(match.3), number >= 1, number <= count
    else { return nil }
    (stem, self.number, self.count) = (String(match.1), number - 1, count)
  }

  /// The path of another of them, by its number from 0.
  func path(of number: Int) -> String {
    let digits = [number + 1, count].map { String(String(100_000 + $0).dropFirst()) }
    return "\(stem)-\(digits[0])-of-\(digits[1]).gguf"
  }

  /// The paths of all of them.
  var paths: [String] { (0..<count).map(path(of:)) }
}

extension Checkpoint {
  /// The files of a GGUF model by the path of its first: itself, and the others where it is one of several.
  public static func files(ofGGUF path: String) -> [String] { GGUFPartName(path)?.paths ?? [path] }
}
