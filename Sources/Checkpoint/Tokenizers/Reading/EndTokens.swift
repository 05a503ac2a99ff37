/// The tokens that end an answer, from every `eos_token_id` of a model's configuration files together.
struct EndTokens {
  /// The tokens' ids.
  private(set) var ids: Set<Int> = []
  /// Ids that no token of the model has, in sentences for a person.
  private(set) var notices: [String] = []

  /// Reads a number or a list of them from each file that has any; what is no token is ignored, as -1 is in
  /// files that mean none.
  /// - Parameter standard: the one that ends an answer where no file says anything of it.
  /// - Throws: `CheckpointError` for a value that is neither.
  init(_ sources: [JSONObject], vocabulary: Int, default standard: Int? = nil) throws {
    if let standard, standard < vocabulary, sources.allSatisfy({ $0["eos_token_id"] == nil }) {
      ids = [standard]
    }
    for source in sources where source.has("eos_token_id") {
      let value = source["eos_token_id"]
      guard let found = value?.wholeNumbers ?? value?.wholeNumber.map({ [$0] }) else {
        throw source.bad(
          "eos_token_id", expected: "a token id from 0 to \(vocabulary - 1), or a list of them")
      }
      ids.formUnion(found.filter((0..<vocabulary).contains))
      let foreign = Set(found.filter { !(0..<vocabulary).contains($0) }).sorted()
      let notice =
        "\(source.file): of eos_token_id \(foreign.map(String.init).joined(separator: ", ")) is ignored, "
        + "as no token of this model has such an id (0 to \(vocabulary - 1))"
      if !foreign.isEmpty, !notices.contains(notice) { notices.append(notice) }
    }
  }
}
