import Foundation
import Testing

@testable import Checkpoint

@Suite struct GGUFFileTests {
  @Test(.enabled(if: Places.hasSharedData)) func theVocabularyFilesOfOtherProgramsAreRead() throws {
    let folder = try #require(Places.sharedData) + "/vocab"
    let names = try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(".gguf") }
    #expect(!names.isEmpty)
    for name in names {
      let metadata = try GGUFFile(path: folder + "/" + name).metadata
      let tokens = try metadata.strings("tokenizer.ggml.tokens")
      #expect(try metadata.integers("tokenizer.ggml.token_type").count == tokens.count)
      #expect(try !metadata.string("tokenizer.ggml.model").isEmpty)
    }
  }
}
