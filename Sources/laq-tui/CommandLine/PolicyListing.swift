import ArgumentParser
import Eviction

/// `laq-tui policies`: everything that a policy's name may be made of.
struct Policies: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "policies", abstract: "List the policies, allocations and wrappers, with their settings.")

  func run() { Output.write(PolicyListing().text + "\n") }
}

/// The registry as plain text in 100 columns.
struct PolicyListing {
  private static let width = 100
  private static let indent = 14

  /// The whole list; lines end without spaces.
  var text: String {
    ([Self.intro]
      + [
        section("POLICIES", PolicyRegistry.all),
        section("ALLOCATIONS, behind a slash", PolicyRegistry.allocations),
        section("WRAPPERS, behind a plus", PolicyRegistry.wrappers),
      ]).joined(separator: "\n\n")
  }

  private static let intro = """
    A policy is a scorer, /allocation and any +wrapper; settings go in brackets:
      laq++/ada    laq/cake    snapkv(w=64)/pyramid(beta=10)+chunkkv(size=32)
    """

  private func section(_ title: String, _ families: [some PolicyFamily]) -> String {
    ([title] + families.map(entry)).joined(separator: "\n")
  }

  private func entry(_ family: some PolicyFamily) -> String {
    var lines = wrapped(family.looksAt)
    lines += wrapped(family.cost == "none" ? family.source : "\(family.source); costs \(family.cost)")
    for parameter in family.parameters {
      lines += wrapped(
        "\(parameter.key)=\(parameter.standard)  \(parameter.meaning): \(parameter.briefRange)", hanging: 2)
    }
    for (style, values) in family.presets.sorted(by: { $0.key < $1.key }) {
      let others = family.parameters.compactMap { parameter in
        values[parameter.key].map { "\(parameter.key)=\($0)" }
      }
      lines += wrapped(
        "style=\(style) brings \(others.joined(separator: ", ")) where they are not given", hanging: 2)
    }
    if !family.aliases.isEmpty { lines += wrapped("also \(family.aliases.joined(separator: ", "))") }
    let name = "  " + family.name + String(repeating: " ", count: max(1, Self.indent - 2 - family.name.count))
    return lines.enumerated().map { index, line in
      (index == 0 ? name : String(repeating: " ", count: Self.indent)) + line
    }.joined(separator: "\n")
  }

  /// Breaks a sentence at spaces.
  private func wrapped(_ sentence: String, hanging: Int = 0) -> [String] {
    var lines = [""]
    for word in sentence.split(separator: " ", omittingEmptySubsequences: false) {
      let last = lines[lines.count - 1]
      if last.count + word.count + 1 > Self.width - Self.indent, !last.isEmpty {
        lines.append(String(repeating: " ", count: hanging) + word)
      } else {
        lines[lines.count - 1] = last.isEmpty && lines.count == 1 ? String(word) : last + " " + word
      }
    }
    return lines
  }
}
