import Foundation
import TestSupport
import Testing
@testable import Exploration

@Suite struct AtomicFileTests {
  private let scratch: ScratchFolder
  private var folder: String { scratch.path }
  private let old = Data("old".utf8)
  private let new = Data("new".utf8)

  init() throws { scratch = try ScratchFolder() }

  private func contents(_ name: String) throws -> Data {
    try Data(contentsOf: URL(fileURLWithPath: "\(folder)/\(name)"))
  }

  /// No passing file is left behind.
  private var names: [String] {
    get throws { try FileManager.default.contentsOfDirectory(atPath: folder).sorted() }
  }

  @Test func replacesAFileOnlyWhenToldTo() throws {
    let path = folder + "/kept.json"
    try AtomicFile.write(old, to: path)
    #expect(throws: ExportError.exists(path)) { try AtomicFile.write(new, to: path) }
    #expect(try contents("kept.json") == old)
    try AtomicFile.write(new, to: path, replacing: true)
    #expect(try contents("kept.json") == new)
    #expect(try names == ["kept.json"])
  }

  @Test func aReplacedFileKeepsItsPermissionsAndItsLinks() throws {
    let path = folder + "/kept.json", link = folder + "/latest.json"
    try AtomicFile.write(old, to: path)
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: "kept.json")
    #expect(throws: ExportError.exists(link)) { try AtomicFile.write(new, to: link) }
    try AtomicFile.write(new, to: link, replacing: true)
    #expect(try contents("kept.json") == new)
    #expect(try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int == 0o600)
    #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link) == "kept.json")
    #expect(try names == ["kept.json", "latest.json"])
  }

  @Test func whatIsInTheWayIsNamed() throws {
    let missing = folder + "/none/kept.json"
    #expect(throws: ExportError.noFolder(missing, folder: folder + "/none")) {
      try AtomicFile.write(new, to: missing)
    }
    #expect(throws: ExportError.notAFile(folder)) { try AtomicFile.write(new, to: folder, replacing: true) }
    #expect(throws: ExportError.notAFile("/dev/null")) {
      try AtomicFile.write(new, to: "/dev/null", replacing: true)
    }
    try FileManager.default.createSymbolicLink(atPath: folder + "/lost", withDestinationPath: "nowhere")
    #expect(throws: ExportError.exists(folder + "/lost")) { try AtomicFile.write(new, to: folder + "/lost") }
    #expect(throws: ExportError.self) { try AtomicFile.write(new, to: folder + "/lost", replacing: true) }
    // /proc lets nobody make files, whoever runs the tests.
    #expect {
      try AtomicFile.write(new, to: "/proc/kept.json")
    } throws: { error in
      guard case .notWritten("/proc/kept.json", _)? = error as? ExportError else { return false }
      return true
    }
    #expect(try names == ["lost"])
  }
}
