import Eviction
import Exploration
import Transformer
import Views

/// What becomes of the policies of a session whose choice stands in its file: those that are about another
/// prompt or model are left out, and so are those that `--kept` reads anew.
struct SessionKept {
  /// Each policy's place in the list without those that are left out, by its place in the session's.
  private let places: [Int?]
  /// What a person should know; `nil` where nothing is missed.
  let warning: String?

  /// Takes out of a list what does not belong there.
  /// - Parameters:
  ///   - session: the session's list as it was read.
  ///   - policies: the list that holds.
  ///   - given: what the command line reads of files.
  init(
    _ session: [Policy], in policies: inout [Policy], given: [Policy], prompt: Prompt, shape: ModelShape
  ) {
    let foreign = session.compactMap { $0.map.flatMap { $0.fits(prompt, shape: shape) ? nil : $0 } }
    let replaced = Set(given.map(\.name))
    func isOut(_ policy: Policy) -> Bool {
      policy.map.map { foreign.contains($0) || replaced.contains($0.name) } ?? false
    }
    var count = 0
    places = session.map { policy in
      guard !isOut(policy) else { return nil }
      count += 1
      return count - 1
    }
    policies.removeAll(where: isOut)
    let names = foreign.map(\.name).filter { !replaced.contains($0) }
    warning =
      names.isEmpty
      ? nil
      : "\(names.joined(separator: ", ")): what the session keeps of it is about another prompt or model, and is left out"
  }

  /// Where a policy of the session's list is now; `nil` where it is left out.
  func place(_ index: Int?) -> Int? { index.flatMap { places.indices.contains($0) ? places[$0] : $0 } }
}
