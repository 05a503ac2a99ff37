import CFaults
import Foundation

/// A file mapped into memory, read-only: pages come in when they are touched, nothing is copied.
///
/// A file that is cut meanwhile cannot be read to its end any more; a program that asked for it
/// (`fault_handle`) ends then with a sentence that names the file.
///
/// `@unchecked Sendable`: the mapping is private, read-only and never changes until it is released.
public final class MappedFile: @unchecked Sendable {
  /// The path as it was given.
  public let path: String
  /// The file's bytes.
  public let bytes: UnsafeRawBufferPointer

  /// Maps a file.
  /// - Throws: `CheckpointError.unreadable` for a missing, empty or unreadable file or a folder.
  public init(path: String) throws {
    // Without O_NONBLOCK, opening a pipe would wait for a writer.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else {
      throw CheckpointError.unreadable(file: path, reason: String(cString: strerror(errno)))
    }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      throw CheckpointError.unreadable(file: path, reason: "not a regular file")
    }
    let count = Int(status.st_size)
    guard count > 0 else { throw CheckpointError.unreadable(file: path, reason: "the file is empty") }
    guard let start = mmap(nil, count, PROT_READ, MAP_PRIVATE, descriptor, 0), start != MAP_FAILED
    else {
      throw CheckpointError.unreadable(file: path, reason: String(cString: strerror(errno)))
    }
    fault_mapping_add(start, count, path)
    self.path = path
    bytes = UnsafeRawBufferPointer(start: start, count: count)
    guard !isPointer else {
      throw CheckpointError.incomplete(
        path: path, reason: "this is a pointer of git-lfs, \(count) bytes that stand for the file",
        remedy: "fetch the file itself, with 'git lfs install && git lfs pull' in its folder")
    }
  }

  /// What a clone without git-lfs has in place of a large file.
  private var isPointer: Bool { bytes.count < 1024 && bytes.starts(with: "version https://git-lfs".utf8) }

  /// Gives back the memory of all pages that have been read; what is read again comes from the file again.
  func releasePages() {
    madvise(UnsafeMutableRawPointer(mutating: bytes.baseAddress), bytes.count, MADV_DONTNEED)
  }

  deinit {
    fault_mapping_remove(bytes.baseAddress)
    munmap(UnsafeMutableRawPointer(mutating: bytes.baseAddress), bytes.count)
  }
}
