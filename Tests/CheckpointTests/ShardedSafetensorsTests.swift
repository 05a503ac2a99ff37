import Foundation
import TestSupport
import Testing

@testable import Checkpoint

@Suite struct ShardedSafetensorsTests {
  private let folder: ScratchFolder

  init() throws { folder = try ScratchFolder() }

  /// Writes a shard whose tensors each have one element, their place in the list.
  private func write(_ shard: String, _ names: [String]) throws {
    let entries = names.enumerated().map { index, name in
      #""\#(name)":{"dtype":"F32","shape":[1],"data_offsets":[\#(4 * index),\#(4 * index + 4)]}"#
    }
    let header = "{\(entries.joined(separator: ","))}"
    let data = names.indices.flatMap { GGUFBytes.number(Float($0).bitPattern) }
    _ = try folder.write(GGUFBytes.number(UInt64(header.utf8.count)) + Array(header.utf8) + data, as: shard)
  }

  private func open(_ map: String) throws -> ShardedSafetensors {
    let index = #"{"metadata":{"total_size":12},"weight_map":\#(map)}"#
    return try ShardedSafetensors(path: try folder.write(index, as: "model.safetensors.index.json"))
  }

  private func writeTwo() throws {
    try write("one.safetensors", ["a", "b"])
    try write("two.safetensors", ["c"])
  }

  @Test func shardsLieBesideAnIndexThatIsNamedWithoutItsFolder() {
    for (index, path) in [
      ("a.index.json", "one"), ("./a.index.json", "./one"), ("b/a.index.json", "b/one"),
      ("/a.index.json", "/one"),
    ] {
      #expect(ShardedSafetensors.path(of: "one", besideIndex: index) == path)
    }
  }

  @Test func tensorsComeFromTheFilesThatTheIndexNames() throws {
    try writeTwo()
    let weights = try open(#"{"a":"one.safetensors","b":"one.safetensors","c":"two.safetensors"}"#)
    #expect(try weights.floats("a", shape: [1]) == [0])
    #expect(try weights.floats("b", shape: [1]) == [1])
    #expect(try weights.floats("c", shape: [1]) == [0])
    #expect(weights.has("c") && !weights.has("d"))
    #expect(failure { _ = try weights.floats("d", shape: [1]) }?.contains("'d'") == true)
    #expect(failure { _ = try weights.floats("b", shape: [2]) }?.contains("one.safetensors") == true)
  }

  private static let impossibleMaps: [(map: String, cause: String)] = [
    (#"{"a":"one.safetensors","c":"three.safetensors"}"#, "three.safetensors"),
    (#"{"a":"one.safetensors","c":"one.safetensors"}"#, "'c'"),
    (#"{"a":"../one.safetensors"}"#, "weight_map.a"), (#"{"a":"/tmp/one.safetensors"}"#, "weight_map.a"),
    (#"{"a":".."}"#, "weight_map.a"), (#"{"a":"."}"#, "weight_map.a"), (#"{"a":""}"#, "weight_map.a"),
    (#"{"a":"x/one.safetensors"}"#, "weight_map.a"), (#"{"a":"one.safetensors\u0000"}"#, "weight_map.a"),
    (#"{"a":1}"#, "weight_map.a"), (#"{"a":null}"#, "weight_map.a"), ("[]", "weight_map"),
    ("null", "weight_map"),
    (#"{"\u2126":"one.safetensors","\u03a9":"one.safetensors"}"#, "twice"),
  ]

  @Test(arguments: impossibleMaps)
  func anIndexThatCannotBeTrueIsRefused(_ map: String, naming cause: String) throws {
    try writeTwo()
    let problem = failure { _ = try open(map) }
    #expect(problem?.contains(cause) == true, "\(problem ?? "was accepted")")
  }

  @Test func aTensorInTwoFilesIsRefused() throws {
    try write("one.safetensors", ["a", "b"])
    try write("two.safetensors", ["c", "a"])
    let problem = failure { _ = try open(#"{"a":"one.safetensors","c":"two.safetensors"}"#) }
    #expect(problem?.contains("'a'") == true && problem?.contains("two.safetensors") == true)
  }

  @Test func aFolderWithAnIndexIsAModel() throws {
    try writeTwo()
    _ = try open(#"{"a":"one.safetensors","c":"two.safetensors"}"#)
    _ = try folder.write("{}", as: "config.json")
    let index = folder.path + "/model.safetensors.index.json"
    #expect(try ModelLocation(folder.path) == .folder(folder.path, weights: index))
    // As for Hugging Face's programs, one file with everything goes before an index.
    try write("model.safetensors", ["a"])
    #expect(
      try ModelLocation(folder.path) == .folder(folder.path, weights: folder.path + "/model.safetensors"))
  }
}
