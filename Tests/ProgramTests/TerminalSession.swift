import Foundation
import Synchronization

/// The built program under a pseudo-terminal, as a person runs it.
final class TerminalSession: Sendable {
  private let process: Process
  private let leader: Int32
  private let screen = Mutex<[UInt8]>([])

  struct NoTerminal: Error {}

  /// Linux' TIOCSPTLCK and TIOCGPTN.
  private static let unlock: UInt = 0x4004_5431
  private static let numberOf: UInt = 0x8004_5430

  init(
    _ arguments: [String], columns: UInt16 = 120, rows: UInt16 = 36,
    environment: [String: String] = ["TERM": "xterm-256color"]
  ) throws {
    // What posix_openpt, unlockpt and ptsname do; their declarations are not imported.
    leader = open("/dev/ptmx", O_RDWR | O_NOCTTY)
    var (unlocked, number): (Int32, Int32) = (0, 0)
    guard leader >= 0, ioctl(leader, Self.unlock, &unlocked) == 0, ioctl(leader, Self.numberOf, &number) == 0
    else { throw NoTerminal() }
    let follower = open("/dev/pts/\(number)", O_RDWR | O_NOCTTY)
    guard follower >= 0 else { throw NoTerminal() }
    var size = winsize(ws_row: rows, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0)
    _ = ioctl(leader, UInt(TIOCSWINSZ), &size)
    let handle = FileHandle(fileDescriptor: follower, closeOnDealloc: true)
    process = Process()
    process.executableURL = try Program.executable()
    process.arguments = arguments
    process.currentDirectoryURL = FileManager.default.temporaryDirectory
    process.environment = ProcessInfo.processInfo.environment.merging(
      ["LC_ALL": "C.UTF-8", "NO_COLOR": ""].merging(Program.withoutConfig) { $1 }.merging(environment) { $1 }) { $1 }
    process.standardInput = handle
    process.standardOutput = handle
    process.standardError = handle
    try process.run()
    let reader = Thread { [self] in
      var buffer = [UInt8](repeating: 0, count: 65_536)
      while true {
        let count = read(leader, &buffer, buffer.count)
        if count <= 0 { return }
        screen.withLock { $0 += buffer[..<count] }
      }
    }
    reader.start()
  }

  /// Everything that was sent to the terminal.
  var output: String { screen.withLock { String(decoding: $0, as: UTF8.self) } }

  /// Types bytes.
  func type(_ text: String) {
    let bytes = Array(text.utf8)
    _ = write(leader, bytes, bytes.count)
  }

  /// Whether a text is sent within some seconds, counted from a place in the output.
  func waits(for text: String, after start: Int = 0, seconds: Double = 60) -> Bool {
    let end = Date().addingTimeInterval(seconds)
    while Date() < end {
      let seen = screen.withLock { Array($0.dropFirst(start)) }
      if String(decoding: seen, as: UTF8.self).contains(text) { return true }
      usleep(20_000)
    }
    return false
  }

  /// The bytes sent so far.
  var position: Int { screen.withLock { $0.count } }

  func signal(_ number: Int32) { kill(process.processIdentifier, number) }

  /// Waits for the end; `nil` when it does not come.
  func status(within seconds: Double = 20) -> Int32? {
    let end = Date().addingTimeInterval(seconds)
    while process.isRunning, Date() < end { usleep(20_000) }
    guard !process.isRunning else {
      process.terminate()
      return nil
    }
    return process.terminationStatus
  }
}
