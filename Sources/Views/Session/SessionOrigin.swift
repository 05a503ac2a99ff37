import Transformer

/// Where what is explored came from: what a prompt and a story do not know themselves.
public struct SessionOrigin: Sendable {
  /// The text's file; `nil` for standard input.
  public var textPath: String?
  /// The model as it was asked for: a path, a name, or `embedded`.
  public var model: String
  /// A trained gate's file, where one was named.
  public var gate: String?
  /// Number format of matrix products.
  public var precision: Precision

  /// Gathers the parts.
  public init(textPath: String?, model: String, gate: String? = nil, precision: Precision = .automatic) {
    (self.textPath, self.model, self.gate, self.precision) = (textPath, model, gate, precision)
  }
}
