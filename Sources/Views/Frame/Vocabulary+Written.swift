import Exploration
import Screen

extension Vocabulary {
  /// A token as it is written on screens; added tokens, which stand for no text, by their id.
  func written(_ token: Int, _ glyphs: GlyphSet) -> String {
    let bytes = bytes(of: token)
    guard !bytes.isEmpty else { return "<\(token)>" }
    return Sanitizer.visible(bytes: bytes, glyphs: glyphs, spaces: false)
  }
}
