import Checkpoint
import EmbeddedModel
import Foundation
import Testing

@testable import Evaluation

/// What makes another model of one: by it, results of one are not taken for those of another.
@Suite struct ModelIdentityTests {
  let place: Workplace

  init() throws { place = try Workplace() }

  /// The embedded model's files, and other weights beside them.
  private func folder() throws -> String {
    let folder = place.path("model"), manager = FileManager.default
    try manager.copyItem(atPath: EmbeddedModel.folder(), toPath: folder)
    var weights = try Data(contentsOf: URL(fileURLWithPath: folder + "/model.safetensors"))
    for name in ["b", "a"] {
      for index in weights.indices.suffix(1000) { weights[index] ^= 1 }
      try weights.write(to: URL(fileURLWithPath: "\(folder)/\(name).safetensors"))
    }
    return folder
  }

  @Test func oneFileOfWeightsAmongSeveralIsAModelOfItsOwn() throws {
    let folder = try folder()
    func digest(_ path: String) throws -> String {
      try EvaluationModel(try Checkpoint(path: path), path: path).identity.digest
    }
    let digests = try ["", "/a.safetensors", "/b.safetensors"].map { try digest(folder + $0) }
    #expect(Set(digests).count == 3)
    // The file that opening the folder finds.
    #expect(try digest(folder + "/model.safetensors") == digests[0])
    #expect(try EvaluationModel(try Checkpoint(path: folder)).identity.digest == digests[0])
    // What a file is called decides nothing.
    try FileManager.default.copyItem(
      atPath: folder + "/a.safetensors", toPath: place.path("a-again.safetensors"))
    let named = try [folder + "/a.safetensors", place.path("a-again.safetensors")].map {
      try ModelIdentity.digest(of: $0, isNamed: false)
    }
    #expect(named[0] == named[1])
  }

  @Test func aGateThatIsNamedIsPartOfTheModel() throws {
    let folder = try folder()
    var gate = try Data(contentsOf: URL(fileURLWithPath: folder + "/gate.safetensors"))
    let last = gate.count - 1
    gate[last] ^= 1
    try gate.write(to: URL(fileURLWithPath: place.path("gate.safetensors")))
    let checkpoint = try Checkpoint(path: folder)
    let paths = [nil, folder + "/gate.safetensors", place.path("gate.safetensors")]
    let digests = try paths.map { try EvaluationModel(checkpoint, gate: $0).identity.digest }
    #expect(Set(digests).count == 3)
    let plain = try ModelIdentity(checkpoint, name: "any")
    #expect(digests[0] == plain.digest)
    #expect(throws: (any Error).self) { try EvaluationModel(checkpoint, gate: folder + "/model.safetensors") }
  }
}
