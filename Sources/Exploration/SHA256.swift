/// SHA-256 (FIPS 180-4), so that an export can name its prompt.
///
/// Our own forty lines: swift-crypto would bring BoringSSL, several times the rest of the build.
package enum SHA256 {
  /// The digest of `message` as 64 lower-case hexadecimal digits.
  package static func hexadecimal(of message: [UInt8]) -> String {
    var hash = initial
    var padded = message + [0x80]
    padded += Array(repeating: 0, count: (120 - padded.count % 64) % 64)
    let bits = UInt64(message.count) * 8
    padded += (0..<8).map { UInt8(truncatingIfNeeded: bits >> (56 - 8 * UInt64($0))) }
    var schedule = [UInt32](repeating: 0, count: 64)
    for block in stride(from: 0, to: padded.count, by: 64) {
      compress(padded[block..<block + 64], into: &hash, schedule: &schedule)
    }
    let digits = Array("0123456789abcdef")
    return String(
      hash.flatMap { word in
        (0..<8).map { digits[Int(word >> (28 - 4 * UInt32($0)) & 15)] }
      })
  }

  private static func compress(
    _ block: ArraySlice<UInt8>, into hash: inout [UInt32], schedule w: inout [UInt32]
  ) {
    for index in 0..<16 {
      w[index] = (0..<4).reduce(0) { $0 << 8 | UInt32(block[block.startIndex + 4 * index + $1]) }
    }
    for index in 16..<64 {
      let a = w[index - 15], b = w[index - 2]
      let s0 = a.rotated(7) ^ a.rotated(18) ^ (a >> 3)
      let s1 = b.rotated(17) ^ b.rotated(19) ^ (b >> 10)
      w[index] = w[index - 16] &+ s0 &+ w[index - 7] &+ s1
    }
    var v = hash
    for index in 0..<64 {
      let s1 = v[4].rotated(6) ^ v[4].rotated(11) ^ v[4].rotated(25)
      let choice = (v[4] & v[5]) ^ (~v[4] & v[6])
      let first = v[7] &+ s1 &+ choice &+ constants[index] &+ w[index]
      let s0 = v[0].rotated(2) ^ v[0].rotated(13) ^ v[0].rotated(22)
      let majority = (v[0] & v[1]) ^ (v[0] & v[2]) ^ (v[1] & v[2])
      v = [first &+ s0 &+ majority, v[0], v[1], v[2], v[3] &+ first, v[4], v[5], v[6]]
    }
    for index in 0..<8 { hash[index] &+= v[index] }
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
  fileprivate func rotated(_ count: UInt32) -> UInt32 { self >> count | self << (32 - count) }
}
