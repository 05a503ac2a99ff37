extension Tour {
  /// The tour of the sample `needle.txt` on the embedded model, from its text to a token whose loss changes
  /// the answer.
  package static let needle = Tour(
    steps: [
      TourStep(
        "The model has read this text, cut into tokens (words and parts of words), and must answer its last line.",
        "The answer stands far above: type `/Munathow` and `Enter`.",
        keys: "/Munathow<Enter>"
      ) { state, _ in state.isCursor(in: "The favour of Munathow is 905.") },
      TourStep(
        "905 it is. Of every token the model keeps a key and a value in memory, the KV cache; it grows with the text.",
        "What if most of it goes? Press `4` for the answers.",
        keys: "4"
      ) { state, _ in state.display.view == .compare },
      TourStep(
        "A policy evicts: of 1,178 tokens it keeps 48 for each of the 40 heads that look back at the text. Not every answer survives.",
        "Press `p` until SnapKV.",
        keys: "pp"
      ) { state, _ in state.scene.result?.policy.title == "SnapKV" },
      TourStep(
        "SnapKV keeps what the last tokens, its window, attend to, that is: look at. Its answer is lost.",
        "Press `1`, then `o`: the head and the token where it lost most.",
        keys: "1o"
      ) { state, _ in state.display.view == .text && state.isCursor(in: "905") && state.evictsCursor },
      TourStep(
        "This head evicted the 5, though it looks at nothing else (attention 1.0) when the answer says 5. Overlooked?",
        "Press `2`: a cell is one token.",
        keys: "2"
      ) { state, _ in state.display.view == .heatmap && state.display.heatmap.keysPerCell == 1 },
      TourStep(
        "↓ is the 5. Rows w, the window, look before it; the answer's row d9 (`j`, `k` move) looks at it.",
        "Do other heads? Press `T`: the same token in all 40.",
        keys: "T"
      ) { state, _ in state.display.view == .heads && state.display.heads.figure.isOfToken },
      TourStep(
        "Ten heads look at it, seven in the last layer. SnapKV keeps it in two others (`f` shows which).",
        "Where does the answer break? Press `5`, then `d`: its course.",
        keys: "5d"
      ) { state, _ in state.scene.showsCourse },
      TourStep(
        "KL: how far SnapKV's next token is from the full cache's. Small up to the 5, where the answers part.",
        "Is the lost 5 the reason? With SnapKV, press `Y`.",
        keys: "Y"
      ) { state, _ in
        state.overlays.showsWhy && state.why.map { $0.isFinished && !$0.restored.isEmpty } ?? false
      },
      TourStep(
        "Yes: with that digit kept again the answer is back. LAQ asks 8 pseudo tokens, a quick guess at the answer, what to keep.",
        "Press `Esc`, then `P` until LAQ.",
        keys: "<Esc>PP"
      ) { state, _ in !state.overlays.showsWhy && state.scene.result?.policy.title == "LAQ" },
      TourStep(
        "LAQ keeps the 5: its guess looks there in time, and its answer is the full cache's to the end.",
        "How many pseudo tokens does that take? Press `6`.",
        keys: "6"
      ) { state, _ in state.display.view == .lookahead },
      TourStep(
        "8 (m=8) bring the answer back, 4 do not. Below, 8 from elsewhere; position: any words, at the right places.",
        "Press `j` down to position.",
        keys: "jjjjjj"
      ) { state, _ in state.isAtPseudoTokens(from: .position) },
      TourStep(
        "Right places, wrong answer: here the words count. Now you: which token's loss changes LAQ's answer?",
        "`1`, go to a token, `S` until \"every head\", `X`: evict.",
        keys: "1hSSX",
        hint: { state, begun in
          state.editOutcome(since: begun)?.isChanged == false
            ? "The answer stays: the token is not needed, or still there in other heads (`S`). `u` takes it back; try another."
            : nil
        }
      ) { state, begun in state.editOutcome(since: begun)?.isChanged ?? false },
    ],
    close: { state, begun in
      guard let outcome = state.editOutcome(since: begun) else { return "" }
      return
        "Found: \(outcome.words). Attention is a hint; to take a token away and answer again is the proof, as `Y` does. "
        + "`u` takes it back."
    })
}
