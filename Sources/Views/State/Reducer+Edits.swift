import Eviction
import Exploration

extension ViewState {
  /// Keeps or evicts the selected tokens by hand.
  ///
  /// The active policy's own choice stays: the edits go to a policy of their own beside it, and the two are
  /// compared.
  mutating func editKept(_ action: KeptEdit.Action) -> Effect {
    guard let active = setup.active, run.recording != nil else {
      message = "nothing is kept yet that could be edited"
      return .none
    }
    let scope: KeptEdit.Scope =
      switch editing.scope {
      case .head: .head(layer: cursor.layer, queryHead: cursor.head)
      case .layer: .layer(cursor.layer)
      case .everywhere: .everywhere
      }
    let span = cursor.selection
    let effect = adopt([KeptEdit(action, span, in: scope)], of: active)
    let tokens =
      span.count == 1 ? "token \(span.lowerBound)" : "tokens \(span.lowerBound) to \(span.upperBound)"
    message =
      "\(setup.policyTitle): \(tokens) \(action == .keep ? "kept" : "evicted") in \(editing.scope.rawValue) (\(display.keys.shown(.scope))); \(display.keys.shown(.undo)) takes it back"
    cursor.selectionStart = nil
    return effect
  }

  /// Adds edits to a policy's edited variant, which is made if there is none, and compares it with the policy
  /// itself.
  mutating func adopt(_ edits: [KeptEdit], of base: Policy) -> Effect {
    let own = setup.settings.policies.firstIndex(of: base.unedited)
    let edited = setup.settings.policies.firstIndex { !$0.edits.isEmpty && $0.unedited == base.unedited }
    let effect: Effect
    if let edited {
      effect = changeSettings {
        $0.policies[edited] = $0.policies[edited].edited($0.policies[edited].edits + edits)
      }
      choosePolicy(edited)
    } else {
      effect = changeSettings { $0.policies.append(base.edited(edits)) }
      choosePolicy(setup.settings.policies.count - 1)
    }
    setup.pinned = own
    return effect
  }
}
