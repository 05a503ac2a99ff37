import Foundation
import TestSupport
import Testing

@testable import Checkpoint

extension Places {
  /// One of this target's fixtures.
  static func fixture(_ name: String) throws -> String { try fixture(name, in: .module) }
}

/// Parses a text with the parser under test.
func parseJSON(_ text: some Sequence<UInt8>) throws -> JSONValue {
  try Array(text).withUnsafeBytes { try JSONParser.parse($0) }
}

func parseJSON(_ text: String) throws -> JSONValue { try parseJSON(text.utf8) }

/// The error of an attempt, in words; `nil` when it succeeds.
func failure(of attempt: () throws -> Void) -> String? {
  do {
    try attempt()
    return nil
  } catch let error as CheckpointError {
    return error.description
  } catch {
    return "another error than CheckpointError: \(error)"
  }
}

/// Whether tokens cover a text's bytes without a gap or an overlap.
func covers(_ tokens: [Token], _ text: [UInt8]) -> Bool {
  var end = 0
  for token in tokens {
    guard token.byteRange.lowerBound == end || token.byteRange.isEmpty else { return false }
    end = max(end, token.byteRange.upperBound)
  }
  return end == text.count
}
