/// What a rendering may still use up. Every evaluation takes a step, every text that is read or written its
/// bytes: a template that multiplies its work or its texts comes to an end early.
final class Budget {
  static let stepLimit = 1_000_000
  /// What may be read and written besides 64 times the size of what is given to the template.
  static let byteLimit = 64 << 20

  private let stepLimit: Int
  private var steps: Int
  private var bytes = Budget.byteLimit

  /// - Parameter stepLimit: how many steps there are at most.
  init(stepLimit: Int) { (self.stepLimit, steps) = (stepLimit, stepLimit) }

  /// Allows for texts that are given to the template.
  func allow(_ byteCount: Int) {
    let (allowed, overflow) = byteCount.multipliedReportingOverflow(by: 64)
    let (sum, isTooMuch) = bytes.addingReportingOverflow(allowed)
    bytes = overflow || isTooMuch ? .max : sum
  }

  /// - Throws: `Failure` when no steps are left.
  func step(_ count: Int = 1) throws {
    guard count <= steps else { throw Failure.exceeded("\(stepLimit) steps") }
    steps -= count
  }

  /// - Throws: `Failure` when too much was read and written already.
  func write(_ byteCount: Int) throws {
    guard byteCount <= bytes else { throw Failure.exceeded("\(Self.byteLimit >> 20) MiB of texts and lists") }
    bytes -= byteCount
  }

  /// Counts texts that are looked through.
  func read(_ value: Value) throws {
    if case .string(let text) = value { try write(text.byteCount) }
  }

  /// Counts the texts among the arguments of something that may look through them.
  func read(_ arguments: Arguments) throws {
    for value in arguments.positional { try read(value) }
    for (_, value) in arguments.named { try read(value) }
  }

  /// Counts elements that are copied.
  func write(elements: Int) throws {
    let (byteCount, overflow) = elements.multipliedReportingOverflow(by: 16)
    try write(overflow ? .max : byteCount)
  }
}

/// What went wrong in an operation that does not know its line.
struct Failure: Error {
  enum Kind { case failed, unsupported, refused, exceeded }

  let kind: Kind
  let message: String

  static func failed(_ reason: String) -> Failure { Failure(kind: .failed, message: reason) }
  static func unsupported(_ what: String) -> Failure { Failure(kind: .unsupported, message: what) }
  static func refused(_ message: String) -> Failure { Failure(kind: .refused, message: message) }
  static func exceeded(_ limit: String) -> Failure { Failure(kind: .exceeded, message: limit) }

  /// The error with its place.
  func at(line: Int) -> TemplateError {
    switch kind {
    case .failed: .failed(line: line, reason: message)
    case .unsupported: .unsupported(line: line, what: message)
    case .refused: .refused(line: line, message: message)
    case .exceeded: .exceeded(line: line, limit: message)
    }
  }
}
