import Eviction
import Transformer

extension Bench {
  /// What the passes that policies ask for take beside a prefill of the same prompt.
  func passes(_ length: Int) throws -> [Measurement] {
    let tokens = prompt(length)
    let recording = try decoder.prefill(tokens)
    // As long as the requests are with a public tokenizer.
    let prompts = RepetitionPrompts(
      whole: Array(tokens.prefix(8)), part: Array(tokens.prefix(13)), suffix: Array(tokens.prefix(5)))
    return try ["kvzip", "kvzip(chunk=512)", "kvzip+", "kvcompose"].compactMap { name in
      guard let pass = try Policy(parsing: name).pass else { return nil }
      let replays = pass.replays(of: tokens, prompts)
      let seconds = try fastest { _ = try decoder.replay(replays, over: recording) }
      return Measurement(name: "\(name) pass over \(length)", tokensPerSecond: Double(length) / seconds)
    }
  }
}
