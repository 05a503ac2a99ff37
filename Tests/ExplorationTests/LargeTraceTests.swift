import Checkpoint
import Foundation
import Testing
import Transformer

@testable import Exploration

/// A trace of 20 GB, nearly all of it a hole in a sparse file.
@Suite struct LargeTraceTests {
  /// Sizes of a model whose keys and values take 20 GB for few tokens.
  private static let (layers, heads, dimension, tokens) = (32, 64, 512, 4800)

  /// Writes the header and the tokens; the rest is left to the file system.
  private static func write(to folder: URL) throws -> String {
    var tensors: [String: Any] = [:]
    var end = 0
    func add(_ name: String, _ type: String, _ width: Int, _ shape: [Int]) {
      let size = shape.reduce(width, *)
      tensors[name] = ["dtype": type, "shape": shape, "data_offsets": [end, end + size]]
      end += size
    }
    add("vocabulary.offsets", "I64", 8, [2])
    add("vocabulary.ids", "I64", 8, [1])
    add("tokens", "I64", 8, [tokens])
    add("answer", "I64", 8, [1])
    add("vocabulary.bytes", "U8", 1, [2])
    for layer in 0..<layers {
      add("layers.\(layer).keys", "BF16", 2, [heads, tokens, dimension])
      add("layers.\(layer).values", "BF16", 2, [heads, tokens, dimension])
      add("layers.\(layer).decode_queries", "BF16", 2, [1, heads, dimension])
    }
    let metadata: [String: Any] = [
      "version": 1, "model": "large", "layers": layers, "query_heads": heads, "kv_heads": heads,
      "head_dim": dimension,
      "tokens": tokens, "first_query": tokens, "attention": Array(repeating: ["scale": 0.1], count: layers),
    ]
    let text = try JSONSerialization.data(withJSONObject: metadata)
    tensors["__metadata__"] = ["laq_trace": String(decoding: text, as: UTF8.self)]
    let header = try JSONSerialization.data(withJSONObject: tensors)
    let path = folder.appendingPathComponent("large").path
    var start = withUnsafeBytes(of: UInt64(header.count).littleEndian) { Data($0) } + header
    start += Data(count: 8) + [2] + Data(count: 7)
    try start.write(to: URL(fileURLWithPath: path))
    #expect(truncate(path, off_t(8 + header.count + end)) == 0)
    return path
  }

  /// Bytes of a mapped file that are in memory; `nil` where the system does not tell.
  private static func residentBytes(of path: String) -> Int? {
    guard let data = try? FileHandle(forReadingAtPath: "/proc/self/smaps")?.readToEnd() else { return nil }
    let lines = String(decoding: data, as: UTF8.self).split(separator: "\n").drop { !$0.hasSuffix(path) }
    let words = lines.first { $0.hasPrefix("Rss:") }?.split(separator: " ") ?? []
    return words.count > 1 ? Int(words[1]).map { $0 << 10 } : nil
  }

  @Test func opensAtOnceAndStaysSmallWhileItIsLookedAt() async throws {
    try await TraceFixture.inFolder { folder in
      let path = try Self.write(to: folder)
      let start = ContinuousClock.now
      let trace = try TraceFile(path: path)
      // Well under a second alone on a machine, which tests are not.
      #expect(ContinuousClock.now - start < .seconds(5))
      #expect(trace.prompt.tokens.count == Self.tokens)
      let opened = Self.residentBytes(of: path) ?? 0
      #expect(opened < 1 << 20)
      var (largest, read) = (0, 0)
      for layer in 0..<20 {
        for head in 0..<3 {
          let row = trace.recording.attention(
            layer: layer, queryHead: head, row: .beyond(row: 0), beyond: trace.decodeQueries)
          #expect(row.first == 1 / Float(Self.tokens))
          read += Self.tokens * Self.dimension * 2
        }
        largest = max(largest, Self.residentBytes(of: path) ?? 0)
      }
      if FileManager.default.fileExists(atPath: "/proc/self/smaps") { #expect(largest > 8 << 20) }
      #expect(read > 250 << 20 && largest < 220 << 20, "\(largest >> 20) MiB of \(read >> 20) are in memory")
    }
  }
}
