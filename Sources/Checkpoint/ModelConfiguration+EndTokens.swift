extension ModelConfiguration {
  /// The tokens that end an answer, from all places that name some; what the family's class says where none does.
  ///
  /// Ids that are no tokens, as -1 in many files, are left out with a notice: no token can be one of them.
  static func endTokens(
    _ configurations: [JSONObject], generation: JSONObject?, default standard: Int?, vocabulary: Int,
    notices: inout [String]
  ) throws -> Set<Int> {
    let sources = configurations + (generation.map { [$0] } ?? [])
    var found: Set<Int> = []
    for source in sources {
      var ignored: [String] = []
      for key in ["eos_token_id", "bos_token_id", "pad_token_id"] {
        let ids = try ids(key, in: source)
        let foreign = ids.filter { !(0..<vocabulary).contains($0) }
        if !foreign.isEmpty {
          ignored.append("\(source.name(key)) \(foreign.prefix(8).map(String.init).joined(separator: ", "))")
        }
        if key == "eos_token_id" { found.formUnion(ids.filter((0..<vocabulary).contains)) }
      }
      if !ignored.isEmpty {
        notices.append(
          "\(source.file): \(ignored.joined(separator: "; ")) ignored, as ids are from 0 to \(vocabulary - 1)")
      }
    }
    if let standard, standard < vocabulary, sources.allSatisfy({ $0["eos_token_id"] == nil }) {
      found.insert(standard)
    }
    return found
  }

  private static func ids(_ key: String, in source: JSONObject) throws -> [Int] {
    guard source.has(key) else { return [] }
    guard let ids = source[key]?.wholeNumbers ?? source[key]?.wholeNumber.map({ [$0] }) else {
      // The others are not read, so whatever stands there does no harm.
      guard key == "eos_token_id" else { return [] }
      throw source.bad(key, expected: "a token id, or a list of them")
    }
    return ids
  }
}
