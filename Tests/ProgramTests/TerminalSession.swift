import Foundation
import Synchronization

/// The built program under a pseudo-terminal, as a person runs it: the leader of a session whose terminal
/// this is.
final class TerminalSession: Sendable {
  /// How a program ended.
  enum Ending: Equatable {
    case exited(Int32)
    case killed(Int32)
  }

  private let leader: Int32
  private let process: pid_t
  private let terminal: String
  /// What the terminal did with keys before anything ran in it.
  let firstModes: termios
  private let ended = Mutex<Ending?>(nil)
  private let isOpen = Mutex(true)
  /// Whether anybody reads what is sent.
  private let isReading = Mutex(true)
  /// Whether all is read that was sent.
  private let isRead = Mutex(false)
  private let seen: Mutex<(bytes: [UInt8], screen: VirtualTerminal)>

  struct NoTerminal: Error {}

  /// Linux' TIOCSPTLCK and TIOCGPTN, and glibc's POSIX_SPAWN_SETSID, whose declarations are not imported.
  private static let unlock: UInt = 0x4004_5431
  private static let numberOf: UInt = 0x8004_5430
  private static let newSession: Int16 = 0x80

  /// Starts the program.
  /// - Parameter shell: a script for `sh` that starts it in the program's place, as `"$@"`.
  init(
    _ arguments: [String], columns: Int = 120, rows: Int = 36,
    environment: [String: String] = ["TERM": "xterm-256color"], shell: String? = nil
  ) throws {
    // What posix_openpt, unlockpt and ptsname do.
    leader = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
    var (unlocked, number): (Int32, Int32) = (0, 0)
    guard leader >= 0, ioctl(leader, Self.unlock, &unlocked) == 0, ioctl(leader, Self.numberOf, &number) == 0
    else { throw NoTerminal() }
    seen = Mutex(([], VirtualTerminal(columns: columns, rows: rows)))
    var size = winsize(ws_row: UInt16(rows), ws_col: UInt16(columns), ws_xpixel: 0, ws_ypixel: 0)
    _ = ioctl(leader, UInt(TIOCSWINSZ), &size)
    terminal = "/dev/pts/\(number)"
    var modes = termios()
    tcgetattr(leader, &modes)
    firstModes = modes
    let inherited = ProcessInfo.processInfo.environment
    let variables = inherited.merging(
      ["LC_ALL": "C.UTF-8", "NO_COLOR": "", "COLORTERM": ""].merging(Program.withoutConfig) { $1 }
    ) { $1 }.merging(environment) { $1 }
    let program = try Program.executable().path
    let script = "cd \"$1\" && shift && " + (shell ?? "exec \"$@\"")
    let words =
      ["/bin/sh", "-c", script, "sh", FileManager.default.temporaryDirectory.path, program] + arguments
    process = try Self.spawn(words, variables.map { "\($0)=\($1)" }, terminal: terminal)
    Thread { [self] in read() }.start()
  }

  deinit {
    if isOpen.withLock({ $0 }) { close(leader) }
  }

  /// The first terminal that a new session opens becomes its own.
  private static func spawn(_ words: [String], _ variables: [String], terminal: String) throws -> pid_t {
    var actions = posix_spawn_file_actions_t()
    var attributes = posix_spawnattr_t()
    posix_spawn_file_actions_init(&actions)
    posix_spawnattr_init(&attributes)
    defer {
      posix_spawn_file_actions_destroy(&actions)
      posix_spawnattr_destroy(&attributes)
    }
    posix_spawnattr_setflags(&attributes, newSession)
    posix_spawn_file_actions_addopen(&actions, 0, terminal, O_RDWR, 0)
    posix_spawn_file_actions_adddup2(&actions, 0, 1)
    posix_spawn_file_actions_adddup2(&actions, 0, 2)
    var arguments = words.map { strdup($0) } + [nil]
    var environment = variables.map { strdup($0) } + [nil]
    defer { for text in arguments + environment { free(text) } }
    var process: pid_t = 0
    guard posix_spawn(&process, words[0], &actions, &attributes, &arguments, &environment) == 0 else {
      throw NoTerminal()
    }
    return process
  }

  private func read() {
    defer { isRead.withLock { $0 = true } }
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while isOpen.withLock({ $0 }) {
      guard isReading.withLock({ $0 }) else {
        usleep(5_000)
        continue
      }
      var wanted = pollfd(fd: leader, events: Int16(POLLIN), revents: 0)
      guard poll(&wanted, 1, 50) > 0 else { continue }
      let count = Glibc.read(leader, &buffer, buffer.count)
      if count < 0, errno == EINTR { continue }
      // Nobody has the terminal open any more.
      if count <= 0 { return }
      seen.withLock { seen in
        seen.bytes += buffer[..<count]
        seen.screen.feed(buffer[..<count])
      }
    }
    close(leader)
  }

  // MARK: What a person does

  /// Types a text.
  func type(_ text: String) { type(Array(text.utf8)) }

  /// Types bytes.
  func type(_ bytes: [UInt8]) { _ = write(leader, bytes, bytes.count) }

  /// Changes the window's size, which the kernel tells the program.
  func resize(columns: Int, rows: Int) {
    seen.withLock { $0.screen.resize(columns: columns, rows: rows) }
    var size = winsize(ws_row: UInt16(rows), ws_col: UInt16(columns), ws_xpixel: 0, ws_ypixel: 0)
    _ = ioctl(leader, UInt(TIOCSWINSZ), &size)
  }

  /// Sends the program a signal; under a shell, the one that has the terminal.
  func signal(_ number: Int32) {
    var group: pid_t = 0
    let isKnown = ioctl(leader, UInt(TIOCGPGRP), &group) == 0 && group > 1
    kill(isKnown ? group : process, number)
  }

  /// Looks away: what is sent stays in the terminal's buffer until that is full, and until the end.
  func stopReading() { isReading.withLock { $0 = false } }

  /// Closes the window; nothing can be asked of it afterwards.
  func hangUp() { isOpen.withLock { $0 = false } }

  // MARK: What the system sees

  /// The processes from the one that was started down to the program, which is the last.
  var processes: [pid_t] {
    var line = [process]
    while let last = line.last, let child = Self.child(of: last) { line.append(child) }
    return line
  }

  private static func child(of process: pid_t) -> pid_t? {
    let children = try? String(contentsOfFile: "/proc/\(process)/task/\(process)/children", encoding: .utf8)
    return children?.split(separator: " ").last.flatMap { pid_t($0) }
  }

  /// The program's own process.
  var program: pid_t { processes.last ?? process }

  /// Whether a process is stopped; `nil` when it is gone.
  static func isStopped(_ process: pid_t) -> Bool? {
    stat(of: process).map { $0.first == "T" }
  }

  /// The ticks of processor time that a process has used.
  static func ticks(_ process: pid_t) -> Int? {
    stat(of: process).map { fields in fields.dropFirst(11).prefix(2).reduce(0) { $0 + (Int($1) ?? 0) } }
  }

  /// A process' fields behind its name, which may have spaces; its state is the first.
  private static func stat(of process: pid_t) -> [Substring]? {
    guard let text = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8),
      let end = text.lastIndex(of: ")")
    else { return nil }
    let fields = text[text.index(after: end)...].split(separator: " ")
    return fields.first == "Z" ? nil : fields
  }

  /// How often a process has been taken from a processor, by itself or by the system; `nil` when it is gone.
  /// One that goes on and stops again is taken from it once more.
  static func switches(_ process: pid_t) -> Int? {
    let status = try? String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8)
    let counts = status?.split(separator: "\n").filter { $0.contains("ctxt_switches:") }
      .compactMap { $0.split(separator: "\t").last.flatMap { Int($0) } }
    return counts?.isEmpty == false ? counts?.reduce(0, +) : nil
  }

  /// Whether the program has read all that was typed.
  var hasTaken: Bool {
    let end = open(terminal, O_RDONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC)
    guard end >= 0 else { return true }
    defer { close(end) }
    var count: Int32 = 0
    return ioctl(end, UInt(FIONREAD), &count) == 0 && count == 0
  }

  /// Waits until the program has read all that was typed, so that what comes next comes apart from it.
  func takes(seconds: Double = 120) -> Bool { Self.comesTrue(seconds: seconds, pause: 1_000) { hasTaken } }

  /// Waits until something is so.
  static func comesTrue(seconds: Double = 120, pause: UInt32 = 10_000, _ isTrue: () -> Bool) -> Bool {
    let end = Date().addingTimeInterval(seconds)
    repeat {
      if isTrue() { return true }
      usleep(pause)
    } while Date() < end
    return false
  }

  // MARK: What a person sees

  /// Everything that was sent to the terminal.
  var output: String { seen.withLock { String(decoding: $0.bytes, as: UTF8.self) } }

  /// The bytes sent so far.
  var position: Int { seen.withLock { $0.bytes.count } }

  /// What the terminal shows and how it is set.
  var screen: VirtualTerminal { seen.withLock { $0.screen } }

  /// What the terminal does with keys.
  var modes: termios {
    get {
      var modes = termios()
      tcgetattr(leader, &modes)
      return modes
    }
    set {
      var modes = newValue
      tcsetattr(leader, TCSANOW, &modes)
    }
  }

  /// Waits until the screen fulfils something, which may take long on a busy machine; whether it came to
  /// that.
  func waits(seconds: Double = 120, until isFulfilled: (VirtualTerminal) -> Bool) -> Bool {
    Self.comesTrue(seconds: seconds) { isFulfilled(screen) }
  }

  /// Waits until a text is on the screen.
  func shows(_ text: String, seconds: Double = 120) -> Bool {
    waits(seconds: seconds) { screen in screen.lines.contains { $0.contains(text) } }
  }

  /// Waits until a run has been computed: the status says so, or, with another model than the embedded one, what
  /// a policy loses at the place that is open.
  func showsTheWholeRun() -> Bool {
    waits { screen in screen.lines.contains { $0.contains("ready") || $0.contains(" evicts \"") } }
  }

  /// Whether a text is sent within some seconds, counted from a place in the output.
  func waits(for text: String, after start: Int = 0, seconds: Double = 120) -> Bool {
    waits(seconds: seconds) { _ in
      String(decoding: seen.withLock { Array($0.bytes.dropFirst(start)) }, as: UTF8.self).contains(text)
    }
  }

  /// Has everything drawn anew and waits for it: what was typed before has been answered then.
  func redraws(seconds: Double = 120) -> Bool {
    let before = screen.clearings
    type("\u{0C}")
    return waits(seconds: seconds) { $0.clearings > before }
  }

  /// Waits for the end; `nil` when it does not come.
  func ending(within seconds: Double = 120) -> Ending? {
    let end = Date().addingTimeInterval(seconds)
    repeat {
      if let known = ended.withLock({ $0 }) { return known }
      var status: Int32 = 0
      if waitpid(process, &status, WNOHANG) == process {
        let ending = status & 0x7F == 0 ? Ending.exited(status >> 8 & 0xFF) : .killed(status & 0x7F)
        ended.withLock { $0 = ending }
        isReading.withLock { $0 = true }
        // What it wrote last is still to be read.
        while !isRead.withLock({ $0 }), Date() < end { usleep(10_000) }
        return ending
      }
      usleep(10_000)
    } while Date() < end
    return nil
  }

  /// Waits for the end; the exit status, `nil` when the end does not come or was a signal.
  func status(within seconds: Double = 120) -> Int32? {
    if case .exited(let status) = ending(within: seconds) { status } else { nil }
  }
}
