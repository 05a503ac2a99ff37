import Eviction
import Exploration
import Transformer

/// The measurements on one decoder.
struct Bench {
  let decoder: Decoder
  let repeats: Int

  /// A prompt's tokens per second, everything recorded.
  func prefill(_ length: Int) throws -> Measurement {
    let tokens = prompt(length)
    let seconds = try fastest { _ = try decoder.prefill(tokens) }
    return Measurement(name: "prefill \(length)", tokensPerSecond: Double(length) / seconds)
  }

  /// Decoded tokens per second of each lane: on a full cache; on one that keeps a budget; and on nine caches
  /// side by side, the full one and eight that keep the budget, as when policies are compared.
  func decode(depth: Int, tokens: Int, budget: Int, weightBytes: Int) throws -> [Measurement] {
    let recording = try decoder.prefill(prompt(max(1, depth)))
    func rate(_ caches: () -> [KVCache]) throws -> Double {
      Double(tokens)
        / (try fastest(with: caches) { caches in
          for step in 0..<tokens {
            _ = try decoder.step(
              caches.map { LaneInput(cache: $0, token: step + 3, position: recording.tokenCount + step) })
          }
        })
    }
    let all = KeptTokens.all(shape: decoder.shape, tokenCount: recording.tokenCount)
    let small = newest(min(budget, recording.tokenCount), of: recording.tokenCount)
    var results: [Measurement] = []
    func add(_ name: String, _ kept: [KeptTokens]) throws {
      let rate = try rate { kept.map { KVCache(recording, keeping: $0) } }
      let isWeightsOnly = kept.count == 1 && depth == 0
      results.append(
        Measurement(
          name: "decode at \(depth), \(name)", tokensPerSecond: rate,
          gigabytesPerSecond: isWeightsOnly ? rate * Double(weightBytes) * 1e-9 : nil))
    }
    try add("full cache", [all])
    if depth > budget { try add("budget \(budget)", [small]) }
    try add("9 caches", [all] + Array(repeating: small, count: 8))
    return results
  }

  private func newest(_ count: Int, of tokenCount: Int) -> KeptTokens {
    let sets = Array(repeating: Array(tokenCount - count..<tokenCount), count: decoder.shape.kvHeadCount)
    return KeptTokens(
      shape: decoder.shape, granularity: .kvHead, tokenCount: tokenCount,
      positions: Array(repeating: sets, count: decoder.shape.layerCount))
  }

  func prompt(_ length: Int) -> [Int] {
    (0..<length).map { ($0 * 7919 + 13) % decoder.configuration.vocabularySize }
  }

  /// The fewest seconds of some runs, after one that does not count.
  func fastest(_ body: () throws -> Void) rethrows -> Double { try fastest(with: {}, { try body() }) }

  /// As the one above, for work on something that is made for each run, outside the time.
  private func fastest<Input>(with prepare: () throws -> Input, _ body: (Input) throws -> Void) rethrows
    -> Double
  {
    try body(prepare())
    return try Stopwatch.fastest(of: repeats, with: prepare, body).seconds
  }
}

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
