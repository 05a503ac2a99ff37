import Checkpoint
import Foundation
import Transformer

/// A model whose rates are measured: random weights in a public one's sizes, or a file, which a peer can read
/// as well.
struct Subject {
  /// Its name in the report.
  let name: String
  /// How its weights are held.
  let weights: String
  /// Bytes of the weights of all products of a decoded token, the output head's among them.
  let weightBytes: Int
  private let configuration: ModelConfiguration
  private let source: any TensorSource

  /// Random weights.
  init(_ sizes: ModelSizes, _ format: WeightFormat, _ precision: Precision) throws {
    configuration = try sizes.configuration()
    (name, weights, source) = (sizes.rawValue, format.rawValue, RandomWeights(format: format))
    weightBytes = sizes.weightCount(configuration) * format.bytesPer32(precision) / 32
  }

  /// A GGUF file, with the weights as they lie there.
  /// - Throws: `CheckpointError`.
  init(file path: String) throws {
    let model = try UntokenizedModel(gguf: path)
    (configuration, source) = (model.configuration, model.weights)
    name = URL(fileURLWithPath: path).deletingPathExtension().lastPathComponent
    weights = "as in the file"
    weightBytes = model.multipliedByteCount
  }

  /// The model.
  func decoder(_ precision: Precision) throws -> Decoder {
    try Decoder(configuration, weights: source, precision: precision)
  }
}
