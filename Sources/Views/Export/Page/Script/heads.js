// One figure of every query head, layers downwards: the run's own, and what the token at the cursor is to each.
const tokenFigures = [
  { title: "who keeps the token", note: "Who keeps the token at the cursor in each head." },
  { title: "true attention to the token", note: "True attention that the heads of a kept set give the token, on the mean." },
  { title: "rank of the token", note: "The token's place in the active policy's order, 1 for the best; W where it is kept whatever its score." },
];
const figureCount = data.figures.length + tokenFigures.length;
const heads = { title: make("p"), grid: make("table", undefined, "grid") };
element("view-heads").append(heads.title, heads.grid);

function figureValues(figure) {
  const values = figure.values[figure.values.length === 1 ? 0 : chosen("active")];
  return values ?? null;
}

// What stands in a head's cell: its words, its brightness, and the class of a fate.
function headCell(layer, head) {
  if (at.figure < data.figures.length) {
    const figure = data.figures[at.figure], values = figureValues(figure);
    return values ? { text: values[layer][head].toFixed(2), share: values[layer][head] / figure.top } : null;
  }
  const place = placeOf(layer, head), kind = at.figure - data.figures.length;
  if (place < 0) return null;
  if (kind === 0) {
    const found = fate(at.token, place);
    return { text: { both: "both", active: "act", pinned: "pin", neither: "none", protected: "W" }[found], style: found };
  }
  const looked = kind === 1 ? truth(place) : scores(chosen("active"), place);
  if (!looked) return null;
  if (kind === 2 && isAlways(chosen("active"), place, at.token)) return { text: "W", share: 1 };
  const rank = looked.ranks[at.token];
  if (rank === 0) return { text: kind === 1 ? "0" : `>${looked.listed}`, share: 0 };
  if (kind === 2) return { text: String(rank), share: 1 - Math.log2(rank) / Math.log2(Math.max(2, tokenCount)) };
  const value = looked.values[at.token];
  return { text: digits(value), share: value > 0 ? Math.max(0, 1 + Math.log10(value) / 3) : 0 };
}

function drawHeads() {
  at.figure = (at.figure + figureCount) % figureCount;
  const isOwn = at.figure < data.figures.length;
  const figure = isOwn ? data.figures[at.figure] : tokenFigures[at.figure - data.figures.length];
  const about = isOwn ? "" : ` ${at.token} "${word(at.token)}"`;
  heads.title.textContent = `${figure.title}${about} (f, F: ${at.figure + 1} of ${figureCount}). ${figure.note}`;
  const header = make("tr");
  header.append(make("th", "layer"));
  for (let head = 0; head < data.shape.queryHeads; head++) header.append(make("th", `h${head + 1}`));
  const rows = Array.from({ length: data.shape.layers }, (_, number) => {
    const row = make("tr");
    row.append(make("th", String(number + 1)));
    for (let head = 0; head < data.shape.queryHeads; head++) {
      const found = headCell(number, head), cell = make("td", found ? found.text : "");
      if (found?.style) cell.className = found.style;
      else if (found) {
        cell.style.background = color(found.share);
        cell.style.color = data.inks[Math.max(0, Math.min(data.inks.length - 1, Math.round(found.share * (data.inks.length - 1))))];
      }
      if (number === layer() && head === queryHead()) cell.classList.add("cursor");
      cell.dataset.layer = number;
      cell.dataset.head = head;
      row.append(cell);
    }
    return row;
  });
  heads.grid.replaceChildren(header, ...rows);
}

heads.grid.addEventListener("mousemove", event => {
  const { layer: number, head } = event.target.dataset;
  if (number === undefined) return showTip(event, null);
  const lines = [`layer ${Number(number) + 1}, query head ${Number(head) + 1}`];
  data.figures.forEach(figure => {
    const values = figureValues(figure);
    if (values) lines.push(`${figure.title}  ${values[number][head]}`);
  });
  showTip(event, lines.join("\n"));
});
heads.grid.addEventListener("mouseleave", event => showTip(event, null));
heads.grid.addEventListener("click", event => {
  const { layer: number, head } = event.target.dataset;
  if (number === undefined) return;
  if (goTo(Number(number), Number(head))) at.view = "heatmap";
  else element("status").textContent = "This page holds one kept set; :export everything (E) writes all of them.";
  draw();
});
