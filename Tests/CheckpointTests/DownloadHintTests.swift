import Testing

@testable import Checkpoint

/// Addresses in place of paths.
@Suite struct DownloadHintTests {
  private static let hub: [(given: String, command: String, then: String)] = [
    ("https://huggingface.co/Qwen/Qwen3-0.6B", "hf download Qwen/Qwen3-0.6B)", "--model Qwen/Qwen3-0.6B"),
    ("https://huggingface.co/o/m/tree/main", "hf download o/m)", "--model o/m"),
    ("http://www.huggingface.co/o/m?library=x", "hf download o/m)", "--model o/m"),
    ("hf.co/o/m-GGUF", "hf download o/m-GGUF)", "--model o/m-GGUF"),
    ("HF.co/o/m-GGUF:Q4_K_M", "hf download o/m-GGUF --include '*Q4_K_M*')", "--model o/m-GGUF:Q4_K_M"),
    ("huggingface.co/o/m", "hf download o/m)", "--model o/m"),
    ("hf://o/m", "hf download o/m)", "--model o/m"),
    ("hf://o/m@v1.1", "hf download o/m --revision v1.1)", "--model o/m"),
    ("https://huggingface.co/o/m#usage", "hf download o/m)", "--model o/m"),
    ("hf://models/o/m", "hf download o/m)", "--model o/m"),
    (
      "https://huggingface.co/o/m/resolve/main/m-Q4_0.gguf?download=true", "hf download o/m m-Q4_0.gguf)",
      "--model o/m:m-Q4_0.gguf"
    ),
    ("https://huggingface.co/o/m/blob/main/model.safetensors", "hf download o/m)", "--model o/m"),
  ]

  @Test(arguments: hub)
  func anAddressOfTheHubIsAnsweredWithItsCommand(_ given: String, _ command: String, _ then: String) {
    let problem = failure { _ = try ModelLocation(given, environment: [:]) }
    #expect(problem?.contains("nothing is downloaded") == true, "\(problem ?? "was accepted")")
    #expect(problem?.contains(command) == true && problem?.hasSuffix(then) == true, "\(problem ?? "")")
  }

  @Test(arguments: [
    "https://example.org/m.gguf", "http://localhost/m", "https://", "https://huggingface.co",
    "https://hf.co/one",
    "https://huggingface.co/datasets/o/m",
  ])
  func anotherAddressIsAnsweredWithAGeneralOne(_ given: String) {
    let problem = failure { _ = try ModelLocation(given, environment: [:]) }
    #expect(problem?.contains("nothing is downloaded") == true && problem?.contains("curl") == true)
  }

  @Test func namesAndPathsAreNone() {
    for given in ["o/m", "o/m:Q4_0", "./hf.co", "/hf.co/o/m", "models/hf.co", "m.gguf", ""] {
      #expect(DownloadHint(given) == nil, "\(given)")
    }
  }
}
