/// Finding, splitting and stripping as Python's `str` does.
extension Text {
  /// The byte offsets at which a text that is not empty begins, without overlaps. Cost: linear whatever
  /// the texts are (Knuth, Morris, Pratt).
  func occurrences(of part: Text, limit: Int = .max) -> [Int] {
    let needle = Array(part.string.utf8)
    guard !needle.isEmpty, needle.count <= byteCount, limit > 0 else { return [] }
    // How much of the part is still matched after a byte that does not continue it.
    var borders = [0]
    var matched = 0
    for byte in needle.dropFirst() {
      while matched > 0, needle[matched] != byte { matched = borders[matched - 1] }
      if needle[matched] == byte { matched += 1 }
      borders.append(matched)
    }
    var found: [Int] = []
    matched = 0
    for (offset, byte) in string.utf8.enumerated() {
      while matched > 0, needle[matched] != byte { matched = borders[matched - 1] }
      if needle[matched] == byte { matched += 1 }
      guard matched == needle.count else { continue }
      found.append(offset + 1 - needle.count)
      if found.count == limit { break }
      matched = 0
    }
    return found
  }

  func contains(_ part: Text) -> Bool { part.isEmpty || !occurrences(of: part, limit: 1).isEmpty }

  func hasPrefix(_ part: Text) -> Bool { string.utf8.starts(with: part.string.utf8) }

  func hasSuffix(_ part: Text) -> Bool {
    part.byteCount <= byteCount && string.utf8.suffix(part.byteCount).elementsEqual(part.string.utf8)
  }

  /// The bytes of a range, which must begin and end between scalars.
  func slice(_ range: Range<Int>) -> Text {
    let bytes = string.utf8
    let start = bytes.index(bytes.startIndex, offsetBy: range.lowerBound)
    return Text(String(string[start..<bytes.index(start, offsetBy: range.count)]))
  }

  /// The parts between occurrences of a separator that is not empty.
  func split(at separator: Text, limit: Int, fromEnd: Bool) -> [Text] {
    var places = occurrences(of: separator, limit: fromEnd ? .max : limit)
    if fromEnd {
      // Overlapping separators are found from the end as well.
      let reversedSelf = Text(scalars.reversed())
      let last = byteCount - separator.byteCount
      places = reversedSelf.occurrences(of: Text(separator.scalars.reversed()), limit: limit)
        .map { last - $0 }.reversed()
    }
    var parts: [Text] = []
    var start = 0
    for place in places {
      parts.append(slice(start..<place))
      start = place + separator.byteCount
    }
    parts.append(slice(start..<byteCount))
    return parts
  }

  /// The words between runs of white space.
  func words(limit: Int) -> [Text] {
    var words: [Text] = []
    var rest = scalars[...]
    while true {
      rest = rest.drop(while: \.isSpace)
      if rest.isEmpty { return words }
      if words.count == limit { return words + [Text(rest)] }
      let end = rest.firstIndex(where: \.isSpace) ?? rest.endIndex
      words.append(Text(rest[..<end]))
      rest = rest[end...]
    }
  }

  /// The lines, without what ends them.
  var lines: [Text] {
    var lines: [Text] = []
    var rest = scalars[...]
    while !rest.isEmpty {
      guard let end = rest.firstIndex(where: \.endsLine) else { return lines + [Text(rest)] }
      lines.append(Text(rest[..<end]))
      var next = rest.index(after: end)
      if rest[end] == "\r", next < rest.endIndex, rest[next] == "\n" { next = rest.index(after: next) }
      rest = rest[next...]
    }
    return lines
  }

  /// Without white space, or without scalars of a set, at its ends.
  func stripped(start: Bool = false, end: Bool = false, of set: Text? = nil) -> Text {
    let wanted = set.map { Set($0.scalars) }
    func isStripped(_ scalar: Unicode.Scalar) -> Bool { wanted?.contains(scalar) ?? scalar.isSpace }
    var rest = scalars[...]
    if start { rest = rest.drop(while: isStripped) }
    if end {
      while let last = rest.last, isStripped(last) { rest.removeLast() }
    }
    return Text(String(rest))
  }

  /// With one text in the place of another; an empty one stands between all scalars.
  func replacing(_ old: Text, with new: Text, limit: Int) -> Text {
    if old.isEmpty {
      var result = String.UnicodeScalarView()
      var left = limit
      for scalar in scalars {
        if left > 0 { result.append(contentsOf: new.scalars) }
        left -= 1
        result.append(scalar)
      }
      if left > 0 { result.append(contentsOf: new.scalars) }
      return Text(String(result))
    }
    return Text(split(at: old, limit: limit, fromEnd: false).map(\.string).joined(separator: new.string))
  }
}

extension Unicode.Scalar {
  /// Whether Python's `splitlines` ends a line here.
  fileprivate var endsLine: Bool {
    switch value {
    case 0x0A...0x0D, 0x1C...0x1E, 0x85, 0x2028, 0x2029: true
    default: false
    }
  }
}
