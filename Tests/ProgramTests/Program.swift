import Foundation
import Testing

/// The built program, run from a working folder that holds nothing of the package.
enum Program {
  struct Outcome {
    let status: Int32
    let output: String
    let errors: String
  }

  /// The program beside the test bundle that runs now.
  static func executable() throws -> URL {
    let bundle = CommandLine.arguments.first { $0.contains(".xctest") }.map { URL(fileURLWithPath: $0) }
    var folder = bundle ?? Bundle.main.bundleURL
    while folder.path != "/" {
      folder.deleteLastPathComponent()
      let program = folder.appendingPathComponent("laq-tui")
      if FileManager.default.isExecutableFile(atPath: program.path) { return program }
    }
    throw Missing()
  }

  struct Missing: Error, CustomStringConvertible {
    var description: String { "laq-tui was not found beside \(CommandLine.arguments)" }
  }

  /// Whoever runs the tests may have a configuration of their own.
  static let withoutConfig = ["XDG_CONFIG_HOME": "/nowhere"]

  /// Runs the program without a terminal; another build of it where `program` names one.
  static func run(
    _ arguments: [String], input: String = "", environment: [String: String] = [:], program: String? = nil
  ) throws -> Outcome {
    let process = Process()
    process.executableURL = try program.map { URL(fileURLWithPath: $0) } ?? executable()
    process.arguments = arguments
    process.currentDirectoryURL = FileManager.default.temporaryDirectory
    process.environment = ProcessInfo.processInfo.environment.merging(withoutConfig) { $1 }.merging(
      environment
    ) { $1 }
    let (output, errors, source) = (Pipe(), Pipe(), Pipe())
    process.standardOutput = output
    process.standardError = errors
    process.standardInput = source
    try process.run()
    try source.fileHandleForWriting.write(contentsOf: Data(input.utf8))
    try source.fileHandleForWriting.close()
    let text = output.fileHandleForReading.readDataToEndOfFile()
    let complaint = errors.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return Outcome(
      status: process.terminationStatus, output: String(decoding: text, as: UTF8.self),
      errors: String(decoding: complaint, as: UTF8.self))
  }
}
