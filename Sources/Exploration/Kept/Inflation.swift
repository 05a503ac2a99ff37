import CZlib

/// Unpacking of deflated bytes (RFC 1951), by the system's zlib.
enum Inflation {
  /// The first `count` bytes of what was deflated; fewer where it ends before.
  ///
  /// No more memory is taken than `count` bytes, whatever the input claims.
  /// - Returns: `nil` when the input is no deflated data, or is cut off before `count` bytes.
  static func prefix(_ deflated: UnsafeRawBufferPointer, _ count: Int) -> [UInt8]? {
    // Both counts are 32-bit sizes of a zip file's directory.
    guard let inputCount = UInt32(exactly: deflated.count), let outputCount = UInt32(exactly: count) else {
      return nil
    }
    var stream = z_stream()
    // Negative: bare deflated data, without zlib's own header.
    guard inflateInit2_(&stream, -MAX_WBITS, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
      return nil
    }
    defer { inflateEnd(&stream) }
    var state = Z_OK
    let output = [UInt8](unsafeUninitializedCapacity: count) { output, initialized in
      // zlib only reads its input; its interface is older than `const`.
      stream.next_in = UnsafeMutablePointer(
        mutating: deflated.baseAddress?.assumingMemoryBound(to: UInt8.self))
      (stream.avail_in, stream.next_out, stream.avail_out) = (inputCount, output.baseAddress, outputCount)
      state = count == 0 ? Z_OK : inflate(&stream, Z_SYNC_FLUSH)
      initialized = count - Int(stream.avail_out)
    }
    guard state == Z_STREAM_END || state == Z_OK && output.count == count else { return nil }
    return output
  }
}
