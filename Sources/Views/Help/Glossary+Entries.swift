extension Glossary {
  static let text = [
    Entry(
      "token", ["tokens", "cursor", "id", "bytes", "position", "place", "prompt"],
      "A word or a part of one, as the model reads it; n counts those of the prompt, from 0."),
    Entry("layer", ["layers"], "One of the model's storeys, counted from 1; each has a cache of its own."),
    Entry(
      "query head", ["head", "heads", "h1", "h2", "h3", "h4"],
      "One of the parts of a layer that look back at the text; 5.6 is the sixth of layer 5."),
    Entry(
      "KV head", ["KV", "query"],
      "Query heads that share keys and values. A kept set is one KV head's, or one query head's (a changes that)."
    ),
    Entry(
      "cache", ["KV kept", "MiB"],
      "The keys and values of all tokens read so far: what eviction makes small. MiB are counted in f32."),
    Entry(
      "full", [], "The cache with nothing evicted. Its answer is the truth that every policy is measured by."),
    Entry(
      "oracle", [],
      "A policy that has seen the answer: it keeps the tokens with the most true attention. No policy can know them."
    ),
    Entry(
      "active", ["policy", "policies"], "The policy that is looked at, behind the arrow; p goes to the next."),
    Entry(
      "pinned", ["x"], "The policy that the active one is compared with, behind the x; x pins the active one."
    ),
  ]

  static let eviction = [
    Entry("budget", ["B", "n"], "How many tokens each layer and head may keep, on average."),
    Entry(
      "kept", ["keeps", "keep"],
      "In the cache of this layer and head after the eviction. Both: kept by the active policy and by the pinned one."
    ),
    Entry("evicted", ["nothing"], "No longer in the cache of this layer and head; other heads may keep it."),
    Entry("kept by both", ["both"], "Neither policy loses it: here the two do not differ."),
    Entry(
      "kept by one only", ["only"],
      "One of the two policies keeps it and the other evicts it: here they differ."),
    Entry("evicted by both", ["neither", "none"], "Neither the active policy nor the pinned one keeps it."),
    Entry(
      "always kept", ["always", "W"],
      "Kept whatever its score: the policy's window of last tokens, or first tokens (sinks)."),
    Entry(
      "window", [],
      "The prompt's tokens that a policy looks at; most always keep them. Behind a plus pseudo tokens; all: every token."
    ),
    Entry(
      "by score", ["score"],
      "What the policy orders the other tokens by; what fills the budget beside those always kept."),
    Entry(
      "rank", ["cut at rank"],
      "The token's place in that order, 1 for the best; those up to the cut are kept. A share of 48 with 16 always kept has its cut at 32."
    ),
    Entry(
      "not by rank alone", ["alone"],
      "Tokens are chosen in groups, or moved between heads: the order alone does not say which are kept."),
    Entry(
      "most read by", ["read", "pooled"],
      "The row that looks most at the token, and its attention there. Pooled: a neighbour got that attention, and the token its score."
    ),
    Entry(
      "out of the window", ["useless share"],
      "Kept where the layer sees its last tokens only (a sliding window): of no use, as no token of the answer looks there."
    ),
    Entry(
      "edited", ["edits"],
      "Kept or evicted by hand (K, X) in a policy of its own, with a star behind its name; u takes it back, :write keeps it."
    ),
  ]

  static let measures = [
    Entry(
      "true attention", ["sum", "attention", "over", "decode rows"],
      "Attention that the true answer's rows give to the token in this head: each row has 1 to give, and the sum is shown."
    ),
    Entry(
      "mass", ["mass recall"], "The share of the true attention that falls on kept tokens; 1 loses nothing."),
    Entry(
      "recall", ["recall against the oracle", "against"],
      "Of the tokens with the most true attention, as many as the budget, the share that is kept; 0 where a head keeps nothing."
    ),
    Entry(
      "ceiling", ["at most", "most"],
      "The highest mean recall that any choice of as many tokens has: query heads that share a kept set want different ones."
    ),
    Entry(
      "output error", ["out err", "error"],
      "How far attention's output (p times v, summed) on the kept tokens is from that on all, at the true decode rows; 0 is none."
    ),
    Entry(
      "all heads", ["mean", "of all heads"],
      "The mean over every layer and query head, beside this head's own number."),
    Entry(
      "KL", ["divergence"], "How differently the smaller cache predicts the next token, in nats; 0 is alike."),
    Entry(
      "course of the answer",
      [
        "course", "parts", "parted", "never", "step", "above", "sight", "adds", "chose", "each", "says",
        "one", "whether", "how",
      ],
      "Each cache is fed the full cache's answer: at each token the KL, the token that it would say, what it keeps of the attention. It parts where its own answer has another token."
    ),
    Entry(
      "undecided", ["nats", "F"],
      "The entropy of the next token, in nats: 0 is sure of one, 2.3 is ten that are equally likely."),
    Entry(
      "top-1", ["top"],
      "Of the full answer's next tokens, its end being one, how many the smaller cache says, too: 13/13 are 12 tokens and the end."
    ),
    Entry(
      "evict", ["ms", "eviction"],
      "Seconds of scoring and selection; the phase in which all but the kept tokens go."),
    Entry(
      "answer", ["answers", "ends", "decodes"],
      "What the model says on this cache; the first token that is not the full cache's is marked."),
    Entry(
      "mark", ["misses", "full cache's", "blame", "policy", "what", "without"],
      "✓ the full cache's tokens, ≈ others with the expected answer (--expect) in them, ✗ without it. With nothing expected, = the same tokens, ≠ others."
    ),
    Entry(
      "gain over the pinned policy", ["gain"],
      "True attention covered more (+) or less (-) than by the pinned policy."),
    Entry("kept share", ["share"], "The share of the prompt's tokens that the head keeps."),
    Entry(
      "window agreement", ["agreement"],
      "Cosine of the attention of the policy's window, or SnapKV's, with the true decode rows; without the sinks, unless said."
    ),
    Entry("lookahead agreement", [], "The same for the rows of LAQ's pseudo tokens."),
    Entry(
      "attention to the token", ["score of the token", "rank of the token"],
      "What every head makes of the token at the cursor, or of a selected span (its max or sum, T): true attention, score, rank."
    ),
    Entry(
      "who keeps the token", ["who", "act", "pin"],
      "In each head, whether both policies keep the token, one of them or neither, by the text's marks; of a span any of its tokens (max), or all (sum)."
    ),
    Entry(
      "entropy", ["bits"],
      "How far a head spreads, in bits: 3 are about 8 tokens, 8 about 256, which a budget cannot hold."),
    Entry(
      "sink share", ["sink", "sinks"],
      "The share of the true attention that goes to the first tokens, which mean little and must stay."),
    Entry(
      "lowest (!)", ["lowest", "highest"],
      "The head that stands out by the figure shown, marked by an exclamation mark in the grid."),
    Entry(
      "figure", ["every figure", "sorted", "sort"],
      "The number that the grid of heads shows; f goes to the next."),
    Entry(
      "budget plot", ["plot", "mass recall against budget", "adds"],
      "How much a policy would keep of the true attention at other budgets; letters are measured, the arrow is the budget now."
    ),
  ]

  static let rows = [
    Entry(
      "window row", ["WINDOW", "window", "w", "queries"],
      "The attention of one of the prompt's last tokens: w-1 is the last, w-6 the sixth from the end."),
    Entry(
      "lookahead row", ["LOOKAHEAD", "lookahead", "q"],
      "The attention of one of LAQ's pseudo tokens: q0 is the first."),
    Entry(
      "decode row", ["DECODE", "decode", "rows", "row", "d"],
      "The attention of one of the true answer's tokens: d0 is the first. These are what the others try to foresee."
    ),
    Entry(
      "key", ["keys", "columns", "cell", "largest", "shown", "range"],
      "A token of the prompt that is looked at. A cell is one or several of them side by side, and shows the largest."
    ),
    Entry(
      "scale", ["log", "linear", "legend", "left out"],
      "How attention becomes brightness (z): three powers of ten below the most beside the sinks, which are left out (s); four below 1; or linear."
    ),
    Entry(
      "compared rows", ["more", "compared", "compare"],
      "= holds a row; at another one the screen says how alike the two are and which tokens each looks at more (+ the chosen one, - the held one)."
    ),
    Entry(
      "heads shown", ["single", "max"], "One head, or the mean or the maximum of the layer's heads (m)."),
    Entry(
      "cosine", ["cosine with the true decode rows", "sinks"],
      "How alike two rows are: 1 for the same direction, 0 for nothing in common."),
  ]

  static let steps = [
    Entry(
      "prefill", ["pass through the model", "chunks", "chunk"],
      "The whole prompt passes through the model; nothing is evicted yet."),
    Entry(
      "second pass", ["pass"], "The prompt passes once more, for policies that measure the model reading it."),
    Entry(
      "cheap cache", ["cheap", "left out", "decoded"],
      "The small cache on which LAQ decodes its pseudo tokens."),
    Entry(
      "question", ["asked", "after the eviction"],
      "A question that no policy saw (I): it is put to what was kept, and its own keys and values stay, but under +decode."
    ),
    Entry(
      "pseudo token", ["pseudo"], "A quick guess at an answer's token; only its query is kept, to choose by."),
    Entry(
      "no lookahead", ["lookahead", "needs", "prompt's own queries"],
      "What the cheap cache keeps by itself, with no pseudo tokens: what a lookahead must be better than."),
    Entry(
      "source", ["elsewhere", "greedy", "lookup", "position", "truth", "draft", "first", "last", "random"],
      "Where pseudo tokens come from: decoded (greedy), copied from the text (lookup), anything at the right places (position), the answer (truth), a smaller model's answer (draft)."
    ),
    Entry(
      "time", [],
      "What comes between the prompt and the first token: the lookahead, alone, with its cheap cache, and the choice."
    ),
    Entry(
      "same", [], "How many pseudo tokens, from the first on, are the full cache's answer, and of how many."),
    Entry(
      "mass of each answer token", ["bars", "behind", "reaches", "far", "end"],
      "Token by token: a lookahead stays useful as long as it does not fall. The arrow is the last pseudo token."
    ),
    Entry(
      "step", ["answer token", "at most", "here"],
      "One token decoded, or one phase; , and . go back and forth, all of it is recorded."),
    Entry(
      "chosen from", ["chosen"],
      "The tokens in each head's cache when this one was said: those kept, and the answer so far."),
    Entry(
      "next token", ["next"],
      "The likeliest next tokens with their probabilities, on each cache, after the same text."),
    Entry(
      "told the full answer", ["told", "*"],
      "Behind a star: the cache's own answer is another by now; it is given the full cache's, so that both predict the same."
    ),
    Entry("cache size", ["per"], "Tokens that a head holds at each step, the largest at the prefill."),
  ]

  static let screens = [
    Entry(
      "why", ["Why", "lose", "lost"],
      "The search for what a lost answer lacked: evicted tokens are restored, and what is then said of the full cache's answer is looked at."
    ),
    Entry(
      "loss", ["losses", "Where", "tokens", "first"],
      "An evicted token that the full cache's answer looked at: its share of a head's attention at a step. o goes from one to the next, O lists them."
    ),
    Entry(
      "restored",
      [
        "bring", "back", "brings", "needed", "fewer", "each", "enough", "more", "them", "difference",
        "evictions", "eviction", "may", "be", "any", "one", "whole", "do",
      ],
      "Kept again in the search; a check marks those that bring back what is aimed at, a number those of another set. The two numbers name layer and head."
    ),
    Entry(
      "alone", ["none", "heads"],
      "What is said with that alone restored, in the place of the first token that differs: the wanted token's rank among all, and its probability."
    ),
    Entry(
      "nearest", ["nothing", "largest", "without", "probability"],
      "Of the sets that are not enough, the one that says most of what is wanted, or else gives it the best rank, or the highest probability."
    ),
    Entry(
      "sets tried", ["sets", "tried", "set", "writes"],
      "How many sets were restored and looked at; each once."),
    Entry(
      "they part", ["part", "expected", "said"],
      "The first token at which the two answers differ: what the full cache says there, and what this one says."
    ),
    Entry(
      "settings", ["unlike", "name", "looks", "cost", "observes", "allocation", "uniform"],
      "What a policy was told: what it looks at, how it splits its budget. An exclamation mark: the two are not told alike."
    ),
    Entry(
      "m", ["w2", "eos", "k", "kernel", "mask", "pool", "style", "causal", "avg", "content"],
      "Settings of policies: m pseudo tokens, w or w2 last prompt tokens that are looked at, k the width of pooling."
    ),
    Entry("selecting", ["span"], "A span is chosen from where v was pressed to the cursor."),
    Entry(
      "theme", ["dark", "light", "colorblind", "basic", "mono"],
      "The colours, by the terminal's background unless chosen (t)."),
    Entry("ready", ["in", "s"], "Everything is computed; the seconds are those of each stage."),
    Entry(
      "view", ["Text", "Heatmap", "Heads", "Compare", "Timeline", "Lookahead"],
      "One of six ways to look at the same run, 1 to 6."),
  ]
}
