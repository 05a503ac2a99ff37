"use strict";
// What the page holds, unpacked, and where a person is in it.
const data = JSON.parse(document.getElementById("data").textContent);
const element = id => document.getElementById(id);
const make = (name, text, style) => {
  const made = document.createElement(name);
  if (text !== undefined) made.textContent = text;
  if (style !== undefined) made.className = style;
  return made;
};
const tokenCount = data.tokens.length;
const chosen = id => Number(element(id).value);
// The view, the token, the query head within the layer, the heatmap's row and the heads' figure.
const at = { view: "text", token: 0, head: 0, row: 0, figure: 0 };

let packed = new Uint8Array();
const unpack = async () => {
  const bytes = Uint8Array.from(atob(data.packed), character => character.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  packed = new Uint8Array(await new Response(stream).arrayBuffer());
  if (packed.length !== data.packedCount) throw new Error("the file is cut off");
};

const known = new Map();
const once = (key, compute) => {
  if (!known.has(key)) known.set(key, compute());
  return known.get(key);
};

// Numbers that are stored as planes of bytes, the lowest first: `count` of `total`, from the first on.
function numbers(start, total, width, first, count) {
  const found = new Int32Array(count);
  for (let plane = 0; plane < width; plane++) {
    for (let index = 0; index < count; index++) {
      found[index] |= packed[start + plane * total + first + index] << (8 * plane);
    }
  }
  return found;
}

const sum = (list, end = list.length) => list.slice(0, end).reduce((total, value) => total + value, 0);
const bit = (start, place, token) => {
  const stride = (tokenCount + 7) >> 3;
  return (packed[start + place * stride + (token >> 3)] >> (token & 7) & 1) === 1;
};

// bfloat16 from 16 bits in the order of the numbers.
function score(code) {
  const view = new DataView(new ArrayBuffer(4));
  view.setUint16(0, code & 0x8000 ? code & 0x7FFF : ~code & 0xFFFF);
  return view.getFloat32(0);
}

// The listed tokens of a place: the rank and the score of each.
function table(scores, place) {
  const first = sum(scores.listed, place), count = scores.listed[place], total = sum(scores.listed);
  const tokens = numbers(scores.tokens, total, data.shape.positionBytes, first, count);
  const steps = numbers(scores.steps, total, 2, first, count);
  const ranks = new Int32Array(tokenCount), values = new Float32Array(tokenCount);
  let code = 0xFFFF;
  tokens.forEach((token, index) => {
    code -= steps[index];
    ranks[token] = index + 1;
    values[token] = score(code);
  });
  return { ranks, values, listed: count, ranked: scores.ranked[place] };
}

const scores = (policy, place) => {
  const all = data.policies[policy].scores;
  return all ? once(`scores ${policy} ${place}`, () => table(all, place)) : null;
};
const truth = place => data.truth ? once(`truth ${place}`, () => table(data.truth, place)) : null;
const keeps = (policy, place, token) => {
  const kept = data.policies[policy].kept;
  return kept === undefined || bit(kept, place, token);
};
const isAlways = (policy, place, token) => {
  const always = data.policies[policy].always;
  return always !== undefined && bit(always, place, token);
};

// Two digits are all that a score has here.
const digits = value => Number(value.toPrecision(2)).toString();
function rankWords(found, token) {
  return found.ranks[token] > 0 ? `${digits(found.values[token])}  rank ${found.ranks[token]}`
    : `rank beyond ${found.listed} of ${found.ranked}`;
}

// The place of a query head: its own, or that of its KV head.
function placeOf(layer, head) {
  const own = data.shape.isPerKVHead ? Math.floor(head / data.shape.groupSize) : head;
  return data.places.findIndex(place => place[0] === layer && place[1] === own);
}
const layer = () => data.places[chosen("place")][0];
const firstHead = () => data.places[chosen("place")][1] * (data.shape.isPerKVHead ? data.shape.groupSize : 1);
const queryHead = () => firstHead() + (data.shape.isPerKVHead ? at.head : 0);
function goTo(wantedLayer, head) {
  const place = placeOf(wantedLayer, head);
  if (place < 0) return false;
  element("place").value = place;
  at.head = data.shape.isPerKVHead ? head % data.shape.groupSize : 0;
  return true;
}
const color = share => data.ramp[Math.max(0, Math.min(data.ramp.length - 1, Math.round(share * (data.ramp.length - 1))))];
const word = token => tokens[token].textContent.replace(/\n$/, "");
