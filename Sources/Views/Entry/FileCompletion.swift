import Foundation

/// Completes the name of a file.
package struct FileCompletion: Sendable {
  /// The files of a folder; those of the second list are folders.
  package typealias Listing = @Sendable (_ folder: String) -> (files: [String], folders: [String])

  private let list: Listing

  /// - Parameter list: reads a folder; tests give one that is made up.
  package init(list: @escaping Listing = FileCompletion.disk) { self.list = list }

  /// What a path that has been typed so far could become: whole paths, folders with a slash behind them.
  ///
  /// Hidden files are left out unless their point is typed. A path that begins with `~` is at home, as in a
  /// shell.
  package func candidates(_ typed: String) -> [String] {
    let cut = typed.lastIndex(of: "/").map { typed.index(after: $0) } ?? typed.startIndex
    let (folder, begun) = (String(typed[..<cut]), typed[cut...])
    let found = list(folder.isEmpty ? "." : (folder as NSString).expandingTildeInPath)
    let names = found.folders.map { $0 + "/" } + found.files
    return names.filter { $0.hasPrefix(begun) && ($0.first != "." || begun.first == ".") }.sorted().map {
      folder + $0
    }
  }

  /// What is on the disk; nothing where a folder cannot be read.
  package static let disk: Listing = { folder in
    let url = URL(fileURLWithPath: folder)
    let found =
      (try? FileManager.default.contentsOfDirectory(at: url, includingPropertiesForKeys: [.isDirectoryKey]))
      ?? []
    var result: (files: [String], folders: [String]) = ([], [])
    for file in found {
      let isFolder = (try? file.resourceValues(forKeys: [.isDirectoryKey]))?.isDirectory ?? false
      if isFolder {
        result.folders.append(file.lastPathComponent)
      } else {
        result.files.append(file.lastPathComponent)
      }
    }
    return result
  }
}
