import Eviction
import Foundation
import Transformer

extension KeptFile {
  /// The policies of the file, held to a model and a prompt.
  ///
  /// A map is named after the file, and where there are several after the file and the arrays. An own
  /// export's full cache is left out: it is shown anyway.
  /// - Parameter tokens: the prompt's ids.
  /// - Throws: `KeptFileError`; `CheckpointError`.
  public func maps(shape: ModelShape, tokens: [Int]) throws -> [KeptMap] {
    let name = (path as NSString).lastPathComponent
    let found: [(name: String, kept: KeptTokens)]
    switch contents {
    case .export(let export):
      try check(export.prompt.tokens.map(\.id), against: tokens)
      found = try export.policies.filter { $0.name != "full" }.map { policy in
        (policy.name, try kept(policy, shape: shape, tokenCount: tokens.count))
      }
    case .arrays(let arrays):
      if let ids = arrays.first(where: { Self.tokenNames.contains($0.name) }) {
        guard let count = ids.count, count == tokens.count else {
          throw KeptFileError.anotherPrompt(
            path, reason: "'\(ids.name)' has \(ids.count ?? 0) tokens, this one \(tokens.count)")
        }
        guard ids.shape.last == count, let elements = try ids.elements() else {
          throw KeptFileError.misfit(
            path, array: ids.name, expected: "whole numbers [\(tokens.count)] or [1, \(tokens.count)]",
            found: ids.summary)
        }
        try check(Self.flat(elements, ids.shape), against: tokens)
      }
      found = try KeptParts.groups(arrays, path: path).map { group in
        (group.name, try group.kept(shape: shape, tokenCount: tokens.count))
      }
      guard !found.isEmpty else {
        throw KeptFileError.noMap(path, found: arrays.map { "'\($0.name)' \($0.summary)" })
      }
    }
    return found.map { each in
      let title = found.count == 1 ? name : "\(name):\(each.name)"
      return KeptMap(
        name: title, source: "\(path)\(found.count == 1 ? "" : ", \(each.name)")", kept: each.kept)
    }
  }

  /// The arrays that hold a prompt's ids, in files of others and in this program's.
  static let tokenNames: Set = ["tokens", "tokens/id", "input_ids"]

  private static func flat(_ elements: StoredArray.Elements, _ shape: [Int]) -> [Int] {
    elements.row(Array(repeating: 0, count: max(0, shape.count - 1)))
  }

  private func check(_ ids: [Int], against tokens: [Int]) throws {
    guard ids.count == tokens.count else {
      throw KeptFileError.anotherPrompt(path, reason: "it has \(ids.count) tokens, this one \(tokens.count)")
    }
    if let position = ids.indices.first(where: { ids[$0] != tokens[$0] }) {
      throw KeptFileError.anotherPrompt(
        path,
        reason:
          "its token at position \(position) has the id \(ids[position]), this one's \(tokens[position])")
    }
  }

  private func kept(_ policy: ExportedKept.Policy, shape: ModelShape, tokenCount: Int) throws -> KeptTokens {
    let sets = policy.keptPerLayerAndHead
    return try KeptParts.tokens(
      sets.enumerated().reduce(into: [:]) { $0[$1.offset] = $1.element }, name: policy.name, path: path,
      shape: shape,
      tokenCount: tokenCount)
  }
}
