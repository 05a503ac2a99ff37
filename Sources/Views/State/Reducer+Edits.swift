import Eviction
import Exploration

extension ViewState {
  /// The heads in which an edit happens.
  package enum EditScope: String, Sendable, CaseIterable {
    case head = "this head"
    case layer = "this layer"
    case everywhere = "every head"
  }

  /// The tokens that an edit is about: the selected span, or the token under the cursor.
  var selection: ClosedRange<Int> {
    let start = selectionStart ?? cursor
    return min(start, cursor)...max(start, cursor)
  }

  /// Keeps or evicts the selected tokens by hand.
  ///
  /// The active policy's own choice stays: the edits go to a policy of their own beside it, and the two are
  /// compared.
  mutating func editKept(_ action: KeptEdit.Action) -> Effect {
    guard settings.policies.indices.contains(policy), run.recording != nil else {
      message = "nothing is kept yet that could be edited"
      return .none
    }
    let scope: KeptEdit.Scope =
      switch editScope {
      case .head: .head(layer: layer, queryHead: head)
      case .layer: .layer(layer)
      case .everywhere: .everywhere
      }
    let span = selection
    let effect = adopt([KeptEdit(action, span, in: scope)], of: settings.policies[policy])
    let tokens =
      span.count == 1 ? "token \(span.lowerBound)" : "tokens \(span.lowerBound) to \(span.upperBound)"
    message =
      "\(policyTitle): \(tokens) \(action == .keep ? "kept" : "evicted") in \(editScope.rawValue) (\(keys.shown(.scope))); \(keys.shown(.undo)) takes it back"
    selectionStart = nil
    return effect
  }

  /// Adds edits to a policy's edited variant, which is made if there is none, and compares it with the policy
  /// itself.
  mutating func adopt(_ edits: [KeptEdit], of base: Policy) -> Effect {
    let own = settings.policies.firstIndex(of: base.unedited)
    let edited = settings.policies.firstIndex { !$0.edits.isEmpty && $0.unedited == base.unedited }
    let effect: Effect
    if let edited {
      effect = changeSettings {
        $0.policies[edited] = $0.policies[edited].edited($0.policies[edited].edits + edits)
      }
      choosePolicy(edited)
    } else {
      effect = changeSettings { $0.policies.append(base.edited(edits)) }
      choosePolicy(settings.policies.count - 1)
    }
    pinned = own
    return effect
  }
}
