/// Spellings by which a GGUF file's control tokens are known, whatever type the file gives them: llama.cpp's
/// lists.
enum ControlTexts {
  /// Tokens that end an answer or a turn.
  private static let ends: Set<ByteString> = [
    "<|eot_id|>", "<|im_end|>", "<|end|>", "<|return|>", "<|call|>", "<|flush|>", "<|calls|>",
    "<end_of_turn>",
    "<|endoftext|>", "</s>", "<|eom_id|>", "<EOT>", "_<EOT>", "[EOT]", "[EOS]", "<|end_of_text|>",
    "<end_of_utterance>", "<eos>", "<turn|>", "<|tool_response>", "<｜end▁of▁sentence｜>", "[e~[",
  ]

  /// Tokens around code that is filled in, by the key that may name them, and whether they end an answer.
  private static let filling: [(key: String, isEnd: Bool, texts: Set<ByteString>)] = [
    (
      "fim_pre", false,
      [
        "<|fim_prefix|>", "<fim-prefix>", "<fim_prefix>", "<｜fim▁begin｜>", "<PRE>",
        "▁<PRE>", "<|code_prefix|>", "<|prefix|>",
      ]
    ),
    (
      "fim_suf", false,
      [
        "<|fim_suffix|>", "<fim-suffix>", "<fim_suffix>", "<｜fim▁hole｜>", "<SUF>",
        "▁<SUF>", "<|code_suffix|>", "<|suffix|>",
      ]
    ),
    (
      "fim_mid", false,
      [
        "<|fim_middle|>", "<fim-middle>", "<fim_middle>", "<｜fim▁end｜>", "<MID>",
        "▁<MID>", "<|code_middle|>", "<|middle|>",
      ]
    ),
    ("fim_pad", true, ["<|fim_pad|>", "<fim-pad>", "<fim_pad>", "<PAD>", "[PAD]"]),
    ("fim_rep", true, ["<|fim_repo|>", "<|repo_name|>", "<fim-repo>", "<REPO>", "<reponame>"]),
    ("fim_sep", true, ["<|file_sep|>"]),
  ]

  private static let fillingTexts = Set(filling.lazy.flatMap(\.texts))

  /// The older names of three keys.
  private static let olderKeys = ["fim_pre": "prefix", "fim_suf": "suffix", "fim_mid": "middle"]

  /// The names of all keys for filling in.
  static let keys = filling.map(\.key) + olderKeys.values.sorted()

  /// The control tokens of a vocabulary and those of them that end an answer.
  /// - Parameter special: the ids that the file's keys give, which end an answer where they are for that.
  static func ids(_ tokens: [ByteString], special: GGUFSpecialTokens) -> (control: Set<Int>, ends: Set<Int>) {
    var control: Set<Int> = []
    var ends = Set(["eos", "eot", "eom"].compactMap { special.ids[$0] })
    // A vocabulary is long: it is looked through once.
    var fillers: [ByteString: Int] = [:]
    for (id, text) in tokens.enumerated() {
      if Self.ends.contains(text) {
        control.insert(id)
        ends.insert(id)
      } else if Self.fillingTexts.contains(text), fillers[text] == nil {
        fillers[text] = id
      }
    }
    for (key, isEnd, texts) in filling {
      if let id = special.ids[key] ?? olderKeys[key].flatMap({ special.ids[$0] }) {
        if isEnd { ends.insert(id) }
      } else if let id = texts.compactMap({ fillers[$0] }).min() {
        // Of several spellings only one counts, as in llama.cpp.
        control.insert(id)
        if isEnd { ends.insert(id) }
      }
    }
    // Where an answer goes on after `<|end|>`, other tokens say that it ends; Gemma 4 has `</s>` as a text.
    let texts = Set(ends.lazy.filter(tokens.indices.contains).map { tokens[$0] })
    let hasCall = texts.contains("<|call|>") || texts.contains("<|calls|>")
    var goesOn: Set<ByteString> = []
    if hasCall, texts.contains("<|return|>") || texts.contains("<|flush|>") { goesOn.insert("<|end|>") }
    if texts.contains("<|tool_response>") { goesOn.insert("</s>") }
    ends = ends.filter { !tokens.indices.contains($0) || !goesOn.contains(tokens[$0]) }
    return (control, ends)
  }
}
