import CTerminal
import Foundation
import Screen

/// The keys that the terminal's description tells of; what they send differs between terminals.
@MainActor
enum DescribedKeys {
  private static let names: [(name: String, key: Key)] =
    [
      ("kcuu1", .up), ("kcud1", .down), ("kcub1", .left), ("kcuf1", .right), ("khome", .home), ("kend", .end),
      ("kpp", .pageUp), ("knp", .pageDown), ("kich1", .insert), ("kdch1", .delete), ("kcbt", .backTab),
      ("kent", .enter),
    ] + (1...12).map { ("kf\($0)", .function($0)) }

  /// What they send, and the key that it is.
  static var all: [[UInt8]: Key] {
    let pairs = names.compactMap { name, key in
      term_key_string(name).map { (Array(String(cString: $0).utf8), key) }
    }
    return Dictionary(pairs) { first, _ in first }
  }
}

extension InputDecoder.Patience {
  /// What one waits for here: longer where the keyboard is behind a network.
  init(_ environment: [String: String]) {
    if Self.isRemote(environment) { (escape, sequence) = (150, 1_000) }
    // What other programs of the terminal obey as well.
    if let own = environment["ESCDELAY"].flatMap({ Int($0) }), (0...10_000).contains(own) {
      (escape, sequence) = (own, max(sequence, own))
    }
  }

  /// Whether the keyboard is behind a network.
  static func isRemote(_ environment: [String: String]) -> Bool {
    ["SSH_CONNECTION", "SSH_TTY", "SSH_CLIENT", "MOSH_CONNECTION"].contains {
      environment[$0]?.isEmpty == false
    }
  }
}
