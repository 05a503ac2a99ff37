import Eviction
import Exploration
import Screen
import Transformer

/// A page for browsers that holds all it needs, to be sent to somebody: the views of text, heatmap, heads and
/// comparison under the program's own keys, and under the pointer what stands behind a token, a cell or a head.
///
/// What many heads would make too large is written coarser (`PackedScores`, `PooledAttention`): about five
/// megabytes are the most, whatever the model.
///
/// Foreign text is written out by `Sanitizer` and escaped; the page's own policy forbids every connection.
struct TokenPage {
  /// One kept set: a layer and a head of the settings' granularity.
  struct Place: Hashable {
    let layer: Int, head: Int
  }

  let scene: Scene
  /// The full cache, where it has answered, and every policy's result.
  let results: [PolicyResult]
  /// The kept sets that the page can show.
  let places: [Place]
  /// The view's drawing, an SVG element.
  private let drawing: String?

  /// Gathers the place that is open, or every one.
  /// - Throws: `ExportError.nothingYet` before the first policy has evicted.
  init(_ scene: Scene, scope: ExportRequest.Scope, drawing: String?) throws {
    guard let shape = scene.run.recording?.shape, !scene.run.results.isEmpty else {
      throw ExportError.nothingYet
    }
    let granularity = scene.run.settings.granularity
    let layers: any Sequence<Int>, heads: any Sequence<Int>
    switch scope {
    case .view:
      (layers, heads) = ([scene.cursor.layer], [granularity.head(forQueryHead: scene.cursor.head, in: shape)])
    case .everything: (layers, heads) = (0..<shape.layerCount, 0..<granularity.headCount(in: shape))
    }
    places = layers.flatMap { layer in heads.map { Place(layer: layer, head: $0) } }
    results = (scene.run.full.map { [$0] } ?? []) + scene.run.results
    (self.scene, self.drawing) = (scene, drawing)
  }

  /// The page's colours; it has some where the terminal has none.
  var theme: Theme { scene.display.theme.hasColor ? scene.display.theme : .light }

  /// The whole page.
  func html() throws -> String {
    let run = scene.run
    let name = Self.shown(run.prompt.name)
    return """
      <!DOCTYPE html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <meta name="generator" content="\(Release.name)">
      <title>\(name): kept tokens</title>
      <style>
      \(Self.style(theme))
      </style>
      </head>
      <body>
      <h1>\(name)</h1>
      <p>model \(Self.shown(run.modelName)), budget \(run.settings.budget) of \(run.prompt.tokens.count) tokens \
      per layer and head, one kept set per \(run.settings.granularity == .kvHead ? "KV" : "query") head. \
      Written by \(Release.name); prompt SHA-256 \(run.prompt.hash).</p>\(question())
      <form>
      \(selections())
      </form>
      <nav id="views"></nav>
      <noscript><p>The views, the tokens' colours, and what stands under the pointer, need the script within this page.</p></noscript>
      <section id="view-text">
      \(drawing.map { "<figure>\n\($0)</figure>" } ?? "")
      <p id="legend"></p>
      <div id="text" dir="ltr">\(tokens())</div>
      </section>
      <section id="view-heatmap"></section>
      <section id="view-heads"></section>
      <section id="view-compare">
      \(comparison())\(otherQuestions())
      </section>
      <p id="status"></p>
      <div id="tip" hidden></div>
      <script type="application/json" id="data">\(try data())</script>
      <script>
      \(Self.script)
      </script>
      </body>
      </html>

      """
  }

  /// Foreign text, safe to see and to parse.
  static func shown(_ text: String) -> String { Markup.escaped(Sanitizer.visible(text, spaces: false)) }

  private func tokens() -> String {
    scene.display.texts.text(scene.run.prompt, glyphs: .unicode, showsSpaces: false).pieces.map { piece in
      "<span>\(Markup.escaped(piece.text))\(piece.endsLine ? "\n" : "")</span>"
    }.joined()
  }

  private func selections() -> String {
    func select(_ id: String, _ words: String, _ options: [String], chosen: Int) -> String {
      let rows = options.enumerated().map { index, text in
        "<option value=\"\(index)\"\(index == chosen ? " selected" : "")>\(Markup.escaped(text))</option>"
      }
      return "<label>\(words) <select id=\"\(id)\">\(rows.joined())</select></label>"
    }
    let kind = scene.run.settings.granularity == .kvHead ? "KV head" : "head"
    let open = scene.run.recording.map {
      Place(
        layer: scene.cursor.layer,
        head: scene.run.settings.granularity.head(forQueryHead: scene.cursor.head, in: $0.shape))
    }
    let titles = results.map(\.policy.title)
    func index(_ result: PolicyResult?) -> Int { results.firstIndex { $0.policy == result?.policy } ?? 0 }
    return [
      select(
        "place", "place", places.map { "layer \($0.layer + 1), \(kind) \($0.head + 1)" },
        chosen: places.firstIndex { $0 == open } ?? 0),
      select("active", "policy", titles, chosen: index(scene.result)),
      select("pinned", "beside", titles, chosen: index(scene.pinnedResult ?? scene.result)),
    ].joined(separator: "\n")
  }

  /// What was asked after the eviction; nothing where the prompt holds the question.
  private func question() -> String {
    guard let text = scene.run.prompt.laterQuestionText else { return "" }
    return
      "\n<p>The question came after the eviction, to what was kept: <q>\(Self.shown(text))</q> The policies saw the text without it.</p>"
  }
}
