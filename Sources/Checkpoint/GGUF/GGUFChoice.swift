import Foundation

/// The GGUF models of a folder, of which one is to be chosen.
struct GGUFChoice {
  private let folder: String
  /// Paths below the folder, in alphabetical order; of a model in several files the first.
  private let names: [String]

  /// Looks in a folder, and in those in it, where files in several parts often lie.
  init(_ folder: String) {
    self.folder = folder
    let manager = FileManager.default
    let entries = (try? manager.contentsOfDirectory(atPath: folder)) ?? []
    let below = entries.flatMap { entry in
      ((try? manager.contentsOfDirectory(atPath: folder + "/" + entry)) ?? []).map { entry + "/" + $0 }
    }
    names = (entries + below).filter(Self.isModel).sorted()
  }

  /// Whether there is none.
  var isEmpty: Bool { names.isEmpty }

  /// The only one.
  /// - Throws: `CheckpointError` that lists them.
  func only() throws -> String {
    guard names.count == 1 else {
      throw refusal("it has several GGUF models", names, "give the path of one of them")
    }
    return folder + "/" + names[0]
  }

  /// The one of a quantisation, or of a file's name.
  /// - Throws: `CheckpointError` that lists those that there are.
  func file(named tag: String) throws -> String {
    if let exact = names.first(where: { $0 == tag || ($0 as NSString).lastPathComponent == tag }) {
      return folder + "/" + exact
    }
    let shown = ByteString(tag).description
    let found = names.filter { Self.words($0, contain: tag) }
    guard let first = found.first else {
      throw names.isEmpty
        ? refusal("it has no GGUF model", [], "give the name without ':\(shown)'")
        : refusal(
          "none of its GGUF models is called '\(shown)'", names, "give one of their names behind the colon")
    }
    guard found.count == 1 else {
      throw refusal(
        "several of its GGUF models are called '\(shown)'", found,
        "give the whole name of one behind the colon")
    }
    return folder + "/" + first
  }

  private func refusal(_ reason: String, _ names: [String], _ remedy: String) -> CheckpointError {
    let list = names.prefix(20).map { ByteString($0).description }.joined(separator: ", ")
    let shown = names.isEmpty ? "" : " (\(list)\(names.count > 20 ? " …" : ""))"
    return .incomplete(path: folder, reason: reason + shown, remedy: remedy)
  }

  /// What has weights of a decoder: not the part that sees pictures, nor what a quantiser measured.
  private static func isModel(_ name: String) -> Bool {
    let file = (name as NSString).lastPathComponent.lowercased()
    guard file.hasSuffix(".gguf"), !file.contains("mmproj"), !file.contains("imatrix") else { return false }
    return (GGUFPartName(name)?.number ?? 0) == 0
  }

  /// Whether a name has another as a whole word of it, in capitals or not: `Q4_K` is none of `Q4_K_M`.
  private static func words(_ name: String, contain tag: String) -> Bool {
    let (name, tag) = (Array(name.lowercased().utf8), Array(tag.lowercased().utf8))
    guard !tag.isEmpty, name.count >= tag.count else { return false }
    func isBoundary(_ index: Int) -> Bool {
      !name.indices.contains(index) || "-./".utf8.contains(name[index])
    }
    return (0...name.count - tag.count).contains { start in
      let end = start + tag.count
      return isBoundary(start - 1) && isBoundary(end) && name[start..<end].elementsEqual(tag)
    }
  }
}
