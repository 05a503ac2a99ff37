/// Why a file's kept tokens cannot be shown; the sentence says which file and array, what was expected and
/// what to do.
public enum KeptFileError: Error, Equatable, CustomStringConvertible {
  /// The file's ending names no format that is read.
  case unknownFormat(String)
  /// The bytes are not what the format says.
  case damaged(String, reason: String)
  /// Something of the format that is not read here.
  case unsupported(String, what: String, cure: String)
  /// The file is read, and says of no policy what it keeps.
  case noMap(String, found: [String])
  /// An array of another shape or with other values than the prompt and the model ask for.
  case misfit(String, array: String, expected: String, found: String)
  /// The file's tokens are not the prompt's.
  case anotherPrompt(String, reason: String)

  /// A sentence for the user.
  public var description: String {
    switch self {
    case .unknownFormat(let path):
      "\(path): the name's ending says no format that kept tokens are read from; use one of .npz .npy .safetensors .json"
    case .damaged(let path, let reason):
      "\(path): \(reason); the file is cut off, damaged or of another kind: save it again"
    case .unsupported(let path, let what, let cure): "\(path): \(what), which is not read here; \(cure)"
    case .noMap(let path, let found):
      """
      \(path): no array says what is kept; expected are booleans [layers, heads, tokens] or positions, a layer or a head in \
      each array (Samples/Traces/README.md), found \(found.isEmpty ? "none" : found.prefix(8).joined(separator: ", "))
      """
    case .misfit(let path, let array, let expected, let found):
      "\(path): '\(array)' should be \(expected), and is \(found); save it for this model and prompt"
    case .anotherPrompt(let path, let reason):
      "\(path): it is about another prompt (\(reason)); open the text that it was made with, or save it for this one"
    }
  }
}
