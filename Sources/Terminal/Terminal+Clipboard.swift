import Foundation

extension Terminal {
  /// Asks the terminal to put a text on the clipboard (OSC 52), also over ssh. Some terminals do not, and none says so.
  /// - Returns: whether all of it was sent: terminals take no more than some ten thousand bytes.
  public func copy(_ text: String) -> Bool {
    let limit = 48_000
    let bytes = Array(text.utf8)
    let sequence = Array("\u{1B}]52;c;\(Data(bytes.prefix(limit)).base64EncodedString())\u{7}".utf8)
    var sent = 0
    while sent < sequence.count {
      let count = sequence[sent...].withUnsafeBytes { write(1, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return false }
      sent += count
    }
    return bytes.count <= limit
  }
}
