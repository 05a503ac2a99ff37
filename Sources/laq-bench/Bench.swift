import Foundation
import Transformer

/// The measurements on one decoder.
struct Bench {
  let decoder: Decoder
  let repeats: Int

  /// A prompt's tokens per second, everything recorded; the second number is the part in the linear layers'
  /// and attention's arithmetic that the sizes ask for.
  func prefill(_ length: Int) throws -> Measurement {
    let tokens = prompt(length)
    let seconds = try fastest { _ = try decoder.prefill(tokens) }
    return Measurement(name: "prefill \(length)", tokensPerSecond: Double(length) / seconds)
  }

  /// Decoded tokens per second: full cache, a small one, and nine lanes side by side (per lane).
  func decode(depth: Int, tokens: Int, budget: Int) throws -> [Measurement] {
    let recording = try decoder.prefill(prompt(max(1, depth)))
    func rate(_ kept: KeptTokens, lanes: Int) throws -> Double {
      Double(tokens) / (try fastest {
        let caches = (0..<lanes).map { _ in KVCache(recording, keeping: kept) }
        let start = ContinuousClock.now
        for step in 0..<tokens {
          _ = try decoder.step(
            caches.map { LaneInput(cache: $0, token: step + 3, position: recording.tokenCount + step) })
        }
        return ContinuousClock.now - start
      })
    }
    let all = KeptTokens.all(shape: decoder.shape, tokenCount: recording.tokenCount)
    var results = [Measurement(name: "decode at \(depth)", tokensPerSecond: try rate(all, lanes: 1))]
    results.append(Measurement(name: "decode at \(depth), 9 lanes", tokensPerSecond: try rate(all, lanes: 9)))
    if depth > budget {
      let positions = Array(recording.tokenCount - budget..<recording.tokenCount)
      let sets = Array(repeating: positions, count: decoder.shape.kvHeadCount)
      let kept = KeptTokens(
        shape: decoder.shape, granularity: .kvHead, tokenCount: recording.tokenCount,
        positions: Array(repeating: sets, count: decoder.shape.layerCount))
      results.append(
        Measurement(name: "decode at \(depth), budget \(budget)", tokensPerSecond: try rate(kept, lanes: 1)))
    }
    return results
  }

  /// The most memory that the process has had resident.
  static var peakResidentMiB: Double {
    let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
    let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
    return (line?.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Double($0) } ?? 0) / 1024
  }

  func prompt(_ length: Int) -> [Int] {
    (0..<length).map { ($0 * 7919 + 13) % decoder.configuration.vocabularySize }
  }

  /// The fewest seconds of some runs, after one that does not count.
  func fastest(_ body: () throws -> Void) rethrows -> Double {
    try fastest {
      let start = ContinuousClock.now
      try body()
      return ContinuousClock.now - start
    }
  }

  private func fastest(_ body: () throws -> Duration) rethrows -> Double {
    _ = try body()
    return try (0..<repeats).map { _ in try body() / .seconds(1) }.min() ?? .infinity
  }
}
