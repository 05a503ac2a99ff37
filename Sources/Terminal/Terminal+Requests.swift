import Foundation
import Screen

/// What a terminal is asked for beside drawing.
extension Terminal {
  /// What lies behind text, as far as it can be known: the terminal is asked once, and `COLORFGBG` is
  /// believed where it does not answer in time.
  ///
  /// Call it before the first `show`. A terminal that knows the question answers at once; behind it goes one
  /// that all of them know, so that those which do not know it make nobody wait. Keys that are pressed
  /// meanwhile come with the next events, and an answer that comes later is a sequence that no key is.
  package func askForBackground() -> Background? {
    let environment = ProcessInfo.processInfo.environment
    if colorDepth >= .palette256, send(Array("\u{1B}]11;?\u{1B}\\\u{1B}[c".utf8)) {
      let patience = Duration.milliseconds(InputDecoder.Patience.isRemote(environment) ? 300 : 100)
      giveBack(events(until: .now.advanced(by: patience), orAnswers: \.isComplete)[...])
    }
    return answers.background ?? environment["COLORFGBG"].flatMap(Background.init(colorFGBG:))
  }

  /// Asks the terminal to put a text on the clipboard (OSC 52), also over ssh. Some terminals do not, and
  /// none says so.
  /// - Returns: whether all of it was sent: terminals take no more than some ten thousand bytes.
  package func copy(_ text: String) -> Bool {
    let limit = 48_000
    let bytes = Array(text.utf8)
    var end = min(limit, bytes.count)
    // Not within a character.
    while end > 0, end < bytes.count, bytes[end] & 0xC0 == 0x80 { end -= 1 }
    let sequence = "\u{1B}]52;c;\(Data(bytes.prefix(end)).base64EncodedString())\u{7}"
    return send(Array(sequence.utf8)) && bytes.count <= limit
  }

  /// Sends bytes that are not drawn: questions, and what is copied.
  /// - Returns: whether the terminal took all of them.
  private func send(_ bytes: [UInt8]) -> Bool {
    var sent = 0
    while sent < bytes.count {
      let count = bytes[sent...].withUnsafeBytes { write(STDOUT_FILENO, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      if count < 0, errno == EAGAIN {
        // Half a sequence would have the terminal take what is drawn next for the rest.
        var wanted = pollfd(fd: STDOUT_FILENO, events: Int16(POLLOUT), revents: 0)
        poll(&wanted, 1, -1)
        continue
      }
      guard count > 0 else { return false }
      sent += count
    }
    return true
  }
}
