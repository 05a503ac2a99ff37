extension ModelFamily {
  /// Finds the family that a configuration names: by `architectures`, or by `model_type` where that is
  /// missing.
  /// - Parameter notices: takes what a person should know of how it was found.
  /// - Throws: `CheckpointError` for another family, or for two that contradict each other.
  static func of(_ json: JSONObject, notices: inout [String]) throws -> ModelFamily {
    let type = json.has("model_type") ? try json.bytes("model_type") : nil
    guard json.has("architectures"), json["architectures"]?.array?.isEmpty != true else {
      return try byType(type, json)
    }
    let names = (json["architectures"]?.array ?? []).compactMap(\.string)
    guard let found = names.lazy.compactMap({ byName($0.text) }).first else {
      throw unsupported("the architecture \(names.first?.description ?? "(none named)")", json)
    }
    guard let type, type.text != found.modelType else { return found }
    if all.values.contains(where: { $0.modelType == type.text }) {
      throw json.bad("model_type", expected: "\(found.modelType), as the architecture is \(names[0])")
    }
    notices.append("\(json.file): the model_type '\(type)' is not known, so it is read as \(found.modelType)")
    return found
  }

  private static func byType(_ type: ByteString?, _ json: JSONObject) throws -> ModelFamily {
    guard let type else { throw unsupported("the architecture (none named)", json) }
    guard let found = all.values.first(where: { $0.modelType == type.text }) else {
      throw unsupported("the model_type '\(type)' without a known architecture", json)
    }
    return found
  }

  /// Early files of LLaMA spell its name otherwise.
  private static func byName(_ name: String) -> ModelFamily? {
    all[name] ?? all.first { $0.key.lowercased() == name.lowercased() }?.value
  }

  private static func unsupported(_ what: String, _ json: JSONObject) -> CheckpointError {
    json.unsupported(what, supported: names.joined(separator: ", "))
  }
}
