import Foundation

/// Operators between numbers, texts and lists, as Python has them.
extension Renderer {
  func number(_ value: Value) throws -> Value {
    if let whole = value.wholeNumber { return .integer(whole) }
    guard case .number = value else {
      throw Failure.failed("a number was expected, and there is \(value.kindName)")
    }
    return value
  }

  func negative(_ value: Value) throws -> Value {
    if case .number(let value) = value { return .number(-value) }
    guard let whole = value.wholeNumber else { return try number(value) }
    return .integer(try Self.exact(0.subtractingReportingOverflow(whole)))
  }

  func arithmetic(_ symbol: ArithmeticOperator, _ left: Value, _ right: Value) throws -> Value {
    if let a = left.wholeNumber, let b = right.wholeNumber { return try whole(symbol, a, b) }
    if let a = left.double, let b = right.double { return try floating(symbol, a, b) }
    switch (symbol, left, right) {
    case (.add, .string(let a), .string(let b)):
      try budget.write(a.byteCount + b.byteCount)
      return .string(a.string + b.string)
    case (.add, .sequence(let a), .sequence(let b))
    where a.kind == b.kind && (a.kind == .list || a.kind == .tuple):
      try budget.write(elements: a.elements.count + b.elements.count)
      return .sequence(try ValueSequence(a.elements + b.elements, kind: a.kind))
    case (.multiply, .string, _), (.multiply, .sequence, _):
      if let count = right.wholeNumber { return try repeated(left, count) }
    case (.multiply, _, .string), (.multiply, _, .sequence):
      if let count = left.wholeNumber { return try repeated(right, count) }
    case (.remainder, .string, _): throw Failure.unsupported("formatting with '%'")
    default: break
    }
    throw Failure.failed("'\(symbol.rawValue)' between \(left.kindName) and \(right.kindName) means nothing")
  }

  private static func exact(_ result: (partialValue: Int, overflow: Bool)) throws -> Int {
    guard !result.overflow else { throw Failure.exceeded("whole numbers of 64 bits") }
    return result.partialValue
  }

  private func whole(_ symbol: ArithmeticOperator, _ a: Int, _ b: Int) throws -> Value {
    switch symbol {
    case .add: return .integer(try Self.exact(a.addingReportingOverflow(b)))
    case .subtract: return .integer(try Self.exact(a.subtractingReportingOverflow(b)))
    case .multiply: return .integer(try Self.exact(a.multipliedReportingOverflow(by: b)))
    case .divide: return try floating(symbol, Double(a), Double(b))
    case .floorDivide, .remainder:
      guard b != 0 else { throw Failure.failed("division by zero") }
      // Python rounds down, Swift towards zero.
      let quotient = try Self.exact(a.dividedReportingOverflow(by: b))
      let remainder = a - quotient * b
      let isRounded = remainder != 0 && (remainder < 0) != (b < 0)
      return .integer(
        symbol == .floorDivide ? quotient - (isRounded ? 1 : 0) : remainder + (isRounded ? b : 0))
    case .power:
      guard b >= 0 else { return try floating(symbol, Double(a), Double(b)) }
      var (result, base, exponent) = (1, a, b)
      while exponent > 0 {
        if exponent & 1 == 1 { result = try Self.exact(result.multipliedReportingOverflow(by: base)) }
        exponent >>= 1
        if exponent > 0 { base = try Self.exact(base.multipliedReportingOverflow(by: base)) }
      }
      return .integer(result)
    }
  }

  private func floating(_ symbol: ArithmeticOperator, _ a: Double, _ b: Double) throws -> Value {
    switch symbol {
    case .add: return .number(a + b)
    case .subtract: return .number(a - b)
    case .multiply: return .number(a * b)
    case .power:
      let result = pow(a, b)
      guard result.isFinite || !a.isFinite || !b.isFinite else {
        throw Failure.failed("a power without a value")
      }
      return .number(result)
    case .divide, .floorDivide, .remainder:
      guard b != 0 else { throw Failure.failed("division by zero") }
      if symbol == .divide { return .number(a / b) }
      let remainder = a.truncatingRemainder(dividingBy: b)
      let isRounded = remainder != 0 && (remainder < 0) != (b < 0)
      return symbol == .remainder
        ? .number(isRounded ? remainder + b : remainder)
        : .number(((a - remainder) / b).rounded() - (isRounded ? 1 : 0))
    }
  }

  private func repeated(_ value: Value, _ count: Int) throws -> Value {
    let count = max(0, count)
    switch value {
    case .string(let text):
      try write(count, times: text.byteCount)
      return .string(text.isEmpty ? "" : String(repeating: text.string, count: count))
    case .sequence(let sequence) where sequence.kind == .list || sequence.kind == .tuple:
      try write(count, times: sequence.elements.count * 16)
      let elements = sequence.elements.isEmpty ? [] : (0..<count).flatMap { _ in sequence.elements }
      return .sequence(try ValueSequence(elements, kind: sequence.kind))
    default: throw Failure.failed("\(value.kindName) cannot be repeated")
    }
  }

  private func write(_ count: Int, times size: Int) throws {
    let (bytes, overflow) = count.multipliedReportingOverflow(by: size)
    try budget.write(overflow ? .max : bytes)
  }
}
