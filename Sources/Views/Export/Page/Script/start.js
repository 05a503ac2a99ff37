// Views, keys and what stands under the pointer. Text goes in as text, never as markup.
const views = [["text", "1 Text", drawText], ["heatmap", "2 Heatmap", drawHeatmap], ["heads", "3 Heads", drawHeads],
  ["compare", "4 Compare", () => {}]];
const help = "1-4 view   [ ] layer   { } head   p P policy   x beside   h l token   j k row   f F figure   o loss   click: go there";

function draw() {
  for (const [name, , drawView] of views) {
    const isShown = name === at.view;
    element(`view-${name}`).hidden = !isShown;
    element(`tab-${name}`).className = isShown ? "chosen" : "";
    if (isShown) drawView();
  }
  if (location.hash !== address()) history.replaceState(null, "", address());
  const place = chosen("place"), looked = truth(place);
  const attention = looked ? `, true attention ${rankWords(looked, at.token)}` : "";
  element("status").textContent = `layer ${layer() + 1}, query head ${queryHead() + 1}   token ${at.token} "${word(at.token)}"${attention}   |   ${help}`;
}

// The address names the view and the place in it, so that a link can be sent: #heatmap-5.2-1003.
function openAddress() {
  const [view, place, token] = location.hash.slice(1).split("-");
  if (views.some(([name]) => name === view)) at.view = view;
  const [wantedLayer, head] = (place ?? "").split(".").map(Number);
  if (wantedLayer > 0 && head > 0) goTo(wantedLayer - 1, head - 1);
  if (Number.isInteger(Number(token ?? NaN)) && tokens[token]) at.token = Number(token);
}
const address = () => `#${at.view}-${layer() + 1}.${queryHead() + 1}-${at.token}`;

const tip = element("tip");
function showTip(event, text) {
  tip.hidden = text === null;
  if (text === null) return;
  tip.textContent = text;
  const left = Math.min(event.clientX + 14, window.innerWidth - tip.offsetWidth - 8);
  const below = event.clientY + 18, above = event.clientY - tip.offsetHeight - 10;
  tip.style.left = `${Math.max(8, left)}px`;
  tip.style.top = `${below + tip.offsetHeight > window.innerHeight && above > 0 ? above : below}px`;
}
element("text").addEventListener("mouseleave", event => showTip(event, null));

const step = (id, by) => {
  const list = element(id);
  list.value = (chosen(id) + by + list.options.length) % list.options.length;
};
const moveLayer = by => goTo(layer() + by, queryHead()) || goTo(layer() + by, firstHead());
function moveToken(by) {
  at.token = Math.max(0, Math.min(tokenCount - 1, at.token + by));
}
// The place, of all, where what the active policy evicts is looked at most; again: the next.
const losses = () => once(`losses ${chosen("active")}`, () => {
  const found = [];
  if (!data.truth) return found;
  data.places.forEach((_, place) => {
    const looked = truth(place);
    let most = -1;
    looked.ranks.forEach((rank, token) => {
      if (rank > 0 && !keeps(chosen("active"), place, token) && (most < 0 || rank < looked.ranks[most])) most = token;
    });
    if (most >= 0) found.push([looked.values[most], place, most]);
  });
  return found.sort((a, b) => b[0] - a[0] || a[1] - b[1]);
});
let lossIndex = 0;
function goToLoss() {
  const found = losses();
  if (found.length === 0) return;
  const [, place, token] = found[lossIndex++ % found.length];
  element("place").value = place;
  at.token = token;
}

const keys = {
  "1": () => { at.view = "text"; }, "2": () => { at.view = "heatmap"; }, "3": () => { at.view = "heads"; },
  "4": () => { at.view = "compare"; },
  "[": () => moveLayer(-1), "]": () => moveLayer(1),
  "{": () => goTo(layer(), queryHead() - 1), "}": () => goTo(layer(), queryHead() + 1),
  p: () => { step("active", 1); lossIndex = 0; }, P: () => { step("active", -1); lossIndex = 0; },
  x: () => { element("pinned").value = chosen("active"); },
  h: () => moveToken(-1), l: () => moveToken(1), ";": () => moveToken(-1), "'": () => moveToken(1),
  g: () => { at.token = 0; }, G: () => { at.token = tokenCount - 1; },
  j: () => { at.row += 1; }, k: () => { at.row -= 1; },
  f: () => { at.figure += 1; }, F: () => { at.figure -= 1; }, o: goToLoss,
};
Object.assign(keys, { ArrowLeft: keys.h, ArrowRight: keys.l, ArrowDown: keys.j, ArrowUp: keys.k });

function start() {
  element("views").replaceChildren(...views.map(([name, title]) => {
    const tab = make("button", title);
    tab.type = "button";
    tab.id = `tab-${name}`;
    tab.addEventListener("click", () => { at.view = name; draw(); });
    return tab;
  }));
  for (const id of ["place", "active", "pinned"]) {
    element(id).addEventListener("change", () => { at.head = 0; lossIndex = 0; draw(); });
  }
  document.addEventListener("keydown", event => {
    const action = keys[event.key];
    // In a list the arrows choose, and a browser's own keys stay its own.
    if (!action || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.tagName === "SELECT" && event.key.startsWith("Arrow")) return;
    if (at.view === "text" && (event.key === "ArrowDown" || event.key === "ArrowUp")) return;
    event.preventDefault();
    action();
    draw();
    if (at.view === "text") tokens[at.token].scrollIntoView({ block: "nearest" });
  });
  window.addEventListener("resize", draw);
  [at.token, at.head] = [data.cursor.token, data.cursor.head];
  at.row = Math.max(0, (data.rows?.sections ?? []).indexOf("DECODE"));
  openAddress();
  window.addEventListener("hashchange", () => { openAddress(); draw(); });
  draw();
}

unpack().then(start, error => {
  element("status").textContent = `This browser cannot unpack the page (${error}); one of 2023 or later can.`;
});
