/// How a GGUF file's byte-level vocabulary is split and normalized: `tokenizer.ggml.pre` names it, and the
/// rules are known to programs, not to the file.
enum GGUFPreTokenizer {
  /// What belongs to one name.
  struct Rules {
    /// Patterns that cut the text one after another.
    let patterns: [String]
    /// Whether a piece that is a token as a whole is taken as it is.
    var ignoresMerges = false
    /// Whether a begin-of-text token comes first where the file does not say it.
    var addsBegin = false
    /// Whether the Hugging Face tokenizer behind the name composes characters. llama.cpp never does: there
    /// such text gives tokens that the model has not been trained on.
    var composes = false
  }

  /// The rules of each name, as in llama.cpp, with the patterns of the models' own `tokenizer.json`.
  static let rules: [String: Rules] = {
    var result: [String: Rules] = [:]
    func add(_ names: [String], _ rules: Rules) { for name in names { result[name] = rules } }
    let gpt2 = PreTokenizer.gpt2Pattern
    add(["default"], Rules(patterns: [#"[\p{P}$+<=>^~|]+"#, gpt2, #"\p{N}+"#, "[0-9][0-9][0-9]"]))
    add(["gpt-2", "phi-2", "mpt", "olmo", "jina-es", "jina-de", "exaone4"], Rules(patterns: [gpt2]))
    add(
      ["llama3", "llama-v3", "llama-bpe", "falcon3"],
      Rules(patterns: [words(digits: #"\p{N}{1,3}"#)], ignoresMerges: true, addsBegin: true))
    add(["dbrx", "smaug-bpe"], Rules(patterns: [words(digits: #"\p{N}{1,3}"#)]))
    add(["qwen2", "deepseek-r1-qwen"], Rules(patterns: [words(digits: #"\p{N}"#)], composes: true))
    add(["stablelm2"], Rules(patterns: [words(digits: #"\p{N}"#)]))
    add(["smollm", "starcoder", "refact", "command-r", "codeshell", "exaone"], Rules(patterns: [#"\p{N}"#, gpt2]))
    add(["gpt-4o", "llama4"], Rules(patterns: [cased(digits: #"\p{N}{1,3}"#, contractions: "(?i:'s|'t|'re|'ve|'m|'ll|'d)?")]))
    add(["tekken"], Rules(patterns: [cased(digits: #"\p{N}"#, contractions: "")], ignoresMerges: true, addsBegin: true))
    add(
      ["deepseek-llm"],
      Rules(patterns: [#"[\r\n]"#, #"\s?[\#(casedLetters)]+"#, #"\s?[!-/:-~！-／：-～‘-‟　-。]+"#, #"\s+$"#, ideographs, #"\p{N}"#]))
    add(["deepseek-coder"], Rules(patterns: [#"[\r\n]"#, #"\s?\p{L}+"#, #"\s?\p{P}+"#, ideographs, #"\p{N}"#]))
    add(
      ["deepseek-v3"],
      Rules(patterns: [
        #"\p{N}{1,3}"#, "[一-龥぀-ゟ゠-ヿ]+",
        ##"[!"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"##,
      ]))
    return result
  }()

  /// The pattern of cl100k (OpenAI's tiktoken) and its relatives, which differ in how they take digits.
  static func words(digits: String) -> String {
    #"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|"# + digits
      + #"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"#
  }

  /// The pattern of o200k: a word is capital letters, then small ones.
  private static func cased(digits: String, contractions: String) -> String {
    let (upper, lower) = (#"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]"#, #"[\p{Ll}\p{Lm}\p{Lo}\p{M}]"#)
    let before = #"[^\r\n\p{L}\p{N}]?"#
    return "\(before)\(upper)*\(lower)+\(contractions)|\(before)\(upper)+\(lower)*\(contractions)|"
      + digits + #"| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"#
  }

  /// DeepSeek's: letters of scripts with two cases. Escaped are those that a text's normalization would change.
  private static let casedLetters =
    #"A-Za-zµÀ-ÖØ-öø-ƺƼ-ƿǄ-ʓʕ-ʯͰ-ͳͶͷͻ-ͽͿΆΈ-ΊΌΎ-ΡΣ-ϵϷ-ҁҊ-ԯԱ-ՖႠ-ჅᎠ-Ᏽᏸ-ᏽᲐ-ᲺᲽ-Ჿᴀ-ᴫᵫ-ᵷᵹ-ᶚḀ-ἕἘ-Ἕἠ-ὅὈ-Ὅ"#
      + #"ὐ-ὗὙὛὝ\u1F5F-\u1F7Dᾀ-ᾴᾶ-ᾼ\u1FBEῂ-ῄῆ-ῌ\u1FD0-\u1FD3\u1FD6-\u1FDBῠ-Ῥῲ-ῴῶ-ῼℂℇℊ-ℓℕℙ-ℝℤ\u2126ℨ"#
      + #"\u212A-\u212Dℯ-ℴℹℼ-ℿⅅ-ⅉⅎↃↄⰀ-ⱻⱾ-ⳤⳫ-ⳮⳲⳳꙀ-ꙭꚀ-ꚛꜢ-ꝯꝱ-ꞇꞋ-ꞎꭰ-ꮿﬀ-ﬆﬓ-ﬗＡ-Ｚａ-ｚ𐐀-𐑏𐒰-𐓓𐓘-𐓻𐲀-𐲲𐳀-𐳲𑢠-𑣟𞤀-𞥃"#

  private static let ideographs = "[一-龥ࠀ-一가-퟿]+"

  /// The rules of a file.
  /// - Throws: `CheckpointError` for a name that is not known, with those that are.
  static func rules(_ metadata: GGUFMetadata) throws -> Rules {
    // As in llama.cpp, files from before the key existed get its first rules.
    let name = metadata.has("tokenizer.ggml.pre") ? try metadata.string("tokenizer.ggml.pre") : "default"
    guard let rules = rules[name] else {
      throw metadata.unsupported(
        "the pre-tokenizer '\(ByteString(name))' (tokenizer.ggml.pre)", supported: Self.rules.keys.sorted().joined(separator: ", "))
    }
    return rules
  }
}
