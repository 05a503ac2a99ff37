/// The text of the tutorial, compiled into the program so that it is read wherever the program lies.
///
/// It is `Samples/needle.txt` itself: the resource is a link to it.
package enum EmbeddedSample {
  /// The name under which the screens and exports know it.
  package static let name = "needle.txt"

  /// Its bytes, UTF-8.
  package static let text: [UInt8] = PackageResources.needle_txt
}
