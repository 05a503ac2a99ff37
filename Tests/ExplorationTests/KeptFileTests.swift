import Checkpoint
import Foundation
import TestSupport
import Testing
import Transformer

@testable import Eviction
@testable import Exploration

/// Kept tokens that NumPy has written, in every shape (`Fixtures/make_kept.py`), and what is no map of this
/// prompt.
@Suite struct KeptFileTests {
  private struct Expected: Decodable {
    let ids: [Int]
    let files: [String: [[[Int]]]]
  }

  private static let shape = ModelShape(layerCount: 2, queryHeadCount: 4, kvHeadCount: 2, headDimension: 8)

  static func path(_ name: String) throws -> String { try Places.fixture("kept/\(name)", in: .module) }

  private static func expected() throws -> Expected {
    try JSONDecoder().decode(
      Expected.self, from: Data(contentsOf: URL(fileURLWithPath: try path("expected.json"))))
  }

  private static func maps(_ name: String, shape: ModelShape = shape, tokens: [Int]? = nil) throws
    -> [KeptMap]
  {
    try KeptFile(path: try path(name)).maps(shape: shape, tokens: try tokens ?? expected().ids)
  }

  private static func refusal(_ body: () throws -> Void) -> String {
    do {
      try body()
      return "nothing was refused"
    } catch {
      return String(describing: error)
    }
  }

  @Test func everyShapeOfNumPyIsRead() throws {
    let expected = try Self.expected()
    #expect(expected.files.count == 15)
    for (name, sets) in expected.files {
      let maps = try Self.maps(name)
      #expect(maps.count == 1 && maps[0].name == name, "\(name)")
      #expect(maps[0].kept.positions == sets, "\(name)")
      #expect(maps[0].kept.granularity == (name == "query.npz" ? .queryHead : .kvHead), "\(name)")
    }
  }

  /// A map per policy, the full cache left out; JSON holds the same.
  @Test(arguments: [ExportFormat.json, .npz, .safetensors])
  func ownExportsAreReadBack(_ format: ExportFormat) async throws {
    let run = try await RunTests.tell(["snapkv(w=8,kernel=5)/ada", "streaming"], budget: 24)
    let folder = try ScratchFolder()
    let path = folder.path("kept.\(format.rawValue)")
    try AtomicFile.write(try KeptExport(run).data(format, path: path), to: path)
    let shape = try #require(run.recording).shape
    let ids = run.prompt.tokens.map(\.id)
    let maps = try KeptFile(path: path).maps(shape: shape, tokens: ids)
    let file = (path as NSString).lastPathComponent
    #expect(maps.map(\.name) == ["\(file):snapkv(w=8,kernel=5)/ada", "\(file):streaming"])
    #expect(maps.map(\.kept) == run.results.map(\.kept))
    let other = Self.refusal {
      _ = try KeptFile(path: path).maps(shape: shape, tokens: Array(ids.dropLast()) + [-5])
    }
    #expect(
      other.contains(
        "its token at position \(ids.count - 1) has the id \(ids[ids.count - 1]), this one's -5"), "\(other)")
    #expect(throws: KeptFileError.self) {
      try KeptFile(path: path).maps(shape: shape, tokens: Array(ids.dropLast()))
    }
  }

  @Test func whatIsNotReadIsNamed() throws {
    let ids = try Self.expected().ids
    for (name, words) in [
      (
        "objects.npz",
        "'kept' holds pickled Python objects, which is not read here; save a list of arrays as np.savez(path, *arrays)"
      ),
      ("floats.npz", "no array says what is kept"), ("floats.npz", "found 'kept' <f4 [2, 2, 12]"),
      ("structured.npz", "found 'kept' a structured type [3]"),
      (
        "bomb.npz",
        "'kept' should be booleans or whole numbers, at most 12 for each head, and is |b1 [2, 2, 4194304]"
      ),
      ("expected.json", "it is no JSON export of kept tokens ('schema' is missing)"),
    ] {
      let sentence = Self.refusal { _ = try Self.maps(name) }
      #expect(sentence.contains(words) && sentence.contains(name), "\(sentence)")
    }
    let other = ModelShape(layerCount: 2, queryHeadCount: 6, kvHeadCount: 3, headDimension: 8)
    for (name, shape, tokens, words) in [
      (
        "mask.npz", other, ids,
        "'kept' should be [2, 3 or 6, 12] booleans, or positions in place of 12, and is |b1 [2, 2, 12]"
      ),
      (
        "mask.npz", Self.shape, ids + [1], "'kept' should be 13 booleans for each head, and is |b1 [2, 2, 12]"
      ),
      (
        "topk.npz", Self.shape, ids + [1],
        "it is about another prompt ('input_ids' has 12 tokens, this one 13)"
      ),
      (
        "topk.npz", Self.shape, [-1] + ids.dropFirst(),
        "its token at position 0 has the id \(ids[0]), this one's -1"
      ),
      (
        "whole.npz", Self.shape, Array(ids.prefix(8)),
        "'indices' should be about positions 0 to 7, or -1 where a head keeps fewer"
      ),
      (
        "heads.npz", other, ids,
        "'layer' should be about 3 KV heads or 6 query heads in each layer, and is about 2"
      ),
      (
        "layers.npz", ModelShape(layerCount: 3, queryHeadCount: 4, kvHeadCount: 2, headDimension: 8), ids,
        "'kept' should be about layers 0 to 2, and is about 2: [0, 1]"
      ),
      (
        "masked.npz", Self.shape, Array(ids.prefix(11)),
        "'masked_0' should be about batch 0, heads 0 to 1 and positions 0 to 10"
      ),
    ] {
      let sentence = Self.refusal { _ = try Self.maps(name, shape: shape, tokens: tokens) }
      #expect(sentence.contains(words), "\(name): \(sentence)")
    }
    #expect(
      Self.refusal { _ = try KeptFile(path: "/x/kept.csv") }.contains(
        "use one of .npz .npy .safetensors .json"))
  }

  /// Cuts at every byte and changed bytes are refused with a sentence or read as some map; nothing ends the
  /// process.
  @Test(arguments: ["mask.npz", "deflated.npz", "topk.npz", "masked.npz", "version-3.npy"])
  func damagedFilesAreRefused(_ name: String) throws {
    let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: try Self.path(name))))
    let ids = try Self.expected().ids
    let folder = try ScratchFolder()
    let path = folder.path("kept-\(name)")
    func read(_ bytes: [UInt8]) throws -> [KeptMap]? {
      try Data(bytes).write(to: URL(fileURLWithPath: path))
      do {
        return try KeptFile(path: path).maps(shape: Self.shape, tokens: ids)
      } catch is KeptFileError {
        return nil
      } catch is CheckpointError {
        return nil
      }
    }
    #expect(try read(bytes) != nil)
    for count in Sample.oneIn(5, of: Array(bytes.indices)) {
      #expect(try read(Array(bytes.prefix(count))) == nil, "cut at \(count)")
    }
    var generator = SeededGenerator(seed: 5)
    for _ in 0..<(Sample.isExhaustive ? 2_000 : 200) {
      var changed = bytes
      for _ in 0...Int.random(in: 0...2, using: &generator) {
        let place = Int.random(in: changed.indices, using: &generator)
        changed[place] =
          [0, 1, 0x7F, 0xFF, .random(in: 0...255, using: &generator)].randomElement(using: &generator) ?? 0
      }
      _ = try read(changed)
    }
  }

  @Test func aChecksumThatIsAnothersIsNoticed() throws {
    var bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: try Self.path("mask.npz"))))
    let folder = try ScratchFolder()
    let path = folder.path("kept.npz")
    // The last element of the only array, just before the directory.
    let directory = try #require(
      bytes.indices.dropLast(4).last { Array(bytes[$0..<$0 + 4]) == Array("PK\u{1}\u{2}".utf8) })
    bytes[directory - 1] ^= 1
    try Data(bytes).write(to: URL(fileURLWithPath: path))
    let ids = try Self.expected().ids
    let sentence = Self.refusal { _ = try KeptFile(path: path).maps(shape: Self.shape, tokens: ids) }
    #expect(sentence.contains("'kept.npy' is not what its checksum says"), "\(sentence)")
  }

  @Test func namesTellLayersAndHeads() {
    for (name, isHead, stem, layer, head) in [
      ("arr_0", false, "arr", 0, nil), ("layers.12.kept", false, "layers", 12, nil), ("7", false, "", 7, nil),
      ("snapkv2_layer_3", false, "snapkv2_layer", 3, nil), ("layer3/head10", true, "layer", 3, 10),
    ] as [(String, Bool, String, Int, Int?)] {
      let place = NumberedName(name).place(isHead: isHead)
      #expect(place?.stem == stem && place?.layer == layer && place?.head == head, "\(name)")
    }
    #expect(NumberedName("kept").place(isHead: false) == nil)
    #expect(NumberedName("kept_3").place(isHead: true) == nil)
    #expect(NumberedName("kept_99999999999999999999").place(isHead: false) == nil)
  }

  /// A result like any other: figures, an answer, one point of the plot, and nothing that a budget changes.
  @Test func aMapIsAPolicyBesideOthers() async throws {
    let first = try await RunTests.tell(["snapkv"], budget: 40)
    let result = try #require(first.results.first)
    // Its name would mean the opposite in a file of somebody else's.
    let map = KeptMap(name: "masked.npz", source: "masked.npz", kept: result.kept)
    var settings = first.settings
    settings.policies.append(Policy(keeping: map))
    settings.budget = 24
    let checkpoint = try Checkpoint(path: Places.embeddedModel)
    let run = Run(
      modelName: first.modelName, prompt: first.prompt, settings: settings, vocabulary: first.vocabulary)
    let told = await RunEngine(checkpoint: checkpoint, precision: .float32).run(run, earlier: first)
    let mine = try #require(told.results.last)
    #expect(told.results.count == 2 && mine.policy.name == "masked.npz" && told.results[0].kept != mine.kept)
    #expect(
      mine.kept == result.kept && mine.agreement == result.agreement
        && mine.answer.tokens == result.answer.tokens)
    #expect(mine.scores == nil && mine.recall == result.recall)
    let folder = try ScratchFolder()
    let path = folder.path("kept.npz")
    try AtomicFile.write(try KeptExport(told).data(.npz, path: path), to: path)
    let read = try KeptFile(path: path).maps(shape: result.kept.shape, tokens: told.prompt.tokens.map(\.id))
    #expect(read.map(\.kept) == told.results.map(\.kept))
  }
}
