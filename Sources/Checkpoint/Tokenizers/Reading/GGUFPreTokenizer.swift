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
    add(
      [
        "gpt-2", "phi-2", "mpt", "olmo", "jina-es", "jina-de", "jina-v2-es", "jina-v2-de", "exaone4",
        "gigachat",
        "a.x-4.0", "mellum", "modern-bert", "jais", "trillion", "granite-docling",
      ], Rules(patterns: [gpt2]))
    add(
      [
        "llama3", "llama-v3", "llama-bpe", "falcon3", "falcon-h1", "pixtral", "midm-2.0", "lfm2",
        "jina-v5-nano",
      ],
      Rules(patterns: [words(digits: #"\p{N}{1,3}"#)], ignoresMerges: true, addsBegin: true))
    add(["dbrx", "smaug-bpe", "glm4", "chatglm-bpe"], Rules(patterns: [words(digits: #"\p{N}{1,3}"#)]))
    add(["minicpm5"], Rules(patterns: [#"\p{N}{1,3}"#, words(digits: #"\p{N}+"#)], ignoresMerges: true))
    add(
      ["qwen2", "deepseek-r1-qwen", "f2llmv2"], Rules(patterns: [words(digits: #"\p{N}"#)], composes: true))
    add(["qwen35"], Rules(patterns: [words(letters: #"\p{L}\p{M}"#, digits: #"\p{N}"#)], composes: true))
    add(
      ["stablelm2", "kormo", "megrez", "hunyuan", "solar-open", "grok-2"],
      Rules(patterns: [words(digits: #"\p{N}"#)]))
    add(["laguna"], Rules(patterns: [#"[^\n]+|[\n]+"#, words(digits: #"\p{N}"#)]))
    add(["ufakzeka"], Rules(patterns: [words(contractions: "", digits: #"\p{N}"#)]))
    add(
      ["seed-coder"],
      Rules(patterns: [
        contractions + #"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}\r\n]+|\s*[\r\n]+|\s+(?!\S)|\s+"#
      ]))
    add(
      ["bailingmoe", "bailingmoe2", "llada-moe"],
      Rules(patterns: [
        #"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]++[\r\n]*|\s*[\r\n]|\s+(?!\S)|\s+"#
      ]))
    add(
      ["exaone-moe"],
      Rules(patterns: [
        contractions + #"|[^\r\n\p{L}\p{N}]?(?:\p{L}\p{M}*(?: \p{L}\p{M}*)*)+|\p{N}"#
          + #"| ?[^\s\p{L}\p{N}]+[\r\n/]?|\s*[\r\n]|\s+(?!\S)|\s+"#
      ]))
    add(
      ["smollm", "starcoder", "refact", "command-r", "codeshell", "exaone", "minerva-7b", "mellum2"],
      Rules(patterns: [#"\p{N}"#, gpt2]))
    add(["falcon"], Rules(patterns: [#"[\p{P}$+<=>^~|`]+"#, gpt2, "[0-9][0-9][0-9]"]))
    add(
      ["gpt-4o", "llama4", "kanana2", "talkie", "minimax-m2"],
      Rules(patterns: [cased(digits: #"\p{N}{1,3}"#)]))
    add(["granite-embed-multi-97m"], Rules(patterns: [cased(digits: #"\p{N}{1,3}"#)], ignoresMerges: true))
    add(
      ["tekken"],
      Rules(patterns: [cased(digits: #"\p{N}"#, contractions: "")], ignoresMerges: true, addsBegin: true))
    add(
      ["youtu"],
      Rules(
        patterns: ["[가-힣ㄱ-ㆎ]+|[！…“”‘’—：；，、-〿︰-﹏]+|[ㄅ-ㄯ]+|[一-龥぀-ゟ゠-ヿ]+", cased(digits: #"\p{N}"#)],
        ignoresMerges: true))
    add(
      ["kimi-k2"],
      Rules(patterns: [
        #"[\p{Han}]+|"# + cased(digits: #"\p{N}{1,3}"#, besides: #"&&[^\p{Han}]"#, afterSymbols: #"[\r\n]*"#)
      ]))
    add(["poro-chat", "bloom", "gpt3-finnish"], Rules(patterns: [unpunctuated]))
    add(["viking"], Rules(patterns: [unpunctuated, #"\p{N}"#]))
    add(
      ["chameleon"],
      Rules(
        patterns: [
          "<sentinel:[0-9]+>", "(IMGIMG)((A|B|C|D|E|F|G|H|I){1,4})Z", #"([\t\n]|    |  )"#, #"\p{N}"#,
          #"[\p{P}!-/:-@\[-`{-~]"#, gpt2,
        ], addsBegin: true))
    add(
      ["deepseek-llm"],
      Rules(patterns: [
        #"[\r\n]"#, #"\s?[\#(casedLetters)]+"#, #"\s?[!-/:-~！-／：-～‘-‟　-。]+"#, #"\s+$"#, ideographs, #"\p{N}"#,
      ]))
    add(
      ["deepseek-coder"], Rules(patterns: [#"[\r\n]"#, #"\s?\p{L}+"#, #"\s?\p{P}+"#, ideographs, #"\p{N}"#]))
    let marks =
      ##"[!"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+"##
    let kana = "[一-龥぀-ゟ゠-ヿ]+"
    add(
      ["deepseek-v3", "hunyuan-dense", "joyai-llm", "hy_v4"],
      Rules(patterns: [#"\p{N}{1,3}"#, kana, marks + #"[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"#]))
    add(
      ["spark2_5"],
      Rules(patterns: [#"\p{N}{1,3}"#, kana, marks + #"|[\r\n]|\s+(?!\S)|\s+"#, #"\p{N}"#]))
    return result
  }()

  private static let contractions = "(?i:'s|'t|'re|'ve|'m|'ll|'d)"

  /// The pattern of cl100k (OpenAI's tiktoken) and its relatives, which differ in how they take digits.
  static func words(contractions: String = contractions + "|", letters: String = #"\p{L}"#, digits: String)
    -> String
  {
    contractions + #"[^\r\n\p{L}\p{N}]?["# + letters + "]+|" + digits
      + #"| ?[^\s\p{N}"# + letters + #"]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"#
  }

  /// The pattern of o200k: a word is capital letters, then small ones.
  private static func cased(
    digits: String, contractions: String = contractions + "?", besides: String = "",
    afterSymbols: String = #"[\r\n/]*"#
  ) -> String {
    let (upper, lower) = (
      #"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}\#(besides)]"#, #"[\p{Ll}\p{Lm}\p{Lo}\p{M}\#(besides)]"#
    )
    let before = #"[^\r\n\p{L}\p{N}]?"#
    return "\(before)\(upper)*\(lower)+\(contractions)|\(before)\(upper)+\(lower)*\(contractions)|"
      + digits + #"| ?[^\s\p{L}\p{N}]+"# + afterSymbols + #"|\s*[\r\n]+|\s+(?!\S)|\s+"#
  }

  /// BLOOM's: words up to white space and some marks.
  private static let unpunctuated = #" ?[^(\s|.,!?…。，、।۔،)]+"#

  /// DeepSeek's: letters of scripts with two cases. Escaped are those that a text's normalization would
  /// change.
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
        "the pre-tokenizer '\(ByteString(name))' (tokenizer.ggml.pre)",
        supported: Self.rules.keys.sorted().joined(separator: ", "))
    }
    return rules
  }
}
