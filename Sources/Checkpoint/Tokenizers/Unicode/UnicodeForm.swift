/// Unicode's normalization forms (UAX 15), for every scalar as in Hugging Face's `tokenizers` 0.22.
enum UnicodeForm: String, Sendable {
  case nfc = "NFC"
  case nfd = "NFD"
  case nfkc = "NFKC"
  case nfkd = "NFKD"

  /// Every scalar below is left alone by every form.
  private static let firstChanged: UInt32 = 0xA0

  private var composes: Bool { self == .nfc || self == .nfkc }

  private var tables: UnicodeTables { self == .nfc || self == .nfd ? .canonical : .compatible }

  /// The text in this form. A scalar that is not changed keeps its place; those of a sequence that is changed
  /// share the sequence's.
  func normalized(_ text: ArraySlice<AlignedScalar>) -> ArraySlice<AlignedScalar> {
    guard text.contains(where: { Self.firstChanged <= $0.value && $0.value < AlignedScalar.invalidBase })
    else {
      return text
    }
    let tables = tables
    var result: [AlignedScalar] = []
    result.reserveCapacity(text.count)
    var start = text.startIndex
    for index in text.indices {
      let next = index + 1
      // A sequence goes on to before the next scalar that cannot go together with it.
      if next < text.endIndex, text[next].value >= Self.firstChanged, !Self.isInert(text[next], tables),
        tables.combines(text[next].value)
      {
        continue
      }
      append(text[start..<next], tables, to: &result)
      start = next
    }
    return ArraySlice(result)
  }

  private static func isInert(_ scalar: AlignedScalar, _ tables: UnicodeTables) -> Bool {
    scalar.value < firstChanged || scalar.value >= AlignedScalar.invalidBase || tables.isInert(scalar.value)
  }

  private func append(
    _ sequence: ArraySlice<AlignedScalar>, _ tables: UnicodeTables, to result: inout [AlignedScalar]
  ) {
    guard !sequence.allSatisfy({ Self.isInert($0, tables) }) else {
      result += sequence
      return
    }
    var scalars = Self.sorted(sequence.flatMap { tables.decomposed($0.value) })
    if composes { scalars = Self.composed(scalars, tables) }
    if scalars.elementsEqual(sequence.map(\.value)) {
      result += sequence
    } else {
      let range = sequence.byteRange ?? 0..<0
      for (index, value) in scalars.enumerated() {
        result.append(AlignedScalar(value: value, byteRange: range.part(index, of: scalars.count)))
      }
    }
  }

  /// The canonical order: marks between two starters by their class, those of one class as they stand.
  private static func sorted(_ scalars: [UInt32]) -> [UInt32] {
    let classes = scalars.map(UnicodeTables.combiningClass)
    var order = Array(scalars.indices)
    var start = 0
    while start < order.count {
      let end = order[start...].first { classes[$0] == 0 } ?? order.count
      order[start..<end].sort { (classes[$0], $0) < (classes[$1], $1) }
      start = end + 1
    }
    return order.map { scalars[$0] }
  }

  /// The canonical composition: each scalar goes into the last starter unless something between them has its
  /// class or a higher one.
  private static func composed(_ scalars: [UInt32], _ tables: UnicodeTables) -> [UInt32] {
    var result: [UInt32] = []
    var starter: Int?
    var lastClass: UInt8?
    for value in scalars {
      let combiningClass = UnicodeTables.combiningClass(value)
      let isBlocked = lastClass.map { $0 == 0 || $0 >= combiningClass } ?? false
      if let place = starter, !isBlocked, let whole = tables.composed(result[place], value) {
        result[place] = whole
        continue
      }
      if combiningClass == 0 {
        starter = result.count
        lastClass = nil
      } else {
        lastClass = combiningClass
      }
      result.append(value)
    }
    return result
  }
}
