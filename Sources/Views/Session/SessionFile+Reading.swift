import Eviction
import Exploration
import Foundation

extension SessionFile {
  /// A text and values of the largest sizes in base 64, and the rest.
  private static let byteLimit = (PromptReader.byteLimit + valuesLimit) / 3 * 4 + (1 << 20)

  /// Whether a file's first bytes are those of a session: a JSON object that names the schema. Texts that
  /// begin so are opened through standard input.
  package static func isSession(_ beginning: some Collection<UInt8>) -> Bool {
    isObject(beginning) && Data(beginning).range(of: Data("\"\(schema)\"".utf8)) != nil
  }

  /// Whether first bytes may be those of a JSON object.
  private static func isObject(_ beginning: some Collection<UInt8>) -> Bool {
    beginning.first { ![0x20, 0x09, 0x0A, 0x0D].contains($0) } == UInt8(ascii: "{")
  }

  /// Reads a session if the file is one; `nil` for anything else, what cannot be read included: whoever reads
  /// texts says why not.
  /// - Throws: `SessionFileError`.
  package static func read(_ path: String) throws -> SessionFile? {
    var status = stat()
    // Reading a pipe would take from it what a text is made of.
    guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG,
      let handle = FileHandle(forReadingAtPath: path), let beginning = try? handle.read(upToCount: 1 << 16),
      isObject(beginning)
    else { return nil }
    let isNamed = isSession(beginning)
    guard status.st_size <= byteLimit, let rest = try? handle.readToEnd() ?? Data() else {
      guard isNamed else { return nil }
      throw SessionFileError.tooLarge(path, limit: byteLimit)
    }
    let data = beginning + rest
    // The other settings stand before the schema, and their question may be long. So far behind, only what is
    // well formed counts: other JSON may quote the name.
    if !isNamed {
      guard isSession(data), (try? JSONDecoder().decode(Head.self, from: data))?.schema == schema else {
        return nil
      }
    }
    return try SessionFile(data, path: path)
  }

  /// Reads a session's bytes.
  /// - Parameter path: what errors call it.
  /// - Throws: `SessionFileError`.
  package init(_ data: Data, path: String) throws {
    let decoder = JSONDecoder()
    do {
      // The version first: of a later one, other fields may mean anything.
      let head = try decoder.decode(Head.self, from: data)
      guard head.schema == Self.schema else {
        throw SessionFileError.badValue(path, key: "schema", found: head.schema, expected: "'\(Self.schema)'")
      }
      guard head.version <= Self.version else {
        throw SessionFileError.newer(path, version: head.version, program: head.program)
      }
      self = try decoder.decode(SessionFile.self, from: data)
      if head.version < 2 { useFixedWindows() }
    } catch let error as DecodingError {
      throw SessionFileError(error, path: path)
    }
  }

  /// Gives policies' names what they meant before windows went by the budget; what is no name is refused
  /// where it is used.
  private mutating func useFixedWindows() {
    func renamed(_ name: String) -> String { Policy(name)?.withFixedWindows.name ?? name }
    func renamed(_ setup: Setup) -> Setup {
      var setup = setup
      for index in setup.policies.indices where setup.policies[index].kept == nil {
        setup.policies[index].name = renamed(setup.policies[index].name)
      }
      return setup
    }
    (setup, other) = (renamed(setup), other.map(renamed))
    screen.plotted = screen.plotted?.map(renamed)
    version = Self.version
  }

  private struct Head: Decodable {
    let schema: String
    let version: Int
    let program: String?
  }
}

extension SessionFileError {
  fileprivate init(_ error: DecodingError, path: String) {
    func place(_ context: DecodingError.Context) -> String {
      context.codingPath.reduce("") { path, key in
        key.intValue.map { "\(path)[\($0)]" } ?? (path.isEmpty ? "" : path + ".") + key.stringValue
      }
    }
    switch error {
    case .keyNotFound(let key, let context):
      self = .malformed(path, place: place(context), reason: "the field '\(key.stringValue)' is missing")
    case .valueNotFound(_, let context):
      self = .malformed(path, place: place(context), reason: "nothing stands there")
    case .typeMismatch(let type, let context):
      let kinds = ["Int": "a whole number", "String": "a text", "Bool": "true or false"]
      self = .malformed(
        path, place: place(context), reason: "\(kinds["\(type)"] ?? "a list or an object") was expected")
    case .dataCorrupted(let context):
      self = .malformed(
        path, place: place(context),
        reason: context.codingPath.isEmpty ? "it is no JSON" : context.debugDescription)
    @unknown default: self = .malformed(path, place: "", reason: "it cannot be read")
    }
  }
}
