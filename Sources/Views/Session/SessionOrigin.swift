import Transformer

/// Where what is explored came from: what a prompt and a run do not know themselves.
package struct SessionOrigin: Sendable {
  /// The text's file; `nil` for standard input.
  package var textPath: String?
  /// The model as it was asked for: a path, a name, or `embedded`.
  package var model: String
  /// A trained gate's file, where one was named.
  package var gate: String?
  /// Number format of matrix products.
  package var precision: Precision

  /// Gathers the parts.
  package init(textPath: String?, model: String, gate: String? = nil, precision: Precision = .automatic) {
    (self.textPath, self.model, self.gate, self.precision) = (textPath, model, gate, precision)
  }
}
