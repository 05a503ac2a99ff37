import Checkpoint
import EmbeddedModel
import Eviction
import Exploration

/// A run of a long text on a small model with random weights: what is drawn does not matter, how much is.
struct LongRun {
  let engine: RunEngine
  /// What is to be told.
  let run: Run

  /// - Parameters:
  ///   - tokenCount: the text's length, about.
  ///   - hasManyHeads: whether the model has as many heads as a large one, 30 layers of 32.
  init(
    tokenCount: Int, policies: [Policy]? = nil, budget: Int, answerLimit: Int, hasManyHeads: Bool = false
  ) throws {
    let heads =
      hasManyHeads
      ? (layers: 30, query: 32, keyValue: 4, size: 16) : (layers: 12, query: 14, keyValue: 2, size: 64)
    let tokenizer = try Checkpoint(path: EmbeddedModel.folder()).tokenizer
    let text = Self.text(tokenCount: tokenCount, tokenizer)
    let prompt = try Prompt(name: "long.txt", text: Array(text.utf8), tokenizer: tokenizer)
    let configuration = try ModelSizes.configuration(
      """
      {"architectures": ["LlamaForCausalLM"], "hidden_size": 256, "intermediate_size": 512,
       "num_hidden_layers": \(heads.layers), "num_attention_heads": \(heads.query),
       "num_key_value_heads": \(heads.keyValue), "head_dim": \(heads.size), "vocab_size": 2048,
       "max_position_embeddings": 16384, "rope_theta": 100000, "tie_word_embeddings": true}
      """)
    let settings = ExplorationSettings(budget: budget, policies: policies, answerLimit: answerLimit)
    engine = RunEngine(configuration: configuration) { RandomWeights(format: .plain) }
    run = Run(modelName: "random", prompt: prompt, settings: settings, vocabulary: Vocabulary(tokenizer))
  }

  private static func text(tokenCount: Int, _ tokenizer: Tokenizer) -> String {
    let words = ["harbour", "clerk", "the", "tide", "of", "rope", "a", "letter", "in", "salt", "and", "lamp"]
    var state: UInt64 = 1
    var text = ""
    for index in 0..<tokenCount {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      text += words[Int(state >> 40) % words.count] + (index % 14 == 13 ? ".\n" : " ")
    }
    let count = tokenizer.encode(Array(text.utf8)).count
    return String(text.prefix(text.count * tokenCount / max(1, count)))
  }
}
