/// What is wrong with a trace: which file, which tensor, what was expected and found, and what to do.
public enum TraceError: Error, Equatable, CustomStringConvertible {
  /// A safetensors file that says nothing of a trace.
  case notATrace(file: String)
  /// A trace in another version of the format.
  case wrongVersion(file: String, found: String)
  /// The files of a trace in parts say different things.
  case disagreement(file: String, other: String)
  /// A tensor that every such trace has is missing.
  case missingTensor(file: String, tensor: String)
  /// A tensor of another type or shape than the header's sizes say.
  case wrongTensor(file: String, tensor: String, expected: String, found: String)
  /// A tensor holds something that cannot be.
  case badElement(file: String, tensor: String, expected: String, found: String)
  /// An option that only a model can serve.
  case needsModel(file: String, option: String)
  /// A head dimension that attention is not computed for here.
  case headTooLarge(file: String, dimension: Int, limit: Int)

  /// What helps in most cases.
  private static let again = "record it again (Samples/Traces/record_trace.py, or --record)"

  /// The sentence that a person reads: what was expected, what was found, and what to do.
  public var description: String {
    switch self {
    case .notATrace(let file):
      """
      \(file): this safetensors file is no trace, its header has no 'laq_trace'; give a trace or a text (a model's \
      weights are given to --model)
      """
    case .wrongVersion(let file, let found):
      "\(file): the trace is of version \(found), and version 1 is read here; \(Self.again), or use a newer laq-tui"
    case .disagreement(let file, let other):
      "\(file): its 'laq_trace' is not that of \(other); the files are of different traces, so copy them again together"
    case .missingTensor(let file, let tensor):
      "\(file): there is no tensor '\(tensor)', which this trace needs; \(Self.again)"
    case .wrongTensor(let file, let tensor, let expected, let found):
      "\(file): tensor '\(tensor)' should be \(expected), and is \(found); \(Self.again)"
    case .badElement(let file, let tensor, let expected, let found):
      "\(file): tensor '\(tensor)' should hold \(expected), and holds \(found); \(Self.again)"
    case .needsModel(let file, let option):
      "\(file): \(option) needs the model, and this is a trace without it; leave it out, give --model, or give the text itself"
    case .headTooLarge(let file, let dimension, let limit):
      "\(file): its heads have \(dimension) dimensions, and at most \(limit) are supported; trace another model"
    }
  }
}
