/// The checksum that a zip file holds of each entry: CRC-32 with the polynomial 0xEDB88320, bits reversed (ISO 3309).
package enum CRC32 {
  /// The checksum of some bytes; cost: one table look-up per byte.
  package static func checksum(_ bytes: some Sequence<UInt8>) -> UInt32 {
    ~bytes.reduce(UInt32.max) { sum, byte in table[Int((sum ^ UInt32(byte)) & 0xFF)] ^ sum >> 8 }
  }

  private static let table: [UInt32] = (0..<256).map { byte in
    (0..<8).reduce(UInt32(byte)) { sum, _ in sum & 1 == 1 ? 0xEDB8_8320 ^ sum >> 1 : sum >> 1 }
  }
}
