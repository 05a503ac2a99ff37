import Exploration
import Foundation
import ResultsViews
import Screen
import Views

/// Writes what keys and `--export` ask for.
enum ExportFile {
  /// Looks whether a file may be written, before anything is computed for it.
  /// - Throws: `ExportError`.
  static func check(_ request: ExportRequest) throws {
    try AtomicFile.check(path(request), replacing: request.replacing)
  }

  /// Writes a file, complete or not at all.
  /// - Parameter size: the size of a drawn view.
  /// - Throws: `ExportError`.
  static func write(_ state: ViewState, _ request: ExportRequest, size: Size, glyphs: GlyphSet) throws {
    try check(request)
    let data = try state.exported(request, size: size, glyphs: glyphs)
    try AtomicFile.write(data, to: path(request), replacing: request.replacing)
  }

  /// Writes why an answer was lost, to the first free `why.json`, `why-2.json`, … here.
  /// - Returns: a sentence for the status line.
  /// - Throws: `ExportError`.
  static func write(_ finding: WhyFinding, of run: Run) throws -> String {
    let target = free("why", "json")
    try AtomicFile.write(try WhyExport(finding, of: run).json(), to: target)
    return "why \(finding.policy.title) lost the answer: written to \(target)"
  }

  /// Keeps a session, and what was computed; a path that it names is seen from where the file lies. The
  /// recording comes first, which is large and may be stopped.
  /// - Parameter onProgress: called with the bytes of the recording that are written, and with all of them.
  /// - Returns: the file of the recording that the session names.
  /// - Throws: `ExportError`, `NoSession` where a run came without its model; `CancellationError`.
  static func write(
    _ state: ViewState, of input: OpenedInput, _ request: SessionRequest,
    onProgress: (_ done: Int, _ count: Int) -> Void = { _, _ in }
  ) throws -> KeptRecordingFile? {
    guard let origin = input.origin else { throw NoSession() }
    let path = (request.path as NSString).expandingTildeInPath
    let digest = input.modelDigest?.value
    var file = SessionFile(state, origin: origin, path: path)
    file.remember(state, model: digest)
    let hash = state.setup.prompt.hash
    var recording = state.editing.recording.flatMap { $0.promptHash == hash ? $0 : nil }
    if request.keepsRecording {
      guard let digest else { throw NoRecording() }
      try AtomicFile.check(path, replacing: request.replacing)
      let target = (request.recordingPath as NSString).expandingTildeInPath
      let bytes = try TraceExport(
        state.run,
        origin: RecordingOrigin(model: digest, prompt: state.run.prompt, precision: origin.precision)
      ).write(to: target, replacing: request.replacing, onProgress: onProgress)
      recording = KeptRecordingFile(path: target, bytes: bytes, promptHash: state.run.prompt.hash)
    }
    if let recording { file.keep(recordingAt: recording.path, bytes: recording.bytes, session: path) }
    try AtomicFile.write(try file.data(), to: path, replacing: request.replacing)
    return recording
  }

  /// Writes the list of losses that is shown, to the first free `losses.csv`, `losses-2.csv`, … here.
  /// - Returns: a sentence for the status line.
  /// - Throws: `ExportError`.
  static func writeLosses(_ state: ViewState) throws -> String {
    guard let list = state.shownLosses else { return "the losses are still being put in order" }
    let target = free("losses", "csv")
    try AtomicFile.write(list.table(of: state.run), to: target)
    return "\(list.entries.count) losses of \(list.request.policy.title) written to \(target)"
  }

  /// Writes the heads that are looked at, as a table and as a picture, to the first free `heads.csv` and
  /// `heads.svg`, `heads-2.csv` and … here.
  /// - Returns: a sentence for the status line.
  /// - Throws: `ExportError`.
  static func writeHeads(_ state: ResultsState, size: Size) throws -> String {
    guard let table = state.heads?.csv else { return "there is nothing to write yet" }
    let targets = (free("heads", "csv"), free("heads", "svg"))
    try AtomicFile.write(Data(table.utf8), to: targets.0)
    var state = state
    state.theme = .light
    let picture = SVGRenderer(.light).svg(state.draw(size: size), title: state.name)
    try AtomicFile.write(Data(picture.utf8), to: targets.1)
    return "the figure of every head written to \(targets.0), the picture to \(targets.1)"
  }

  private static func free(_ stem: String, _ ending: String) -> String {
    var name = "\(stem).\(ending)"
    var number = 2
    while FileManager.default.fileExists(atPath: name) {
      name = "\(stem)-\(number).\(ending)"
      number += 1
    }
    return name
  }

  /// A path that begins with `~` is at home, as in a shell.
  private static func path(_ request: ExportRequest) -> String {
    (request.path as NSString).expandingTildeInPath
  }
}

/// A recording is of the model's files as they were opened.
struct NoRecording: Error, CustomStringConvertible {
  let description =
    "the model's files are others now than those that were opened, or cannot be read: no recording is kept of them"
}

/// A session names a text and a model, which a trace is not.
struct NoSession: Error, CustomStringConvertible {
  let description = "a session keeps a text and its model; this is a trace, which is opened by itself"
}
