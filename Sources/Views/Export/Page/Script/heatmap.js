// The heatmap of a query head: rows are queries, columns cells of neighbouring keys, sinks left out.
const map = { canvas: make("canvas"), title: make("p"), left: 190, top: 4, row: 15, cell: 4 };
element("view-heatmap").append(map.title, map.canvas);

const headIndex = () => data.rows.heads.findIndex(head => head[0] === layer() && head[1] === queryHead());

function levelOf(head, row, cell) {
  const index = (head * data.rows.labels.length + row) * data.rows.cells + cell;
  return packed[data.rows.levels + (index >> 1)] >> (index & 1 ? 4 : 0) & 15;
}
// A level is the nearest of ten to the power of quarters, 15 being all of a row's attention.
const weight = level => level === 0 ? "next to none" : `about ${digits(10 ** ((level - 15) / 4))}`;
const keysOf = cell => [cell * data.rows.keysPerCell, Math.min(tokenCount, (cell + 1) * data.rows.keysPerCell)];

function strongest(head, row) {
  const { keyCount, labels, heads } = data.rows, first = (head * labels.length + row) * keyCount;
  const keys = numbers(data.rows.keys, heads.length * labels.length * keyCount, data.shape.positionBytes, first, keyCount);
  return Array.from(keys, (key, index) => [key, packed[data.rows.keyLevels + first + index]]).filter(found => found[1] > 0);
}

function drawHeatmap() {
  const rows = data.rows, head = rows ? headIndex() : -1;
  map.canvas.hidden = head < 0;
  if (head < 0) {
    map.title.textContent = "This page has no attention rows of this head.";
    return;
  }
  const count = rows.labels.length;
  at.row = Math.max(0, Math.min(count - 1, at.row));
  const room = Math.max(320, document.documentElement.clientWidth - 60 - map.left);
  map.cell = Math.max(1, Math.floor(room / rows.cells));
  const bars = [chosen("active"), chosen("pinned")].filter((policy, index, all) => all.indexOf(policy) === index);
  const width = map.left + map.cell * rows.cells, height = map.top + map.row * (count + bars.length) + 8;
  const scale = window.devicePixelRatio || 1, context = map.canvas.getContext("2d");
  Object.assign(map.canvas, { width: width * scale, height: height * scale });
  Object.assign(map.canvas.style, { width: `${width}px`, height: `${height}px` });
  context.scale(scale, scale);
  context.font = '12px "DejaVu Sans Mono", Menlo, Consolas, monospace';
  context.textBaseline = "middle";
  let top = 1;
  for (let row = 0; row < count; row++) for (let cell = 0; cell < rows.cells; cell++) top = Math.max(top, levelOf(head, row, cell));
  const ink = getComputedStyle(document.body).color;
  for (let row = 0; row < count; row++) {
    const y = map.top + row * map.row;
    context.fillStyle = ink;
    const section = row === 0 || rows.sections[row] !== rows.sections[row - 1] ? rows.sections[row] : "";
    context.fillText(`${row === at.row ? "▶" : " "} ${section.padEnd(9)} ${rows.labels[row].padEnd(4)} ${rows.words[row].slice(0, 8)}`, 0, y + map.row / 2);
    for (let cell = 0; cell < rows.cells; cell++) {
      // Three powers of ten below the most that any row gives a key.
      context.fillStyle = color(1 + (levelOf(head, row, cell) - top) / 12);
      context.fillRect(map.left + cell * map.cell, y, map.cell, map.row - 1);
    }
  }
  bars.forEach((policy, index) => {
    const y = map.top + (count + index) * map.row + 6;
    context.fillStyle = ink;
    context.fillText(`kept by ${data.policies[policy].title}`, 0, y + map.row / 2);
    for (let cell = 0; cell < rows.cells; cell++) {
      const [start, end] = keysOf(cell);
      let kept = 0;
      for (let key = start; key < end; key++) if (keeps(policy, chosen("place"), key)) kept += 1;
      const share = kept / (end - start) * (map.row - 2);
      context.fillRect(map.left + cell * map.cell, y + map.row - 1 - share, map.cell, share);
    }
  });
  const cursor = map.left + Math.floor(at.token / rows.keysPerCell) * map.cell;
  context.strokeStyle = ink;
  context.strokeRect(cursor - 0.5, map.top + at.row * map.row - 0.5, map.cell + 1, map.row);
  const most = strongest(head, at.row).map(([key, level]) => `${key} "${word(key)}" ${weight(level)}`).join(",  ");
  map.title.textContent = `layer ${layer() + 1}, query head ${queryHead() + 1}: rows are queries (window and lookahead of ${rows.policy}), columns ${rows.keysPerCell} keys each, the largest shown, without the first ${data.shape.sinks} keys. Row ${rows.labels[at.row]} reads most: ${most || "no single key"}.`;
}

function cellAt(event) {
  const box = map.canvas.getBoundingClientRect();
  const cell = Math.floor((event.clientX - box.left - map.left) / map.cell);
  const row = Math.floor((event.clientY - box.top - map.top) / map.row);
  return row >= 0 && row < data.rows.labels.length && cell < data.rows.cells ? { row, cell } : null;
}

map.canvas.addEventListener("mousemove", event => {
  const found = cellAt(event), head = headIndex();
  if (!found || head < 0) return showTip(event, null);
  const lines = [`${data.rows.labels[found.row]} "${data.rows.words[found.row]}"`];
  if (found.cell >= 0) {
    const [start, end] = keysOf(found.cell);
    const text = Array.from({ length: end - start }, (_, offset) => word(start + offset)).join("");
    lines.push(`tokens ${start} to ${end - 1}  attention ${weight(levelOf(head, found.row, found.cell))}`, text);
  }
  strongest(head, found.row).forEach(([key, level]) => lines.push(`reads ${key} "${word(key)}"  ${weight(level)}`));
  showTip(event, lines.join("\n"));
});
map.canvas.addEventListener("mouseleave", event => showTip(event, null));
map.canvas.addEventListener("click", event => {
  const found = cellAt(event);
  if (!found) return;
  at.row = found.row;
  if (found.cell >= 0) {
    const [start, end] = keysOf(found.cell);
    const key = strongest(headIndex(), found.row).map(one => one[0]).find(one => one >= start && one < end);
    at.token = key ?? start;
  }
  draw();
});
