import Foundation
import TestSupport
import Testing

@testable import Checkpoint

/// Small files with changed headers: each is refused with an error or is a valid file, and nothing ends
/// the process.
@Suite struct MutationTests {
  private let folder: ScratchFolder

  init() throws { folder = try ScratchFolder(inMemory: true) }

  /// How many files of each kind; another number by the environment's LAQ_MUTATIONS.
  static let count =
    ProcessInfo.processInfo.environment["LAQ_MUTATIONS"].flatMap(Int.init)
    ?? (Sample.isExhaustive ? 20_000 : 1_000)

  /// The bytes of one to four changes within `header`: bits, bytes, numbers that tend to matter, cuts and
  /// repetitions.
  static func changed(_ bytes: [UInt8], header: Int, _ generator: inout SeededGenerator) -> [UInt8] {
    var result = bytes
    for _ in 0...Int.random(in: 0...3, using: &generator) {
      let place = Int.random(in: 0..<min(header, result.count), using: &generator)
      switch Int.random(in: 0..<6, using: &generator) {
      case 0: result[place] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
      case 1: result[place] = UInt8.random(in: 0...255, using: &generator)
      case 2:
        let numbers: [UInt64] = [0, 1, 9, 0x7F, 0xFF, 1 << 31, 1 << 32, 1 << 62, 1 << 63, .max, .max - 31]
        let number = GGUFBytes.number(numbers.randomElement(using: &generator) ?? 0)
        let width = min([1, 4, 8].randomElement(using: &generator) ?? 1, result.count - place)
        result.replaceSubrange(place..<place + width, with: number.prefix(width))
      case 3: result.remove(at: place)
      case 4: result.insert(UInt8.random(in: 0...255, using: &generator), at: place)
      default:
        let end = min(result.count, place + Int.random(in: 1...24, using: &generator))
        let part = result[place..<end]
        result.insert(contentsOf: part, at: Int.random(in: 0...min(header, result.count), using: &generator))
      }
    }
    return result
  }

  private func attempt(_ bytes: [UInt8], as name: String, _ read: (String) throws -> Void) throws -> Bool {
    let path = try folder.write(bytes, as: name)
    let problem = failure { try read(path) }
    #expect(problem?.hasPrefix("another") != true, "\(problem ?? "") for \(bytes)")
    return problem == nil
  }

  @Test func changedSafetensorsAreRefusedOrValid() throws {
    let header =
      #"{"__metadata__":{"format":"pt"},"a.b":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"#
      + #""b":{"dtype":"BF16","shape":[2,2],"data_offsets":[8,16]},"#
      + #""c":{"dtype":"I8","shape":[],"data_offsets":[16,17]}}"#
    let whole =
      GGUFBytes.number(UInt64(header.utf8.count)) + Array(header.utf8) + [UInt8](repeating: 7, count: 17)
    func read(_ path: String) throws {
      let weights = try Safetensors(path: path)
      for (name, tensor) in weights.tensors where tensor.elementType != nil {
        _ = try weights.floats(name, shape: tensor.shape)
      }
    }
    #expect(try attempt(whole, as: "model.safetensors", read))
    var generator = SeededGenerator(seed: 1)
    var validCount = 0
    for _ in 0..<Self.count {
      let bytes = Self.changed(whole, header: header.utf8.count + 8, &generator)
      validCount += try attempt(bytes, as: "model.safetensors", read) ? 1 : 0
    }
    #expect(validCount < Self.count / 2)
  }

  @Test func changedGGUFFilesAreRefusedOrValid() throws {
    let whole = GGUFBytes.small.bytes
    func read(_ path: String) throws {
      let file = try GGUFFile(path: path)
      for (name, tensor) in file.tensors where tensor.type != nil {
        _ = try file.floats(named: name)
      }
      _ = try ModelConfiguration(try file.configuration(), generation: nil)
      let weights = try GGUFWeights(file)
      for name in ["model.embed_tokens.weight", "model.layers.0.self_attn.q_proj.weight", "lm_head.weight"] {
        for tensor in file.tensors.values {
          _ = failure { _ = try weights.floats(name, shape: tensor.shape) }
        }
      }
    }
    let header = whole.count - GGUFBytes.small.data.count
    #expect(try attempt(whole, as: "small.gguf", read))
    // Each byte of the header once to each of a few values, then several at once.
    for place in 0..<header {
      for value in [0, 1, 9, 0xFF, whole[place] ^ 0x80]
      where value != whole[place] && (place + Int(value)) % 3 == 0 {
        var bytes = whole
        bytes[place] = value
        _ = try attempt(bytes, as: "small.gguf", read)
      }
    }
    var generator = SeededGenerator(seed: 2)
    var validCount = 0
    for _ in 0..<Self.count {
      let bytes = Self.changed(whole, header: header, &generator)
      validCount += try attempt(bytes, as: "small.gguf", read) ? 1 : 0
    }
    #expect(validCount < Self.count / 2)
  }
}
