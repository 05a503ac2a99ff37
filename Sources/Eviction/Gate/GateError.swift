/// Why a gate cannot be used.
public enum GateError: Error, Equatable, CustomStringConvertible {
  /// The file's tensors are none of a gate.
  case notAGate(file: String, reason: String)
  /// The gate was trained beside a model of other sizes.
  case doesNotFit(file: String, gate: GateFit, model: GateFit)

  /// The sentence that a person reads: what was expected, what was found, and what to do.
  public var description: String {
    switch self {
    case .notAGate(let file, let reason):
      "\(file): \(reason); give a file that Samples/Model/train_gate.py wrote"
    case .doesNotFit(let file, let gate, let model):
      """
      \(file): the gate is for \(gate), and the model has \(model); give the gate that was trained beside this model, \
      or train one with Samples/Model/train_gate.py
      """
    }
  }
}

/// The sizes in which a gate and its model must agree.
public struct GateFit: Sendable, Hashable, CustomStringConvertible {
  /// Decoder layers.
  public let layerCount: Int
  /// Key/value heads per layer.
  public let kvHeadCount: Int
  /// Elements of the residual stream.
  public let hiddenSize: Int

  /// Joins the sizes.
  public init(layerCount: Int, kvHeadCount: Int, hiddenSize: Int) {
    self.layerCount = layerCount
    self.kvHeadCount = kvHeadCount
    self.hiddenSize = hiddenSize
  }

  /// Its sizes, in words.
  public var description: String { "\(layerCount) layers, \(kvHeadCount) KV heads and width \(hiddenSize)" }
}
