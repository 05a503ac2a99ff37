import Screen

extension TokenPage {
  /// The page's look, in a theme's colours; fates differ by lines as well as by colours.
  static func style(_ theme: Theme) -> String {
    func colors(_ role: Theme.Role) -> String {
      let style = theme[role]
      return
        "color: \((style.foreground ?? theme.ink).css); background: \((style.background ?? theme.paper).css);"
    }
    return """
      body { \(colors(.text)) font: 15px/1.6 system-ui, sans-serif; margin: 1.5rem; }
      h1 { font-size: 1.3rem; margin: 0; }
      figure { margin: 1rem 0; overflow-x: auto; }
      label { margin-right: 1.5rem; }
      select { font: inherit; }
      nav button { font: inherit; \(colors(.text)) border: 1px solid \((theme[.frame].foreground ?? theme.ink).css); padding: 0.2rem 0.8rem; cursor: pointer; }
      nav button.chosen { \(colors(.accent)) font-weight: bold; text-decoration: underline; }
      section { margin: 1rem 0; overflow-x: auto; }
      table { border-collapse: collapse; margin-top: 1.5rem; }
      table.grid td, table.grid th { padding: 0.1rem 0.35rem; text-align: right; border: none; font: 12px "DejaVu Sans Mono", Menlo, Consolas, monospace; cursor: pointer; }
      .cursor { outline: 2px solid \((theme[.accent].foreground ?? theme.ink).css); outline-offset: -1px; }
      .notes { font-size: 0.85rem; }
      th { white-space: nowrap; }
      th, td { text-align: left; vertical-align: top; padding: 0.2rem 1rem 0.2rem 0; border-bottom: 1px solid \((theme[.frame].foreground ?? theme.ink).css); }
      #text { font-family: "DejaVu Sans Mono", Menlo, Consolas, monospace; white-space: pre-wrap; overflow-wrap: anywhere; }
      #text span { unicode-bidi: isolate; }
      #text span:hover { outline: 2px solid \((theme[.accent].foreground ?? theme.ink).css); }
      .both { \(colors(.keptBoth)) }
      .active { \(colors(.keptActive)) text-decoration: underline; }
      .pinned { \(colors(.keptPinned)) text-decoration: underline dotted; }
      .neither { \(colors(.evicted)) }
      .protected { \(colors(.window)) }
      #legend span { padding: 0 0.4rem; margin-right: 1rem; }
      #tip { position: fixed; \(colors(.text)) border: 1px solid \((theme[.frame].foreground ?? theme.ink).css); padding: 0.5rem 0.8rem; pointer-events: none; max-width: 40rem; white-space: pre; font-family: "DejaVu Sans Mono", Menlo, Consolas, monospace; font-size: 13px; }
      """
  }

  /// Draws the views, and tells about what is under the pointer: the files of `Script`, one behind the other.
  static let script = [
    PackageResources.data_js, PackageResources.text_js, PackageResources.heatmap_js,
    PackageResources.heads_js, PackageResources.start_js,
  ].map { String(decoding: $0, as: UTF8.self) }.joined()
}
