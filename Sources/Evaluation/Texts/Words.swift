extension StringProtocol {
  /// Without the space at its ends.
  var trimmingSpace: String {
    guard let first = firstIndex(where: { !$0.isWhitespace }),
      let last = lastIndex(where: { !$0.isWhitespace })
    else {
      return ""
    }
    return String(self[first...last])
  }
}

extension String {
  /// Whether another text stands here and neither begins nor ends within a word or number.
  func containsWords(_ other: String) -> Bool {
    ranges(of: other).contains { range in
      let before = self[..<range.lowerBound].last, after = self[range.upperBound...].first
      return !(before.map(\.isWordPart) ?? false) && !(after.map(\.isWordPart) ?? false)
    }
  }
}

extension Character {
  fileprivate var isWordPart: Bool { isLetter || isNumber }
}
