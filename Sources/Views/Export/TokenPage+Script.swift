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
      table { border-collapse: collapse; margin-top: 1.5rem; }
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

  /// Colours the tokens, and tells about the one under the pointer. Text goes in as text, never as markup.
  static let script = #"""
    "use strict";
    const data = JSON.parse(document.getElementById("data").textContent);
    const element = id => document.getElementById(id);
    const tokens = Array.from(element("text").children);
    const indexOf = new Map(tokens.map((token, index) => [token, index]));
    const bytes = text => Uint8Array.from(atob(text), character => character.charCodeAt(0));
    const floats = text => {
      const view = new DataView(bytes(text).buffer);
      return Float32Array.from({ length: view.byteLength / 4 }, (_, index) => view.getFloat32(4 * index, true));
    };
    const decoded = new Map();
    const once = (key, make) => {
      if (!decoded.has(key)) decoded.set(key, make());
      return decoded.get(key);
    };
    const chosen = id => Number(element(id).value);

    function keeps(policy, place, index) {
      const kept = data.policies[policy].kept;
      if (!kept) return true;
      const bits = once(`kept ${policy} ${place}`, () => bytes(kept[place]));
      return (bits[index >> 3] >> (index & 7) & 1) === 1;
    }

    function scores(policy, place) {
      const all = data.policies[policy].scores;
      return all ? once(`scores ${policy} ${place}`, () => floats(all[place])) : null;
    }

    function fate(index) {
      const place = chosen("place"), own = chosen("active");
      const active = keeps(own, place, index), pinned = keeps(chosen("pinned"), place, index);
      const table = scores(own, place);
      if (active && table && Number.isNaN(table[index])) return "protected";
      return active ? (pinned ? "both" : "active") : (pinned ? "pinned" : "neither");
    }

    function draw() {
      tokens.forEach((token, index) => { token.className = fate(index); });
      const active = data.policies[chosen("active")].title, pinned = data.policies[chosen("pinned")].title;
      const words = active === pinned
        ? [["both", "kept"], ["neither", "evicted"], ["protected", "always kept"]]
        : [["both", "kept by both"], ["active", `${active} only`], ["pinned", `${pinned} only`],
           ["neither", "evicted by both"], ["protected", "always kept"]];
      element("legend").replaceChildren(...words.map(([name, text]) => {
        const mark = document.createElement("span");
        mark.className = name;
        mark.textContent = text;
        return mark;
      }));
    }

    function rank(table, index) {
      let place = 1;
      table.forEach((score, other) => {
        if (score > table[index] || score === table[index] && other < index) place += 1;
      });
      return place;
    }

    function describe(index) {
      const place = chosen("place");
      const width = Math.max(...data.policies.map(policy => policy.title.length));
      const lines = [`token ${index}  id ${data.tokens[index].id}  bytes ${data.tokens[index].bytes || "none"}`,
        tokens[index].textContent.trim()];
      if (data.truth) {
        const truth = once(`truth ${place}`, () => floats(data.truth[place]));
        lines.push(`true attention ${truth[index].toPrecision(3)}  rank ${rank(truth, index)}`);
      }
      data.policies.forEach((policy, number) => {
        const table = scores(number, place);
        let line = `${policy.title.padEnd(width)}  ${keeps(number, place, index) ? "kept   " : "evicted"}`;
        if (table) line += Number.isNaN(table[index])
          ? "  whatever its score" : `  score ${table[index].toPrecision(3)}  rank ${rank(table, index)}`;
        lines.push(line);
      });
      return lines.join("\n");
    }

    const tip = element("tip");
    element("text").addEventListener("mousemove", event => {
      const index = indexOf.get(event.target);
      tip.hidden = index === undefined;
      if (index === undefined) return;
      if (tip.dataset.token !== String(index)) {
        tip.dataset.token = index;
        tip.textContent = describe(index);
      }
      const left = Math.min(event.clientX + 14, window.innerWidth - tip.offsetWidth - 8);
      const below = event.clientY + 18, above = event.clientY - tip.offsetHeight - 10;
      tip.style.left = `${Math.max(8, left)}px`;
      tip.style.top = `${below + tip.offsetHeight > window.innerHeight && above > 0 ? above : below}px`;
    });
    element("text").addEventListener("mouseleave", () => { tip.hidden = true; });
    for (const id of ["place", "active", "pinned"]) {
      element(id).addEventListener("change", () => { delete tip.dataset.token; draw(); });
    }
    draw();
    """#
}
