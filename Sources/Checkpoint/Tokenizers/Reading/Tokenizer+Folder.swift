import Foundation

extension Tokenizer {
  /// Opens a model folder's tokenizer: `tokenizer.json`, or the older `vocab.json` and `merges.txt` with
  /// `tokenizer_config.json`; and the tokens that the small files beside them add.
  /// - Throws: `CheckpointError` naming what is missing, out of range or not supported.
  init(folder: String) throws {
    let whole = folder + "/tokenizer.json"
    let manager = FileManager.default
    let isOlder =
      !manager.fileExists(atPath: whole) && manager.fileExists(atPath: folder + "/vocab.json")
      && manager.fileExists(atPath: folder + "/merges.txt")
    let json = try isOlder ? Self.joined(folder) : JSONObject(path: whole)
    let isByteLevel =
      !isOlder && (Self.isByteLevel(json["pre_tokenizer"]) || Self.isByteLevel(json["decoder"]))
    try self.init(
      json: json, beside: FolderTokens(folder: folder, isByteLevel: isByteLevel, isOlder: isOlder))
  }

  /// Whether a part of a `tokenizer.json`, or one of those that it consists of, is the byte-level one.
  private static func isByteLevel(_ part: JSONValue?) -> Bool {
    guard let part = part?.object else { return false }
    return part["type"]?.string == "ByteLevel"
      || ["pretokenizers", "decoders"].contains { part[$0]?.array?.contains(where: isByteLevel) == true }
  }

  /// The older files as the `tokenizer.json` that transformers makes of them.
  private static func joined(_ folder: String) throws -> JSONObject {
    let configuration = try JSONObject(path: folder + "/tokenizer_config.json")
    let name = try configuration.string("tokenizer_class")
    let addsSpace = try configuration.flag("add_prefix_space")
    var values: [ByteString: JSONValue]
    switch name.replacing("Fast", with: "") {
    case "GPT2Tokenizer":
      values = ["pre_tokenizer": byteLevel(addsSpace: addsSpace, usesPattern: true)]
    case "Qwen2Tokenizer":
      values = [
        "normalizer": object(["type": text("NFC")]),
        "pre_tokenizer": object([
          "type": text("Sequence"),
          "pretokenizers": .array([
            object([
              "type": text("Split"), "behavior": text("Isolated"),
              "pattern": object(["Regex": text(GGUFPreTokenizer.words(digits: #"\p{N}"#))]),
            ]),
            byteLevel(addsSpace: addsSpace, usesPattern: false),
          ]),
        ]),
      ]
    default:
      throw configuration.unsupported(
        "the tokenizer_class '\(ByteString(name))' without a tokenizer.json",
        supported: "GPT2Tokenizer, Qwen2Tokenizer")
    }
    values["decoder"] = object(["type": text("ByteLevel")])
    values["model"] = object([
      "type": text("BPE"), "vocab": .object(try JSONObject(path: folder + "/vocab.json").values),
      "merges": .array(try merges(folder + "/merges.txt")),
    ])
    return JSONObject(file: folder, values: values)
  }

  private static func text(_ text: String) -> JSONValue { .string(ByteString(text)) }

  private static func object(_ values: [ByteString: JSONValue]) -> JSONValue { .object(values) }

  private static func byteLevel(addsSpace: Bool, usesPattern: Bool) -> JSONValue {
    object(["type": text("ByteLevel"), "add_prefix_space": .bool(addsSpace), "use_regex": .bool(usesPattern)])
  }

  /// A pair on each line, after one with the format's version.
  private static func merges(_ path: String) throws -> [JSONValue] {
    let mapped = try MappedFile(path: path)
    return withExtendedLifetime(mapped) {
      mapped.bytes.split(separator: 0x0A).enumerated().compactMap { index, line in
        index == 0 && line.starts(with: "#version".utf8) ? nil : .string(ByteString(Array(line)))
      }
    }
  }
}
