import Foundation
import Screen

extension Terminal {
  /// What lies behind text, as far as it can be known: the terminal is asked once, and `COLORFGBG` is believed where it does
  /// not answer in time.
  ///
  /// Call it before the first `show`, while nothing else reads. A terminal that knows the question answers at once; behind
  /// it goes one that all of them know, so that those which do not know it make nobody wait. An answer that comes later is
  /// a sequence that no key is.
  public func askForBackground() -> Background? {
    var reply = BackgroundReply()
    if colorDepth >= .palette256 { ask(into: &reply) }
    // Keys that were pressed meanwhile, and the beginning of an answer that goes on coming.
    if !reply.others.isEmpty { takeInput(reply.others) }
    return reply.background ?? ProcessInfo.processInfo.environment["COLORFGBG"].flatMap(Background.init(colorFGBG:))
  }

  private func ask(into reply: inout BackgroundReply) {
    let file = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC)
    guard file >= 0 else { return }
    defer { closeFile(file) }
    // In the background, reading would stop the program: nobody looks, and nothing need be known.
    guard tcgetpgrp(file) == getpgrp() else { return }
    let question = Array("\u{1B}]11;?\u{1B}\\\u{1B}[c".utf8)
    guard write(file, question, question.count) == question.count else { return }
    let isRemote = ["SSH_CONNECTION", "SSH_TTY"].contains { ProcessInfo.processInfo.environment[$0] != nil }
    let clock = ContinuousClock()
    let end = clock.now.advanced(by: .milliseconds(isRemote ? 300 : 100))
    var bytes = [UInt8](repeating: 0, count: 256)
    while !reply.isComplete {
      let left = (end - clock.now) / .milliseconds(1)
      var wanted = pollfd(fd: file, events: Int16(POLLIN), revents: 0)
      guard left > 0, poll(&wanted, 1, Int32(left.rounded(.up))) > 0, wanted.revents & Int16(POLLIN) != 0 else { return }
      let count = read(file, &bytes, bytes.count)
      guard count > 0 else { return }
      reply.take(bytes.prefix(count))
    }
  }
}

/// Where a method of the same name hides the C library's.
private func closeFile(_ file: Int32) { close(file) }
