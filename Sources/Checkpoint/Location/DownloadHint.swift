/// An address in place of a path: nothing is downloaded here, but how to do it can be said.
struct DownloadHint {
  /// The sentence.
  let error: CheckpointError

  /// Understands an address; `nil` for what is none.
  init?(_ given: String) {
    // What stands behind a number sign is a place within a page.
    var rest = given.prefix { $0 != "#" }
    var hasScheme = false
    for scheme in ["https://", "http://", "hf://"] where rest.lowercased().hasPrefix(scheme) {
      rest = rest.dropFirst(scheme.count)
      hasScheme = true
      break
    }
    let isHub = given.lowercased().hasPrefix("hf://")
    var parts = rest.split(separator: "/", omittingEmptySubsequences: true).map(String.init)
    let hosts: Set = ["huggingface.co", "www.huggingface.co", "hf.co"]
    let isHugging = isHub || parts.first.map { hosts.contains($0.lowercased()) } ?? false
    guard hasScheme || isHugging && !given.hasPrefix("/") else { return nil }
    if isHugging, !isHub { parts.removeFirst() }
    if isHugging, parts.first == "models" { parts.removeFirst() }
    error = .incomplete(
      path: ByteString(given).description, reason: "this is an address, and nothing is downloaded here",
      remedy: isHugging && parts.count >= 2 && !["datasets", "spaces"].contains(parts[0])
        ? Self.hub(parts) : "download it first (curl -LO ADDRESS), then give its path")
  }

  /// `ORG/NAME`, with `:TAG` or `/resolve/main/FILE` behind it.
  private static func hub(_ parts: [String]) -> String {
    let tagged = parts[1].split(separator: ":", maxSplits: 1).map(String.init)
    let clean = (tagged.first ?? "").split(separator: "?").first.map(String.init) ?? ""
    let versioned = clean.split(separator: "@", maxSplits: 1).map { ByteString(String($0)).description }
    let name = ByteString("\(parts[0])/\(versioned.first ?? clean)").description
    if parts.count >= 5, ["resolve", "blob"].contains(parts[2]) {
      let file = parts[4...].joined(separator: "/").split(separator: "?").first.map(String.init) ?? ""
      let shown = ByteString(file).description
      return shown.lowercased().hasSuffix(".gguf")
        ? "fetch the file first (hf download \(name) \(shown)), then give --model \(name):\(shown)"
        : "fetch the model first (hf download \(name)), then give --model \(name)"
    }
    if tagged.count == 2 {
      let tag = ByteString(tagged[1]).description
      return
        "fetch the file first (hf download \(name) --include '*\(tag)*'), then give --model \(name):\(tag)"
    }
    let revision = versioned.count == 2 ? " --revision \(versioned[1])" : ""
    return "fetch the model first (hf download \(name)\(revision)), then give --model \(name)"
  }
}
