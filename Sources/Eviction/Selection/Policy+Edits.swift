extension Policy {
  /// The same policy, with a person's changes after its own choice in place of any earlier ones.
  public func edited(_ edits: [KeptEdit]) -> Policy {
    var copy = self
    copy.edits = edits
    return copy
  }

  /// The policy's own choice, without a person's changes.
  public var unedited: Policy { edited([]) }
}
