/// Cuts a template into tokens; white space around tags is removed as `trim_blocks`, `lstrip_blocks` and
/// the signs inside the tags say.
struct Lexer {
  static let byteLimit = 1 << 20

  let source: [Unicode.Scalar]
  var index = 0
  var line = 1
  var result: [TemplateToken] = []
  /// Whether what stands before `index` ended a line.
  private var isAtLineStart = true

  init(_ source: String) throws {
    guard source.utf8.count <= Self.byteLimit else {
      throw TemplateError.exceeded(line: 1, limit: "\(Self.byteLimit >> 20) MiB of source")
    }
    var scalars: [Unicode.Scalar] = []
    for scalar in source.unicodeScalars {
      if scalar == "\n", scalars.last == "\r" { scalars.removeLast() }
      scalars.append(scalar)
    }
    self.source = scalars.map { $0 == "\r" ? "\n" : $0 }
  }

  /// All tokens, ended by `.end`.
  mutating func tokens() throws -> [TemplateToken] {
    // The newline that ends the file is no part of the template.
    let end = source.last == "\n" ? source.count - 1 : source.count
    while let open = nextOpening(before: end) {
      try lex(openingAt: open)
    }
    add(text: Array(source[min(index, end)..<end]))
    add(.end)
    return result
  }

  func at(_ offset: Int) -> Unicode.Scalar? { offset >= 0 && offset < source.count ? source[offset] : nil }

  func matches(_ text: String, at offset: Int) -> Bool {
    var offset = offset
    for scalar in text.unicodeScalars {
      guard at(offset) == scalar else { return false }
      offset += 1
    }
    return true
  }

  mutating func advance(to end: Int) {
    line += source[index..<end].count { $0 == "\n" }
    if end > index { isAtLineStart = source[end - 1] == "\n" }
    index = end
  }

  mutating func add(_ kind: TemplateToken.Kind) { result.append(TemplateToken(kind: kind, line: line)) }

  func afterSpace(_ offset: Int) -> Int {
    var offset = offset
    while let scalar = at(offset), scalar.isSpace { offset += 1 }
    return offset
  }

  private func nextOpening(before end: Int) -> Int? {
    var offset = index
    while offset + 1 < end {
      if source[offset] == "{", ["{", "%", "#"].contains(source[offset + 1]) { return offset }
      offset += 1
    }
    return nil
  }

  private mutating func add(text: [Unicode.Scalar]) {
    if !text.isEmpty { add(.text(Text(text))) }
  }

  private mutating func lex(openingAt open: Int) throws {
    let kind = source[open + 1]
    addText(before: open, stripsIndentation: kind != "{")
    let sign = at(open + 2)
    advance(to: sign == "-" || sign == "+" ? open + 3 : open + 2)
    switch kind {
    case "#": try skipComment()
    case "%":
      if try lexRaw() { return }
      add(.blockBegin)
      try lexCode(isBlock: true)
    default:
      add(.printBegin)
      try lexCode(isBlock: false)
    }
  }

  /// The text before a tag, without the space that the tag removes.
  private mutating func addText(before open: Int, stripsIndentation: Bool) {
    var text = source[index..<open]
    switch at(open + 2) {
    case "-": while text.last?.isSpace == true { text.removeLast() }
    case "+": break
    default:
      if stripsIndentation {
        let indentation = text.reversed().prefix { $0 != "\n" && $0.isSpace }.count
        let rest = text.dropLast(indentation)
        if rest.last == "\n" || (rest.isEmpty && isAtLineStart) { text = rest }
      }
    }
    add(text: Array(text))
    advance(to: open)
  }

  /// Where a tag's end leaves off: a sign before it removes space or keeps it, otherwise one newline goes.
  func afterBlockEnd(at end: Int, from start: Int) -> Int {
    let sign = end > start ? at(end - 1) : nil
    switch sign {
    case "-": return afterSpace(end + 2)
    case "+": return end + 2
    default: return at(end + 2) == "\n" ? end + 3 : end + 2
    }
  }

  private mutating func skipComment() throws {
    var end = index
    while !matches("#}", at: end) {
      guard end < source.count else {
        throw TemplateError.syntax(line: line, reason: "a comment '{#' is not closed")
      }
      end += 1
    }
    advance(to: afterBlockEnd(at: end, from: index))
  }

  /// Takes `raw … endraw`, whose tags have just been opened; false if it is another tag.
  private mutating func lexRaw() throws -> Bool {
    guard let start = closing("raw", with: ["%}", "-%}"], at: index) else { return false }
    let opened = line
    advance(to: matches("-%}", at: start) ? afterSpace(start + 3) : start + 2)
    var offset = index
    while offset < source.count {
      if matches("{%", at: offset) {
        let sign = at(offset + 2)
        let name = sign == "-" || sign == "+" ? offset + 3 : offset + 2
        if let end = closing("endraw", with: ["%}", "-%}", "+%}"], at: name) {
          addText(before: offset, stripsIndentation: true)
          let close = matches("%}", at: end) ? end : end + 1
          advance(to: afterBlockEnd(at: close, from: end))
          return true
        }
      }
      offset += 1
    }
    throw TemplateError.syntax(line: opened, reason: "'{% raw %}' is not closed")
  }

  /// The offset of the end of a tag that has only a name, its sign included.
  private func closing(_ name: String, with ends: [String], at offset: Int) -> Int? {
    let start = afterSpace(offset)
    guard matches(name, at: start) else { return nil }
    let end = afterSpace(start + name.unicodeScalars.count)
    return ends.contains { matches($0, at: end) } ? end : nil
  }
}
