// The text: each token in the colour of its fate.
const tokens = Array.from(element("text").children);
const indexOf = new Map(tokens.map((token, index) => [token, index]));

function fate(token, place) {
  const own = chosen("active");
  const active = keeps(own, place, token), pinned = keeps(chosen("pinned"), place, token);
  if (active && isAlways(own, place, token)) return "protected";
  return active ? (pinned ? "both" : "active") : (pinned ? "pinned" : "neither");
}

function fateWords() {
  const active = data.policies[chosen("active")].title, pinned = data.policies[chosen("pinned")].title;
  return active === pinned
    ? [["both", "kept"], ["neither", "evicted"], ["protected", "always kept"]]
    : [["both", "kept by both"], ["active", `${active} only`], ["pinned", `${pinned} only`],
       ["neither", "evicted by both"], ["protected", "always kept"]];
}

function drawText() {
  const place = chosen("place");
  tokens.forEach((token, index) => {
    token.className = fate(index, place) + (index === at.token ? " cursor" : "");
  });
  element("legend").replaceChildren(...fateWords().map(([name, text]) => make("span", text, name)));
}

function describeToken(token) {
  const place = chosen("place");
  const width = Math.max(...data.policies.map(policy => policy.title.length));
  const lines = [`token ${token}  id ${data.tokens[token].id}  bytes ${data.tokens[token].bytes || "none"}`,
    word(token).trim()];
  const looked = truth(place);
  if (looked) lines.push(`true attention ${rankWords(looked, token)}`);
  data.policies.forEach((policy, number) => {
    const found = scores(number, place);
    const own = !found ? "" : isAlways(number, place, token) ? "  whatever its score" : `  score ${rankWords(found, token)}`;
    lines.push(`${policy.title.padEnd(width)}  ${keeps(number, place, token) ? "kept   " : "evicted"}${own}`);
  });
  return lines.join("\n");
}

element("text").addEventListener("mousemove", event => {
  const token = indexOf.get(event.target);
  showTip(event, token === undefined ? null : describeToken(token));
});
element("text").addEventListener("click", event => {
  const token = indexOf.get(event.target);
  if (token !== undefined) { at.token = token; draw(); }
});
