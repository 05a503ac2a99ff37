import Foundation

/// Tells traces from texts by what is in a file.
public enum TraceDetection {
  /// Whether a file is to be opened as a trace: a safetensors file, or an index of some that hold a trace's
  /// tensors.
  ///
  /// A text begins with eight characters; as the length of a header they would be a number far beyond any
  /// file's size. A safetensors file that is no trace is none of a text either: opening it says so. What
  /// cannot be read is no trace.
  public static func isTrace(_ path: String) -> Bool { isSafetensors(path) || isIndex(path) }

  private static func isSafetensors(_ path: String) -> Bool {
    let start = beginning(path, count: 9)
    guard start.count == 9, start[8] == UInt8(ascii: "{") else { return false }
    let length = start[..<8].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    return length <= Safetensors.maximumHeaderSize
  }

  /// Whether a file is an index of a trace in parts: one of tensors among which are a layer's keys, as a
  /// trace names them.
  static func isIndex(_ path: String) -> Bool {
    guard beginning(path, count: 64).first(where: { !" \n\r\t".utf8.contains($0) }) == UInt8(ascii: "{"),
      let size = try? FileManager.default.attributesOfItem(atPath: path)[.size] as? Int, size <= 16 << 20,
      let map = try? JSONObject(path: path).object("weight_map")
    else { return false }
    return map.values.keys.contains(ByteString(TraceHeader.keys(0)))
  }

  /// The first bytes of a regular file; a pipe is not read from, what is in it would be gone.
  private static func beginning(_ path: String, count: Int) -> [UInt8] {
    var status = stat()
    guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG,
      let handle = FileHandle(forReadingAtPath: path)
    else { return [] }
    return [UInt8]((try? handle.read(upToCount: count)) ?? Data())
  }
}
