/// A session that is to be kept in a file.
public struct SessionRequest: Sendable, Hashable {
  /// The file's path as it was typed.
  public var path: String
  /// Whether a file that is there already may be replaced.
  public var replacing: Bool

  /// Makes a request.
  public init(_ path: String, replacing: Bool = false) { (self.path, self.replacing) = (path, replacing) }
}
