import Foundation
import TestSupport
import Testing

@testable import Checkpoint

/// A model in several GGUF files, as the gguf package splits one (`Fixtures/formats/split/make_split.py`).
@Suite struct SplitGGUFTests {
  private let folder: ScratchFolder

  init() throws { folder = try ScratchFolder() }

  private static let names = (1...4).map { "llama-0000\($0)-of-00004.gguf" }

  /// The files in a folder of the test's own; the bytes of one may be changed or left out.
  private func copy(_ change: (Int, inout [UInt8]) -> Bool = { _, _ in true }) throws -> String {
    for (index, name) in Self.names.enumerated() {
      var bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: Places.fixture("formats/split/\(name)"))))
      try? FileManager.default.removeItem(atPath: folder.path + "/" + name)
      if change(index, &bytes) { _ = try folder.write(bytes, as: name) }
    }
    return folder.path + "/" + Self.names[0]
  }

  @Test func itIsTheModelThatWasSplit() throws {
    let whole = try GGUFFile(path: Places.fixture("formats/llama.gguf"))
    let split = try GGUFFile(path: copy())
    #expect(split.files.count == 4 && Set(split.tensors.keys) == Set(whole.tensors.keys))
    for name in whole.tensors.keys {
      #expect(try split.floats(named: name) == whole.floats(named: name), "\(name)")
    }
    #expect(Set(split.tensors.values.map(\.part)) == [0, 1, 2, 3])
    #expect(
      try ModelConfiguration(split.configuration(), generation: nil)
        == ModelConfiguration(whole.configuration(), generation: nil))
    #expect(
      Checkpoint.files(ofGGUF: folder.path + "/" + Self.names[0]) == Self.names.map { folder.path + "/" + $0 }
    )
    #expect(Checkpoint.files(ofGGUF: "a/b.gguf") == ["a/b.gguf"])
  }

  @Test func aPartThatIsMissingIsNamed() throws {
    let path = try copy { index, _ in index != 2 }
    let problem = failure { _ = try GGUFFile(path: path) }
    #expect(
      problem?.contains(Self.names[2]) == true && problem?.contains("part 3 of a model in 4 files") == true)
  }

  @Test func aLaterPartAsksForTheFirst() throws {
    _ = try copy()
    let problem = failure { _ = try GGUFFile(path: folder.path + "/" + Self.names[1]) }
    #expect(problem?.contains("part 2 of 4") == true && problem?.contains(Self.names[0]) == true)
  }

  @Test func aNameByWhichTheOthersCannotBeFoundIsRefused() throws {
    let path = try copy()
    for name in ["renamed.gguf", "llama-00001-of-00005.gguf", "llama-00002-of-00004.gguf"] {
      let other = folder.path + "/other-" + name
      try FileManager.default.copyItem(atPath: path, toPath: other)
      #expect(failure { _ = try GGUFFile(path: other) }?.contains("'split.no'") == true)
    }
  }

  @Test func partsOfAnotherOrderOrModelAreRefused() throws {
    let third = [UInt8](
      try Data(contentsOf: URL(fileURLWithPath: Places.fixture("formats/split/\(Self.names[2])"))))
    // The third part in the place of the second has its number, too.
    let swapped = try copy { index, bytes in
      if index == 1 { bytes = third }
      return true
    }
    #expect(failure { _ = try GGUFFile(path: swapped) }?.contains("'split.no'") == true)
    // Named as the second, but with the third's tensors: they stand in two parts then, in whatever order.
    let doubled = try copy { index, bytes in
      if index == 1 { bytes = Self.numbered(third, 1) }
      return true
    }
    let problem = failure { _ = try GGUFFile(path: doubled) }
    #expect(problem?.contains("stands in a part before it") == true, "\(problem ?? "was accepted")")
    let damaged = try copy { index, bytes in
      if index == 3 { bytes = Array(bytes.prefix(bytes.count / 2)) }
      return true
    }
    #expect(failure { _ = try GGUFFile(path: damaged) }?.contains(Self.names[3]) == true)
  }

  /// A part with another number: the value behind the key's name and its type, of two bytes.
  private static func numbered(_ bytes: [UInt8], _ number: UInt8) -> [UInt8] {
    var result = bytes
    let key = Array("split.no".utf8)
    if let start = bytes.indices.first(where: { bytes[$0...].starts(with: key) }) {
      result[start + key.count + 4] = number
    }
    return result
  }

  @Test func aCountOfTensorsThatIsNotTheirsIsRefused() throws {
    var first = GGUFBytes()
    first.add("split.no", 0)
    first.add("split.count", 2)
    first.add("split.tensors.count", 5)
    first.addTensor("a", sizes: [1], offset: 0)
    first.data = [0, 0, 0, 0]
    var second = GGUFBytes()
    second.add("split.no", 1)
    second.add("split.count", 2)
    let path = try folder.write(first.bytes, as: "m-00001-of-00002.gguf")
    _ = try folder.write(second.bytes, as: "m-00002-of-00002.gguf")
    #expect(failure { _ = try GGUFFile(path: path) }?.contains("'split.tensors.count'") == true)
  }

  @Test(arguments: [
    "m-00000-of-00003.gguf", "m-00004-of-00003.gguf", "m-1-of-3.gguf", "m-00001-of-00000.gguf", "m.gguf", "",
    "m-00001-of-00003.bin",
  ])
  func otherNamesAreNoParts(_ name: String) {
    #expect(GGUFPartName(name) == nil)
  }
}
