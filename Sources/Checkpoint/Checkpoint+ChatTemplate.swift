import Foundation

/// A model's chat template as its files have it.
public struct ChatTemplateFile: Sendable, Equatable {
  /// The file that it stands in, for errors.
  public let path: String
  /// The template: a Jinja program.
  public let source: String
  /// The special tokens that it may print, by their names: `bos_token`, `eos_token` and so on.
  public let tokens: [String: String]

  /// Makes a template that stands somewhere else.
  public init(path: String, source: String, tokens: [String: String]) {
    self.path = path
    self.source = source
    self.tokens = tokens
  }
}

extension Checkpoint {
  private static let tokenNames = [
    "bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token",
  ]

  /// The model's chat template; `nil` when it has none.
  ///
  /// Of a folder it is `chat_template.jinja`, otherwise `chat_template` in `tokenizer_config.json`, which is
  /// a text or a list of named ones, of which `default` is taken. Of a GGUF file it is
  /// `tokenizer.chat_template`. Cost: reads small files.
  /// - Throws: `CheckpointError` for a file or a key that is not what it should be.
  public func chatTemplate() throws -> ChatTemplateFile? {
    switch files {
    case .gguf(let file): try Self.chatTemplate(in: file.metadata)
    case .safetensors: try Self.chatTemplate(inFolder: path)
    }
  }

  static func chatTemplate(in metadata: GGUFMetadata) throws -> ChatTemplateFile? {
    guard metadata.has("tokenizer.chat_template") else { return nil }
    var tokens: [String: String] = [:]
    if metadata.has("tokenizer.ggml.tokens") {
      let vocabulary = try metadata.strings("tokenizer.ggml.tokens")
      // The third key is misspelt in the format itself.
      let keys = [
        "bos": "bos", "eos": "eos", "sep": "seperator", "unk": "unknown", "pad": "padding", "cls": "cls",
        "mask": "mask",
      ]
      for (name, key) in keys where metadata.has("tokenizer.ggml.\(key)_token_id") {
        let id = try metadata.integer("tokenizer.ggml.\(key)_token_id", in: 0...max(0, vocabulary.count - 1))
        if vocabulary.indices.contains(id) { tokens["\(name)_token"] = vocabulary[id].text }
      }
    }
    return ChatTemplateFile(
      path: metadata.file, source: try metadata.string("tokenizer.chat_template"), tokens: tokens)
  }

  private static func chatTemplate(inFolder folder: String) throws -> ChatTemplateFile? {
    let manager = FileManager.default
    let configurationPath = folder + "/tokenizer_config.json"
    let configuration =
      manager.fileExists(atPath: configurationPath) ? try JSONObject(path: configurationPath) : nil
    let templatePath = folder + "/chat_template.jinja"
    if manager.fileExists(atPath: templatePath) {
      return ChatTemplateFile(
        path: templatePath, source: try text(ofFile: templatePath), tokens: try tokens(configuration))
    }
    guard let configuration, let source = try template(in: configuration) else { return nil }
    return ChatTemplateFile(path: configurationPath, source: source, tokens: try tokens(configuration))
  }

  private static func text(ofFile path: String) throws -> String {
    let mapped = try MappedFile(path: path)
    defer { withExtendedLifetime(mapped) {} }
    guard let text = String(validating: mapped.bytes, as: UTF8.self) else {
      throw CheckpointError.malformed(file: path, reason: "it is no UTF-8")
    }
    return text
  }

  private static func template(in configuration: JSONObject) throws -> String? {
    guard configuration.has("chat_template") else { return nil }
    guard configuration["chat_template"]?.array != nil else { return try configuration.string("chat_template") }
    let named = try configuration.objects("chat_template").map { (try $0.string("name"), try $0.string("template")) }
    guard let standard = named.first(where: { $0.0 == "default" }) else {
      let names = named.map { ByteString($0.0).description }.joined(separator: ", ")
      throw configuration.bad("chat_template", expected: "a list with a template 'default'", found: "one of \(names)")
    }
    return standard.1
  }

  /// A token is a text, or an object that has it as `content`.
  private static func tokens(_ configuration: JSONObject?) throws -> [String: String] {
    var tokens: [String: String] = [:]
    guard let configuration else { return tokens }
    for name in tokenNames where configuration.has(name) {
      tokens[name] =
        configuration[name]?.object == nil
        ? try configuration.string(name) : try configuration.object(name).string("content")
    }
    return tokens
  }
}
