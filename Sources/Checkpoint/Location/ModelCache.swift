import Foundation

/// The folder in which Hugging Face's programs keep what they have downloaded, looked at, never changed.
struct ModelCache {
  /// Where it may be, the likeliest first.
  let places: [String]

  /// Reads the variables that the `huggingface_hub` package reads.
  init(environment: [String: String]) {
    func value(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }
    let home = value("HOME") ?? NSHomeDirectory()
    func path(_ name: String) -> String? {
      value(name).map { $0 == "~" || $0.hasPrefix("~/") ? home + $0.dropFirst() : $0 }
    }
    let named = [
      path("HF_HUB_CACHE"), path("HUGGINGFACE_HUB_CACHE"), path("HF_HOME").map { $0 + "/hub" },
      path("XDG_CACHE_HOME").map { $0 + "/huggingface/hub" }, home + "/.cache/huggingface/hub",
    ]
    places = named.compactMap(\.self)
  }

  /// The newest downloaded version of a model, and what stands behind a colon for one of its files; `nil`
  /// when the text is no name of a model.
  /// - Throws: `CheckpointError.notInCache`.
  func folder(of given: String) throws -> (path: String, file: String?)? {
    let parts = given.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    guard let name = parts.first, Self.isModelName(name), parts.count == 1 || !parts[1].isEmpty else {
      return nil
    }
    let folder = "models--" + name.replacing("/", with: "--")
    for place in places {
      guard let snapshot = Self.snapshot(in: place + "/" + folder) else { continue }
      return (snapshot, parts.count == 2 ? parts[1] : nil)
    }
    throw CheckpointError.notInCache(name: name, places: places.map { $0 + "/" + folder })
  }

  /// The names of all models, in alphabetical order.
  var names: [String] {
    let folders = places.flatMap { (try? FileManager.default.contentsOfDirectory(atPath: $0)) ?? [] }
    return Set(folders.compactMap(Self.name(ofFolder:))).sorted()
  }

  /// The model whose folder is called so; `nil` for another folder.
  static func name(ofFolder folder: String) -> String? {
    guard folder.hasPrefix("models--") else { return nil }
    let name = String(folder.dropFirst("models--".count)).replacing("--", with: "/")
    return isModelName(name) ? name : nil
  }

  /// `organisation/model`, of the letters that Hugging Face allows.
  private static func isModelName(_ text: String) -> Bool {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    return parts.count == 2
      && parts.allSatisfy { part in
        !part.isEmpty && !part.hasPrefix(".")
          && part.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
              UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."):
              true
            default: false
            }
          }
      }
  }

  /// The version that the branch `main` points to, or else the one that came last.
  static func snapshot(in folder: String) -> String? {
    let manager = FileManager.default
    let snapshots = folder + "/snapshots"
    if let commit = try? String(contentsOfFile: folder + "/refs/main", encoding: .utf8)
      .trimmingCharacters(in: .whitespacesAndNewlines),
      !commit.isEmpty, commit.utf8.allSatisfy({ $0 != UInt8(ascii: "/") }), !commit.hasPrefix("."),
      manager.fileExists(atPath: snapshots + "/" + commit)
    {
      return snapshots + "/" + commit
    }
    func age(_ name: String) -> Date {
      let attributes = try? manager.attributesOfItem(atPath: snapshots + "/" + name)
      return attributes?[.modificationDate] as? Date ?? .distantPast
    }
    let names = ((try? manager.contentsOfDirectory(atPath: snapshots)) ?? []).sorted()
    return names.max { age($0) < age($1) }.map { snapshots + "/" + $0 }
  }
}

extension Checkpoint {
  /// The models in Hugging Face's cache, by the names that `init(path:)` takes.
  public static func cachedModels(environment: [String: String]) -> [String] {
    ModelCache(environment: environment).names
  }
}
