import Synchronization
import TestSupport
import Testing

@testable import Checkpoint

/// The real tokenizers beside the project, each of them read once: a debug build takes seconds for one.
enum SharedTokenizers {
  private static let known = Mutex<[String: Tokenizer]>([:])

  /// Of a folder as Hugging Face has it.
  static func folder(_ name: String) throws -> Tokenizer {
    try once("tokenizers/\(name)") { try Tokenizer(folder: $0) }
  }

  /// Of one of llama.cpp's vocabulary files.
  static func gguf(_ name: String) throws -> Tokenizer {
    try once("vocab/ggml-vocab-\(name).gguf") { try Tokenizer(gguf: GGUFFile(path: $0).metadata) }
  }

  /// Whoever asks for one that is being read waits for it.
  private static func once(_ name: String, _ read: (String) throws -> Tokenizer) throws -> Tokenizer {
    let path = try #require(Places.sharedData) + "/" + name
    return try known.withLock { known in
      if let tokenizer = known[name] { return tokenizer }
      let tokenizer = try read(path)
      known[name] = tokenizer
      return tokenizer
    }
  }
}
