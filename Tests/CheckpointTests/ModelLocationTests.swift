import Foundation
import Testing

@testable import Checkpoint

@Suite struct ModelLocationTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// Writes a file in a folder below, making the folder.
  private func write(_ text: String, as path: String) throws {
    let parent = (folder.path + "/" + path as NSString).deletingLastPathComponent
    try FileManager.default.createDirectory(atPath: parent, withIntermediateDirectories: true)
    _ = try folder.write(text, as: path)
  }

  private func location(_ name: String, _ environment: [String: String] = [:]) throws -> ModelLocation {
    try ModelLocation(name, environment: ["HOME": folder.path + "/home"].merging(environment) { $1 })
  }

  private func model(_ path: String) -> ModelLocation {
    .folder(folder.path + "/" + path, weights: folder.path + "/" + path + "/model.safetensors")
  }

  @Test func filesAreModelsByTheirEndings() throws {
    try write("", as: "x.gguf")
    try write("", as: "x.GGUF")
    try write("", as: "x.bin")
    #expect(try location(folder.path + "/x.gguf") == .gguf(folder.path + "/x.gguf"))
    #expect(try location(folder.path + "/x.GGUF") == .gguf(folder.path + "/x.GGUF"))
    #expect(failure { _ = try location(folder.path + "/x.bin") }?.contains(".gguf") == true)
  }

  @Test func aSafetensorsFileNeedsItsConfiguration() throws {
    let path = folder.path + "/m/other.safetensors"
    try write("", as: "m/other.safetensors")
    #expect(throws: CheckpointError.notAModel(path: path)) { try location(path) }
    try write("{}", as: "m/config.json")
    #expect(try location(path) == .folder(folder.path + "/m", weights: path))
  }

  @Test func aFolderWithOneGGUFFileIsThatFile() throws {
    try write("", as: "g/a-q4.gguf")
    #expect(try location(folder.path + "/g") == .gguf(folder.path + "/g/a-q4.gguf"))
    try write("", as: "g/a-q8.gguf")
    let problem = failure { _ = try location(folder.path + "/g") }
    #expect(problem?.contains("a-q4.gguf") == true && problem?.contains("a-q8.gguf") == true)
    try write("{}", as: "g/config.json")
    #expect(try location(folder.path + "/g") == model("g"))
  }

  @Test func namesAreLookedUpWhereHuggingFacesProgramsPutThem() throws {
    let name = "some-org/Some_Model-1.5B"
    let inside = "models--some-org--Some_Model-1.5B/snapshots/0a1b/config.json"
    try write("{}", as: "home/.cache/huggingface/hub/\(inside)")
    #expect(try location(name) == model("home/.cache/huggingface/hub/models--some-org--Some_Model-1.5B/snapshots/0a1b"))
    try write("{}", as: "hf/hub/\(inside)")
    let home = ["HF_HOME": folder.path + "/hf"]
    #expect(try location(name, home) == model("hf/hub/models--some-org--Some_Model-1.5B/snapshots/0a1b"))
    try write("{}", as: "cache/\(inside)")
    let both = home.merging(["HF_HUB_CACHE": folder.path + "/cache"]) { $1 }
    #expect(try location(name, both) == model("cache/models--some-org--Some_Model-1.5B/snapshots/0a1b"))
  }

  @Test func mainDecidesWhichVersionItIsAndElseTheNewest() throws {
    let versions = "home/.cache/huggingface/hub/models--o--m"
    for (commit, age) in [("aaaa", 30.0), ("bbbb", 10), ("cccc", 20)] {
      try write("{}", as: "\(versions)/snapshots/\(commit)/config.json")
      try FileManager.default.setAttributes(
        [.modificationDate: Date(timeIntervalSinceNow: -age)],
        ofItemAtPath: "\(folder.path)/\(versions)/snapshots/\(commit)")
    }
    #expect(try location("o/m") == model("\(versions)/snapshots/bbbb"))
    try write("aaaa\n", as: "\(versions)/refs/main")
    #expect(try location("o/m") == model("\(versions)/snapshots/aaaa"))
    for commit in ["../../../../..", "dddd", "", "/", ".."] {
      try write(commit, as: "\(versions)/refs/main")
      #expect(try location("o/m") == model("\(versions)/snapshots/bbbb"))
    }
  }

  @Test func aNameThatIsNowhereIsAnErrorThatSaysWhereItWasLookedFor() {
    let problem = failure { _ = try location("org/none", ["HF_HUB_CACHE": "/a", "HF_HOME": "/b"]) }
    for place in ["/a", "/b/hub", "/home/.cache/huggingface/hub"] {
      #expect(problem?.contains(place + "/models--org--none") == true, "\(problem ?? "was accepted")")
    }
  }

  @Test(arguments: ["nothing", "a/b/c", "/none", "../x", "org/..", "./x", "org/", "o rg/m", "", "ö/m"])
  func whatIsNoNameIsAPathThatIsNoModel(_ text: String) {
    #expect(throws: CheckpointError.notAModel(path: text)) { try location(text) }
  }
}
