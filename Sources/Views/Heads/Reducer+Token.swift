import Exploration

extension ViewState {
  /// Opens the heads at figures of the token at the cursor, or of the selected span. Where they are open
  /// already, a span's tokens are joined the other way.
  mutating func openTokenInHeads() {
    guard display.view == .heads, display.heads.figure.isOfToken else {
      if !display.heads.figure.isOfToken { display.heads.figure = .tokenAttention }
      open(.heads)
      return
    }
    guard cursor.selection.count > 1 else {
      message = "one token has nothing to add up; \(display.keys.shown(.select)) in the text selects a span"
      return
    }
    display.heads.joining = display.heads.joining == .max ? .sum : .max
  }

  /// Goes to another token, whatever the view's cells are.
  mutating func moveToken(by change: Int) {
    let last = max(0, run.prompt.tokens.count - 1)
    let target = min(max(0, cursor.position + change), last)
    if target == cursor.position { message = change > 0 ? "the text ends here" : "the text begins here" }
    cursor.position = target
  }

  /// Shows all heads of all layers without digits, or as many as have room for them.
  mutating func zoomHeads(closer: Bool) {
    display.heads.showsAll = !closer
    message =
      display.heads.isSorted
      ? "the sorted heads have their numbers; \(display.keys.shown(.sort)) shows layers and heads"
      : closer ? "heads with their numbers, as many as have room" : "all heads of all layers in one picture"
  }
}

extension Scene {
  /// Figures of the token at the cursor, or of the selected span, under a result's policy.
  func tokenRequest(_ result: PolicyResult?) -> TokenFigures.Request? {
    TokenFigures.Request(run, result: result, span: cursor.selection, joining: display.heads.joining)
  }

  /// Those under the active policy, once they are computed.
  var tokenFigures: TokenFigures? { tokenRequest(result).flatMap { details.tokens[$0] } }

  /// What the heads view lacks: the figures that it shows, and those of the selected head beside them where
  /// they take no time.
  var missingTokens: [Details.Request] {
    let isOpen = display.heads.figure.isOfToken
    var missing: [Details.Request] = []
    for result in [result, pinnedResult] {
      guard let request = tokenRequest(result), details.tokens[request] == nil else { continue }
      let wanted = Details.Request.token(request)
      if !missing.contains(wanted), isOpen || wanted.isQuick(run) { missing.append(wanted) }
    }
    return missing
  }
}
