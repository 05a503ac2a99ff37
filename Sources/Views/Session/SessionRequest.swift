/// A session that is to be kept in a file.
package struct SessionRequest: Sendable, Hashable {
  /// The file's path as it was typed.
  package var path: String
  /// Whether a file that is there already may be replaced.
  package var replacing: Bool

  /// Makes a request.
  package init(_ path: String, replacing: Bool = false) { (self.path, self.replacing) = (path, replacing) }
}
