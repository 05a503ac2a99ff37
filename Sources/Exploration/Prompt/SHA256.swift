/// SHA-256 (FIPS 180-4), so that an export can name its prompt.
///
/// Our own lines: swift-crypto would bring BoringSSL, several times the rest of the build. A message is taken
/// in parts of any length; 64 bytes of it are held.
package struct SHA256 {
  private var hash = initial
  private var schedule = [UInt32](repeating: 0, count: 64)
  /// Bytes that do not fill a block yet.
  private var rest: [UInt8] = []
  private var byteCount: UInt64 = 0

  /// Begins an empty message.
  package init() {}

  /// The digest of `message` as 64 lower-case hexadecimal digits.
  package static func hexadecimal(of message: [UInt8]) -> String {
    var digest = SHA256()
    message.withUnsafeBytes { digest.append($0) }
    return digest.hexadecimal()
  }

  /// Takes the next bytes of the message in.
  package mutating func append(_ bytes: UnsafeRawBufferPointer) {
    byteCount += UInt64(bytes.count)
    var start = 0
    if !rest.isEmpty {
      start = min(64 - rest.count, bytes.count)
      rest += bytes[..<start]
      guard rest.count == 64 else { return }
      rest.withUnsafeBytes { compress($0) }
      rest.removeAll(keepingCapacity: true)
    }
    while bytes.count - start >= 64 {
      compress(UnsafeRawBufferPointer(rebasing: bytes[start..<start + 64]))
      start += 64
    }
    rest += bytes[start...]
  }

  /// The digest of what was taken in, as 64 lower-case hexadecimal digits.
  package func hexadecimal() -> String {
    var last = self
    let bits = byteCount * 8
    var padding: [UInt8] = [0x80] + Array(repeating: 0, count: (119 - rest.count) % 64)
    padding += (0..<8).map { UInt8(truncatingIfNeeded: bits >> (56 - 8 * UInt64($0))) }
    padding.withUnsafeBytes { last.append($0) }
    let digits = Array("0123456789abcdef")
    return String(
      last.hash.flatMap { word in
        (0..<8).map { digits[Int(word >> (28 - 4 * UInt32($0)) & 15)] }
      })
  }

  private mutating func compress(_ block: UnsafeRawBufferPointer) {
    for index in 0..<16 {
      schedule[index] = UInt32(bigEndian: block.loadUnaligned(fromByteOffset: 4 * index, as: UInt32.self))
    }
    for index in 16..<64 {
      let a = schedule[index - 15], b = schedule[index - 2]
      let s0 = a.rotated(7) ^ a.rotated(18) ^ (a &>> 3)
      let s1 = b.rotated(17) ^ b.rotated(19) ^ (b &>> 10)
      schedule[index] = schedule[index - 16] &+ s0 &+ schedule[index - 7] &+ s1
    }
    var (a, b, c, d, e, f, g, h) = (hash[0], hash[1], hash[2], hash[3], hash[4], hash[5], hash[6], hash[7])
    for index in 0..<64 {
      let s1 = e.rotated(6) ^ e.rotated(11) ^ e.rotated(25)
      let choice = (e & f) ^ (~e & g)
      let first = h &+ s1 &+ choice &+ Self.constants[index] &+ schedule[index]
      let s0 = a.rotated(2) ^ a.rotated(13) ^ a.rotated(22)
      let majority = (a & b) ^ (a & c) ^ (b & c)
      (a, b, c, d, e, f, g, h) = (first &+ s0 &+ majority, a, b, c, d &+ first, e, f, g)
    }
    for (index, value) in [a, b, c, d, e, f, g, h].enumerated() { hash[index] &+= value }
  }

  // The first 32 bits of the fractional parts of the square and cube roots of the first primes.
  private static let primes = (2...311).filter { n in !(2..<n).contains { n % $0 == 0 } }
  private static let initial = primes.prefix(8).map { fraction(Double($0).squareRoot()) }
  private static let constants = primes.prefix(64).map { fraction(cubeRoot(Double($0))) }

  private static func fraction(_ x: Double) -> UInt32 {
    UInt32((x - x.rounded(.down)) * 4_294_967_296)
  }

  // Newton's iteration: correct to the last bit that 32 bits of fraction need.
  private static func cubeRoot(_ x: Double) -> Double {
    (0..<60).reduce(x) { guess, _ in guess - (guess * guess * guess - x) / (3 * guess * guess) }
  }
}

extension UInt32 {
  /// Rotated to the right. Shifts that check their counts are generic calls in a debug build, too slow there
  /// for a model's bytes.
  fileprivate func rotated(_ count: UInt32) -> UInt32 { (self &>> count) | (self &<< (32 &- count)) }
}
