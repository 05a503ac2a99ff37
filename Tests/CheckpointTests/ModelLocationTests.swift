import Foundation
import TestSupport
import Testing

@testable import Checkpoint

@Suite struct ModelLocationTests {
  private let folder: ScratchFolder

  init() throws { folder = try ScratchFolder() }

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
    #expect(failure { _ = try location(folder.path + "/x.bin") }?.contains("GGUF") == true)
  }

  @Test func aSafetensorsFileNeedsItsConfiguration() throws {
    let path = folder.path + "/m/other.safetensors"
    try write("", as: "m/other.safetensors")
    let problem = failure { _ = try location(path) }
    #expect(problem?.contains("config.json is missing") == true && problem?.contains("hf download") == true)
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
    #expect(failure { _ = try location(folder.path + "/g") }?.contains("a-q8.gguf") == true)
    try write("", as: "g/model.safetensors")
    #expect(try location(folder.path + "/g") == model("g"))
  }

  @Test func aFolderWithOneGGUFFileAndAStrayConfigurationIsThatFile() throws {
    try write("{}", as: "g/config.json")
    try write("", as: "g/some-model.gguf")
    try write("", as: "g/mmproj-some-model-f16.gguf")
    try write("", as: "g/some-model.imatrix.gguf")
    #expect(try location(folder.path + "/g") == .gguf(folder.path + "/g/some-model.gguf"))
    try write("{}", as: "g/model.safetensors.index.json")
    #expect(
      try location(folder.path + "/g")
        == .folder(folder.path + "/g", weights: folder.path + "/g/model.safetensors.index.json"))
  }

  @Test func theFilesOfOneSplitModelAreOne() throws {
    for number in 1...3 { try write("", as: "s/Q4_K_M/m-Q4_K_M-0000\(number)-of-00003.gguf") }
    #expect(try location(folder.path + "/s") == .gguf(folder.path + "/s/Q4_K_M/m-Q4_K_M-00001-of-00003.gguf"))
  }

  @Test func aFileWithoutAnEndingIsKnownByItsFirstBytes() throws {
    try write("GGUF and more", as: "blobs/sha256-6a0746a1ec1a")
    #expect(
      try location(folder.path + "/blobs/sha256-6a0746a1ec1a")
        == .gguf(folder.path + "/blobs/sha256-6a0746a1ec1a"))
    try write("GGUF and more", as: "m.bin")
    #expect(try location(folder.path + "/m.bin") == .gguf(folder.path + "/m.bin"))
    for other in ["", "GGU", "ggml", "License"] {
      try write(other, as: "blobs/sha256-other")
      let path = folder.path + "/blobs/sha256-other"
      #expect(throws: CheckpointError.notAModel(path: path)) { try location(path) }
    }
  }

  @Test func whatStandsBehindAColonPicksAFileOfTheCache() throws {
    let snapshot = "home/.cache/huggingface/hub/models--o--m-GGUF/snapshots/0a"
    let names = [
      "m-Q4_K_M.gguf", "m-Q4_K_S.gguf", "m.q8_0.gguf", "mmproj-Q8_0.gguf", "BF16/m-BF16-00001-of-00002.gguf",
      "BF16/m-BF16-00002-of-00002.gguf",
    ]
    for name in names { try write("", as: "\(snapshot)/\(name)") }
    try write("{}", as: "\(snapshot)/config.json")
    func picked(_ tag: String) throws -> String? {
      guard case .gguf(let path) = try location("o/m-GGUF:\(tag)") else { return nil }
      return String(path.dropFirst(folder.path.count + snapshot.count + 2))
    }
    #expect(try picked("Q4_K_M") == "m-Q4_K_M.gguf")
    #expect(try picked("q4_k_s") == "m-Q4_K_S.gguf")
    #expect(try picked("Q8_0") == "m.q8_0.gguf")
    #expect(try picked("BF16") == "BF16/m-BF16-00001-of-00002.gguf")
    #expect(try picked("m-Q4_K_M.gguf") == "m-Q4_K_M.gguf")
    for tag in ["Q4_K", "Q5_0", "K_M", "../x"] {
      let problem = failure { _ = try location("o/m-GGUF:\(tag)") }
      #expect(
        problem?.contains("m-Q4_K_M.gguf") == true && problem?.contains("'\(tag)'") == true,
        "\(problem ?? tag)")
    }
    try write("", as: "\(snapshot)/other-Q4_K_M.gguf")
    let several = failure { _ = try location("o/m-GGUF:Q4_K_M") }
    #expect(several?.contains("other-Q4_K_M.gguf") == true && several?.contains("m-Q4_K_S") == false)
    #expect(failure { _ = try location("o/m-GGUF") }?.contains("m.q8_0.gguf") == true)
    #expect(failure { _ = try location("o/none:Q4_0") }?.contains("hf download o/none") == true)
  }

  @Test func theCachesOwnFolderOfAModelIsItsNewestVersion() throws {
    try write("{}", as: "models--o--m/snapshots/0a1b/config.json")
    #expect(try location(folder.path + "/models--o--m") == model("models--o--m/snapshots/0a1b"))
  }

  @Test func namesAreLookedUpWhereHuggingFacesProgramsPutThem() throws {
    let name = "some-org/Some_Model-1.5B"
    let inside = "models--some-org--Some_Model-1.5B/snapshots/0a1b/config.json"
    try write("{}", as: "home/.cache/huggingface/hub/\(inside)")
    #expect(
      try location(name)
        == model("home/.cache/huggingface/hub/models--some-org--Some_Model-1.5B/snapshots/0a1b"))
    try write("{}", as: "hf/hub/\(inside)")
    let home = ["HF_HOME": folder.path + "/hf"]
    #expect(try location(name, home) == model("hf/hub/models--some-org--Some_Model-1.5B/snapshots/0a1b"))
    try write("{}", as: "cache/\(inside)")
    let both = home.merging(["HF_HUB_CACHE": folder.path + "/cache"]) { $1 }
    #expect(try location(name, both) == model("cache/models--some-org--Some_Model-1.5B/snapshots/0a1b"))
  }

  @Test func theVariablesOfTheirFolderAreAllHeeded() {
    for (name, value) in [
      ("XDG_CACHE_HOME", folder.path + "/xdg"), ("HUGGINGFACE_HUB_CACHE", folder.path + "/old"),
      ("HF_HOME", "~/own"),
    ] {
      let problem = failure { _ = try location("org/none", [name: value, "HOME": folder.path]) }
      let place = ["XDG_CACHE_HOME": "/xdg/huggingface/hub", "HF_HOME": "/own/hub"][name] ?? "/old"
      #expect(
        problem?.contains(folder.path + place + "/models--org--none") == true, "\(problem ?? "was found")")
    }
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
