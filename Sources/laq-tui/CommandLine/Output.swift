import Foundation

/// Standard output, and the end of the program.
///
/// What cannot be written is said: a disk that is full must not look like success. A pipe that nobody reads
/// any more is no failure of ours; it ends the program as it ends others.
enum Output {
  /// Writes a text.
  static func write(_ text: String) { write(Data(text.utf8)) }

  /// Writes bytes, all of them, or ends the program.
  static func write(_ data: Data) {
    let error = put(data, to: STDOUT_FILENO)
    guard error != 0 else { return }
    if error == EPIPE { endByPipe() }
    Console.say("laq-tui: standard output cannot be written: \(String(cString: strerror(error)))")
    end(1)
  }

  /// Writes bytes as far as it goes.
  /// - Returns: 0, or the error's number.
  static func put(_ data: Data, to descriptor: Int32) -> Int32 {
    data.withUnsafeBytes { bytes in
      var rest = bytes[...]
      while !rest.isEmpty {
        let count = Glibc.write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
        if count > 0 {
          rest = rest.dropFirst(count)
        } else if errno == EAGAIN {
          // Another program has made it so that writing does not wait.
          var wanted = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
          poll(&wanted, 1, -1)
        } else if errno != EINTR {
          return errno
        }
      }
      return 0
    }
  }

  /// Ends the program at once.
  ///
  /// Not by `exit`, which takes libraries apart while the engine's threads are still inside them. All output
  /// is written by then: nothing here keeps any back.
  static func end(_ status: Int32) -> Never { _exit(status) }

  /// Ends as a program does that writes to a pipe that is closed; whoever started this one may have turned
  /// that off.
  private static func endByPipe() -> Never {
    signal(SIGPIPE, SIG_DFL)
    raise(SIGPIPE)
    end(1)
  }

  /// Call first: has output fail where it should, and nowhere else.
  ///
  /// Standard descriptors that are closed get a file that refuses what they are for: else the next file that
  /// is opened would be taken for one, and be written to.
  static func prepareProcess() {
    let refusing = [(STDIN_FILENO, O_WRONLY), (STDOUT_FILENO, O_RDONLY), (STDERR_FILENO, O_WRONLY)]
    for (descriptor, mode) in refusing {
      // The lowest that is free is taken.
      if fcntl(descriptor, F_GETFD) < 0, errno == EBADF { _ = open("/dev/null", mode) }
    }
    // A file's size limit is an error of the write like others.
    signal(SIGXFSZ, SIG_IGN)
    // Swift takes Ctrl-\ for a crash, and may hang in telling of it.
    signal(SIGQUIT, SIG_DFL)
  }
}
