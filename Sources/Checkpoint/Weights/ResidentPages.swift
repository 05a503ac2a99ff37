import Synchronization

/// Keeps mapped files from filling the memory while they are read: whatever is read adds up, and beyond a
/// limit all pages are given back.
///
/// A page that is still wanted comes again from the file, mostly from the system's own cache: for what reads
/// a layer after the other this costs little, and one need not know which parts are done with.
final class ResidentPages: Sendable {
  /// Bytes that are read before pages are given back.
  static let limit = 192 << 20

  private let files: [MappedFile]
  private let read = Atomic(0)

  init(_ files: [MappedFile]) { self.files = files }

  /// Takes note of bytes that have been read.
  func note(_ byteCount: Int) {
    let (_, sum) = read.add(byteCount, ordering: .relaxed)
    guard sum >= Self.limit, read.exchange(0, ordering: .relaxed) >= Self.limit else { return }
    for file in files { file.releasePages() }
  }
}
