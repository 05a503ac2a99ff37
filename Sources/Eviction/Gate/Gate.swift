import Checkpoint
import Foundation

/// The parameters of a trained gate: a side network that says of each prompt token and KV head whether it is
/// worth keeping.
///
/// The idea is Attention-Gate's (Zeng et al. 2024, arXiv 2410.12876): before each attention layer a module
/// sees the whole prompt through reduced attention. `Samples/Model/gate.py` defines the same network and says
/// where it departs from the paper; `train_gate.py` beside it trains it, and `GatePass` runs it.
public struct Gate: Sendable {
  /// The sizes of the model that it was trained beside.
  public let fit: GateFit
  /// Elements of the stream that leads from module to module.
  let width: Int
  /// Heads of the reduced attention.
  let headCount: Int
  /// Elements of one of its queries, keys or values.
  let rank: Int
  /// Neighbours on either side that the convolution sees.
  let reach: Int
  /// Elements between the projections of the feed-forward block.
  let inner: Int
  /// What is added to the stream of the first tokens, `[place][width]`, the last row for all behind them.
  let first: [Float]
  /// The same counted from the end, the last row for all before them.
  let last: [Float]
  /// One module per layer.
  let modules: [Module]

  /// One layer's module; matrices are `[outputs][inputs]`.
  struct Module: Sendable {
    /// From the model's residual stream, normed.
    let input: [Float]
    /// From the model's and the gate's streams, both normed, one behind the other; `[head][rank][inputs]`.
    let query: [Float]
    let key: [Float]
    /// From the gate's stream, normed; `[head][rank][width]`.
    let value: [Float]
    /// From the heads of the reduced attention.
    let output: [Float]
    /// The depthwise convolution, turned around: `[neighbour][width]`.
    let near: [Float]
    let gate: [Float]
    let up: [Float]
    let down: [Float]
    /// The logits, `[kvHead][width]`, and their biases.
    let flag: [Float]
    let flagBias: [Float]
  }

  /// Reads a safetensors file; every size is in the tensors' shapes.
  ///
  /// Cost: one pass over the file.
  /// - Throws: `GateError.notAGate` naming the tensor that is missing or has another shape than the others
  ///   ask for; `CheckpointError` for a file that is no safetensors file.
  public init(path: String) throws {
    let reader = GateReader(file: try Safetensors(path: path))
    let input = try reader.shape("layers.0.input.weight", dimensions: 2)
    let query = try reader.shape("layers.0.query.weight", dimensions: 3)
    let near = try reader.shape("layers.0.near", dimensions: 2)
    width = input[0]
    headCount = query[0]
    rank = query[1]
    reach = near[1] / 2
    guard near[1] % 2 == 1 else {
      throw GateError.notAGate(
        file: path, reason: "tensor 'layers.0.near' should have an odd number of columns, and has \(near[1])")
    }
    inner = try reader.shape("layers.0.up.weight", dimensions: 2)[0]
    fit = GateFit(
      layerCount: reader.layerCount, kvHeadCount: try reader.shape("layers.0.flag.weight", dimensions: 2)[0],
      hiddenSize: input[1])
    first = try reader.floats("first", [try reader.shape("first", dimensions: 2)[0], width])
    last = try reader.floats("last", [try reader.shape("last", dimensions: 2)[0], width])
    let (fit, width, headCount, rank, reach, inner) = (fit, width, headCount, rank, reach, inner)
    modules = try (0..<fit.layerCount).map { layer in
      func tensor(_ name: String, _ shape: [Int]) throws -> [Float] {
        try reader.floats("layers.\(layer).\(name)", shape)
      }
      let near = try tensor("near", [width, 2 * reach + 1])
      return Module(
        input: try tensor("input.weight", [width, fit.hiddenSize]),
        query: try tensor("query.weight", [headCount, rank, fit.hiddenSize + width]),
        key: try tensor("key.weight", [headCount, rank, fit.hiddenSize + width]),
        value: try tensor("value.weight", [headCount, rank, width]),
        output: try tensor("output.weight", [width, headCount * rank]),
        near: (0...2 * reach).flatMap { neighbour in
          (0..<width).map { near[$0 * (2 * reach + 1) + neighbour] }
        },
        gate: try tensor("gate.weight", [inner, width]), up: try tensor("up.weight", [inner, width]),
        down: try tensor("down.weight", [width, inner]),
        flag: try tensor("flag.weight", [fit.kvHeadCount, width]),
        flagBias: try tensor("flag.bias", [fit.kvHeadCount]))
    }
  }

  /// Reads a file for a model.
  /// - Throws: as `init(path:)`; `GateError.doesNotFit` with the sizes of both.
  public init(path: String, for model: ModelConfiguration) throws {
    try self.init(path: path)
    let wanted = GateFit(
      layerCount: model.layerCount, kvHeadCount: model.kvHeadCount, hiddenSize: model.hiddenSize)
    guard fit == wanted else { throw GateError.doesNotFit(file: path, gate: fit, model: wanted) }
  }

  /// The gate that comes with a model: `gate.safetensors` in its folder; `nil` if there is none.
  /// - Throws: as `init(path:for:)`.
  public static func beside(_ checkpoint: Checkpoint) throws -> Gate? {
    let path = checkpoint.path + "/gate.safetensors"
    guard FileManager.default.fileExists(atPath: path) else { return nil }
    return try Gate(path: path, for: checkpoint.configuration)
  }
}

/// Reads a gate's tensors, with errors that say what a gate should have.
private struct GateReader {
  let file: Safetensors

  /// Modules are numbered from 0; the first number that is missing ends them.
  var layerCount: Int {
    var count = 0
    while file.has("layers.\(count).near") { count += 1 }
    return count
  }

  /// The sizes of a tensor that decides them, all positive.
  func shape(_ name: String, dimensions: Int) throws -> [Int] {
    guard let shape = file.tensors[name]?.shape else { throw missing(name) }
    guard shape.count == dimensions, shape.allSatisfy({ $0 > 0 }) else {
      throw GateError.notAGate(
        file: file.path, reason: "tensor '\(name)' should have \(dimensions) positive sizes, and has \(shape)"
      )
    }
    return shape
  }

  /// The elements of a tensor whose shape is known.
  func floats(_ name: String, _ shape: [Int]) throws -> [Float] {
    guard let found = file.tensors[name]?.shape else { throw missing(name) }
    guard found == shape else {
      throw GateError.notAGate(
        file: file.path, reason: "tensor '\(name)' should have the shape \(shape), and has \(found)")
    }
    return try file.floats(name, shape: shape)
  }

  private func missing(_ name: String) -> GateError {
    .notAGate(file: file.path, reason: "it has no tensor '\(name)', which every gate has")
  }
}
