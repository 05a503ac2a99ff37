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
  /// The model's chat template; `nil` when it has none.
  ///
  /// Of a folder it is `chat_template.jinja`, otherwise `chat_template` in `tokenizer_config.json`, which is
  /// a text or a list of named ones, of which `default` is taken. Of a GGUF file it is
  /// `tokenizer.chat_template`. Cost: reads small files.
  /// - Throws: `CheckpointError` for a file or a key that is not what it should be.
  public func chatTemplate() throws -> ChatTemplateFile? {
    switch files {
    case .gguf(let file): try Self.chatTemplate(in: file.metadata)
    case .safetensors: try Self.chatTemplate(inFolder: path, tokens: tokenizer.namedTokens)
    }
  }

  static func chatTemplate(in metadata: GGUFMetadata) throws -> ChatTemplateFile? {
    guard metadata.has("tokenizer.chat_template") else { return nil }
    let vocabulary = metadata["tokenizer.ggml.tokens"]?.strings ?? []
    let tokens = try GGUFSpecialTokens(metadata).texts(vocabulary)
    return ChatTemplateFile(
      path: metadata.file, source: try metadata.string("tokenizer.chat_template"), tokens: tokens)
  }

  private static func chatTemplate(inFolder folder: String, tokens: [String: String]) throws
    -> ChatTemplateFile?
  {
    let manager = FileManager.default
    let configurationPath = folder + "/tokenizer_config.json"
    let configuration =
      manager.fileExists(atPath: configurationPath) ? try JSONObject(path: configurationPath) : nil
    let templatePath = folder + "/chat_template.jinja"
    if manager.fileExists(atPath: templatePath) {
      return ChatTemplateFile(
        path: templatePath, source: try text(ofFile: templatePath), tokens: tokens)
    }
    guard let configuration, let source = try template(in: configuration) else { return nil }
    return ChatTemplateFile(path: configurationPath, source: source, tokens: tokens)
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
    guard configuration["chat_template"]?.array != nil else {
      return try configuration.string("chat_template")
    }
    let named = try configuration.objects("chat_template").map {
      (try $0.string("name"), try $0.string("template"))
    }
    guard let standard = named.first(where: { $0.0 == "default" }) else {
      let names = named.map { ByteString($0.0).description }.joined(separator: ", ")
      throw configuration.bad(
        "chat_template", expected: "a list with a template 'default'", found: "one of \(names)")
    }
    return standard.1
  }
}
