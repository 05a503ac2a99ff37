/// What tokens decode to.
struct TokenDecoder: Sendable {
  /// What is taken away at the beginning of a text, as encoding put it there.
  enum Leading: Sendable, Hashable {
    case nothing
    /// Up to so many spaces.
    case spaces(Int)
    /// Every space of the first token.
    case spacesOfFirstToken
  }

  private var pool: [UInt8] = []
  private var ends: [Int] = []
  /// Tokens that stand for one byte each of what may be a character together.
  private let byteTokens: Set<Int>
  let leading: Leading

  init(_ tokens: [[UInt8]], byteTokens: Set<Int>, leading: Leading) {
    for bytes in tokens {
      pool += bytes
      ends.append(pool.count)
    }
    self.byteTokens = byteTokens
    self.leading = leading
  }

  /// The bytes of one token; none for an unknown id.
  func bytes(of id: Int) -> ArraySlice<UInt8> {
    guard ends.indices.contains(id) else { return [] }
    return pool[(id == 0 ? 0 : ends[id - 1])..<ends[id]]
  }

  /// The text of tokens; bytes that are no UTF-8 become replacement characters.
  /// - Parameter startsText: whether what encoding put before a text is taken away.
  func text(of ids: some Sequence<Int>, startsText: Bool) -> String {
    var bytes: [UInt8] = []
    var run: [UInt8] = []
    var isFirst = true
    // As `tokenizers` does it: byte tokens in a row that are no UTF-8 together become one replacement
    // character for each.
    func endRun() {
      let isValid = run.withUnsafeBytes { String(validating: $0, as: UTF8.self) } != nil
      bytes += isValid ? run : run.flatMap { _ in Array("\u{FFFD}".utf8) }
      run = []
    }
    for id in ids {
      var token = self.bytes(of: id)
      if isFirst, startsText, leading == .spacesOfFirstToken {
        token = ArraySlice(token.filter { $0 != 0x20 })
      }
      isFirst = false
      if byteTokens.contains(id) {
        run += token
      } else {
        endRun()
        bytes += token
      }
    }
    endRun()
    if startsText, case .spaces(let count) = leading {
      bytes.removeFirst(bytes.prefix(count).prefix { $0 == 0x20 }.count)
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
