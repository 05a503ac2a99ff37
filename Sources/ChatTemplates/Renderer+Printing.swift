/// Values as text, as Python's `str` and `repr` write them.
extension Renderer {
  /// What `{{ value }}` prints.
  func string(_ value: Value) throws -> Text {
    switch value {
    case .undefined: return ""
    case .string(let text): return text
    default:
      var result = ""
      try represent(value, into: &result)
      return Text(result)
    }
  }

  private func represent(_ value: Value, into result: inout String) throws {
    try budget.step()
    switch value {
    case .undefined: try write("Undefined", into: &result)
    case .none: try write("None", into: &result)
    case .bool(let value): try write(value ? "True" : "False", into: &result)
    case .integer(let value): try write(String(value), into: &result)
    case .number(let value): try write(value.pythonDescription, into: &result)
    case .string(let text): try write(text.represented, into: &result)
    case .sequence(let sequence): try represent(sequence, into: &result)
    case .mapping(let mapping):
      try write("{", into: &result)
      for (index, (key, value)) in mapping.pairs.enumerated() {
        if index > 0 { try write(", ", into: &result) }
        try represent(key, into: &result)
        try write(": ", into: &result)
        try represent(value, into: &result)
      }
      try write("}", into: &result)
    case .iterator, .namespace, .loop, .callable: throw Failure.failed("\(value.kindName) cannot be printed")
    }
  }

  private func represent(_ sequence: ValueSequence, into result: inout String) throws {
    var (open, close) = ("[", "]")
    switch sequence.kind {
    case .list: break
    case .tuple: (open, close) = ("(", sequence.elements.count == 1 ? ",)" : ")")
    case .range(let start, let end, let step):
      return try write("range(\(start), \(end)\(step == 1 ? "" : ", \(step)"))", into: &result)
    case .view(let name): (open, close) = (name + "([", "])")
    }
    try write(open, into: &result)
    for (index, element) in sequence.elements.enumerated() {
      if index > 0 { try write(", ", into: &result) }
      try represent(element, into: &result)
    }
    try write(close, into: &result)
  }

  /// Appends a part of a text that is being made.
  func write(_ part: String, into result: inout String) throws {
    try budget.write(part.utf8.count)
    result += part
  }
}

extension Text {
  /// The text as a Python literal.
  var represented: String {
    let quote: Unicode.Scalar = scalars.contains("'") && !scalars.contains("\"") ? "\"" : "'"
    var result = String.UnicodeScalarView()
    result.append(quote)
    for scalar in scalars {
      if scalar == quote || scalar == "\\" { result.append("\\") }
      if scalar.isPrintable {
        result.append(scalar)
      } else {
        result.append(contentsOf: scalar.escaped.unicodeScalars)
      }
    }
    result.append(quote)
    return String(result)
  }
}

extension Double {
  /// The shortest digits that mean this number; with an exponent from 1e16 on and below 1e-4, as Swift has
  /// it.
  var pythonDescription: String {
    isFinite ? description : isNaN ? "nan" : self < 0 ? "-inf" : "inf"
  }
}
