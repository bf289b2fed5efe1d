"use strict";
// The data: n points; x and y; for each point the number of its label, group and stage; perhaps a measure. Arrays are
// base64 of little-endian numbers. paths are lists of points, arrows [x, y, x, y, label].
(() => {
const $ = (id) => document.getElementById(id);
const data = JSON.parse($("data").textContent);
const bytes = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0)).buffer;
const n = data.n, x = new Float32Array(bytes(data.x)), y = new Float32Array(bytes(data.y));
const labelOf = new Uint32Array(bytes(data.label)), labels = data.labels, lower = labels.map((t) => t.toLowerCase());
const group = new Uint16Array(bytes(data.group)), stage = new Uint8Array(bytes(data.stage));
const measure = data.measure === undefined ? null : new Float32Array(bytes(data.measure));
const box = $("map"), canvas = $("points"), over = $("over"), tip = $("tip");
const paint = canvas.getContext("2d"), draw = over.getContext("2d");

// The grid by which points near the mouse are found: the points of cell c are order[first[c]] to order[first[c + 1]].
let left = Infinity, right = -Infinity, bottom = Infinity, top = -Infinity;
for (let i = 0; i < n; i++) {
  left = Math.min(left, x[i]); right = Math.max(right, x[i]);
  bottom = Math.min(bottom, y[i]); top = Math.max(top, y[i]);
}
const span = Math.max(right - left, top - bottom, 1e-9);
const side = Math.max(1, Math.min(512, Math.ceil(Math.sqrt(n / 2))));
const cell = (value, start) => Math.max(0, Math.min(side - 1, Math.floor((value - start) / span * side)));
const first = new Uint32Array(side * side + 1), order = new Uint32Array(n);
for (let i = 0; i < n; i++) first[cell(y[i], bottom) * side + cell(x[i], left) + 1]++;
for (let c = 0; c < side * side; c++) first[c + 1] += first[c];
const filled = first.slice();
for (let i = 0; i < n; i++) order[filled[cell(y[i], bottom) * side + cell(x[i], left)]++] = i;

// What is shown.
const shownGroups = new Uint8Array(data.groups.length).fill(1), shownStages = new Uint8Array(data.stages.length).fill(1);
let low = -Infinity, high = Infinity, words = "", matches = [], isMatch = null, visible = new Uint8Array(n);
let scale = 1, cx = 0, cy = 0, fitted = 1, width = 1, height = 1, ratio = 1, hovered = -1, chosen = -1, waiting = false, discSize = 4;

const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const rgb = (text) => {
  const probe = document.createElement("canvas").getContext("2d");
  probe.fillStyle = text; probe.fillRect(0, 0, 1, 1);
  return [...probe.getImageData(0, 0, 1, 1).data].slice(0, 3);
};
let colours = [], ramp = [], paper = [255, 255, 255], ink = "#000";
const stops = [[68, 1, 84], [59, 82, 139], [33, 145, 140], [94, 201, 98], [253, 231, 37]];
function readColours() {
  paper = rgb(css("--paper")); ink = css("--ink");
  colours = data.groups.map((_, i) => rgb(8 > i ? css("--series-" + i) : `hsl(${(i * 137.5) % 360} 60% 52%)`));
  ramp = Array.from({length: 256}, (_, i) => {
    const at = i / 255 * 4, k = Math.min(3, Math.floor(at)), f = at - k;
    return stops[k].map((c, j) => Math.round(c + (stops[k + 1][j] - c) * f));
  });
}
let least = Infinity, most = -Infinity;
if (measure) for (const v of measure) if (v === v) { least = Math.min(least, v); most = Math.max(most, v); }
const none = [150, 150, 150];
function colour(i) {
  if (!data.coloured) return colours[group[i]];
  const v = measure[i];
  return v === v ? ramp[Math.round((v - least) / Math.max(most - least, 1e-12) * 255)] : none;
}

// How much of each pixel around the centre a disc of a radius covers; a ring for points that were steered.
const stamps = new Map();
function stamp(radius, isRing) {
  const key = `${radius} ${isRing}`;
  if (stamps.has(key)) return stamps.get(key);
  const reach = Math.ceil(radius + 0.5), list = [];
  for (let dy = -reach; dy <= reach; dy++) for (let dx = -reach; dx <= reach; dx++) {
    const d = Math.hypot(dx, dy);
    let a = Math.max(0, Math.min(1, radius + 0.5 - d));
    if (isRing) a = Math.min(a, Math.max(0, Math.min(1, d - radius * 0.5 + 0.5)));
    if (a > 0.02) list.push(dx, dy, a);
  }
  const made = {reach, parts: Float32Array.from(list)};
  stamps.set(key, made);
  return made;
}

function update() {
  let count = 0;
  for (let i = 0; i < n; i++) {
    const v = measure ? measure[i] : 0;
    const passes = !measure || (v >= low && v <= high) || (v !== v && low === -Infinity && high === Infinity);
    visible[i] = shownGroups[group[i]] && shownStages[stage[i]] && passes ? 1 : 0;
    count += visible[i];
  }
  matches = [];
  isMatch = null;
  if (words) {
    isMatch = new Uint8Array(n);
    const wanted = words.split(/\s+/), hits = lower.map((t) => wanted.every((w) => t.includes(w)) ? 1 : 0);
    for (let i = 0; i < n; i++) if (visible[i] && hits[labelOf[i]]) { isMatch[i] = 1; matches.push(i); }
  }
  const number = (value) => value.toLocaleString("en");
  $("facts").textContent = (count === n ? `${number(n)} points` : `${number(count)} of ${number(n)} points`)
    + (words ? `; ${number(matches.length)} match “${words}”` : "");
  $("show").disabled = !matches.length;
  const list = $("found");
  list.replaceChildren();
  for (const i of matches.slice(0, 50)) {
    const item = document.createElement("li"), button = document.createElement("button");
    button.type = "button";
    button.textContent = labels[labelOf[i]] + (stage[i] ? ` (${data.stages[stage[i]]})` : "");
    button.addEventListener("click", () => { chosen = i; look(x[i], y[i], Math.max(scale, fitted * 6)); });
    item.append(button); list.append(item);
  }
  if (matches.length > 50) {
    const item = document.createElement("li");
    item.className = "more"; item.textContent = `and ${number(matches.length - 50)} more`;
    list.append(item);
  }
  if (hovered >= 0 && !visible[hovered]) hovered = -1;
  if (chosen >= 0 && !visible[chosen]) chosen = -1;
  ask();
}

function ask() { if (!waiting) { waiting = true; requestAnimationFrame(() => { waiting = false; render(); }); } }

function render() {
  const w = canvas.width, h = canvas.height, image = paint.createImageData(w, h), pixels = image.data;
  new Uint32Array(pixels.buffer).fill((255 << 24 | paper[2] << 16 | paper[1] << 8 | paper[0]) >>> 0);
  const usual = n > 20000 ? 1.5 : n > 2000 ? 2.5 : 4, closer = Math.min(3, Math.pow(Math.max(1, scale / fitted), 0.35));
  const radius = Math.round(usual * closer * ratio * 2) / 2;
  discSize = radius * (isMatch ? 1.5 : 1) / ratio;
  const pass = (wanted, weight, size) => {
    const discs = stamp(size, false), rings = stamp(size, true);
    for (let i = 0; i < n; i++) {
      if (!visible[i] || (isMatch && isMatch[i] !== wanted)) continue;
      const px = Math.round(w / 2 + (x[i] - cx) * scale * ratio), py = Math.round(h / 2 - (y[i] - cy) * scale * ratio);
      if (px < -40 || py < -40 || px > w + 40 || py > h + 40) continue;
      const [red, green, blue] = colour(i), {reach, parts} = stage[i] ? rings : discs;
      const isInside = px >= reach && py >= reach && px + reach < w && py + reach < h;
      for (let k = 0; k < parts.length; k += 3) {
        const u = px + parts[k], v = py + parts[k + 1];
        if (!isInside && (u < 0 || v < 0 || u >= w || v >= h)) continue;
        const at = (v * w + u) * 4, a = parts[k + 2] * weight;
        pixels[at] += (red - pixels[at]) * a;
        pixels[at + 1] += (green - pixels[at + 1]) * a;
        pixels[at + 2] += (blue - pixels[at + 2]) * a;
      }
    }
  };
  if (isMatch) pass(0, 0.15, radius);
  pass(1, n > 20000 ? 0.8 : 0.9, isMatch ? radius * 1.5 : radius);
  paint.putImageData(image, 0, 0);
  annotate();
}

const onScreen = (px, py) => [width / 2 + (px - cx) * scale, height / 2 - (py - cy) * scale];

function arrow(from, to, style, thick) {
  const [ax, ay] = onScreen(...from), [bx, by] = onScreen(...to), angle = Math.atan2(by - ay, bx - ax);
  const head = Math.min(9, Math.hypot(bx - ax, by - ay) / 2);
  draw.strokeStyle = draw.fillStyle = style; draw.lineWidth = thick;
  draw.beginPath(); draw.moveTo(ax, ay); draw.lineTo(bx - Math.cos(angle) * head * 0.8, by - Math.sin(angle) * head * 0.8);
  draw.stroke();
  draw.beginPath(); draw.moveTo(bx, by);
  for (const turn of [-0.4, 0.4]) draw.lineTo(bx - Math.cos(angle + turn) * head, by - Math.sin(angle + turn) * head);
  draw.fill();
}

const font = "12px system-ui, sans-serif";
function write(text, px, py, align) {
  draw.font = font; draw.textAlign = align || "left"; draw.textBaseline = "middle";
  draw.lineWidth = 3; draw.strokeStyle = `rgb(${paper})`; draw.fillStyle = ink; draw.lineJoin = "round";
  draw.strokeText(text, px, py); draw.fillText(text, px, py);
}

function annotate() {
  draw.setTransform(ratio, 0, 0, ratio, 0, 0);
  draw.clearRect(0, 0, width, height);
  for (const path of data.paths) {
    for (let k = 1; k < path.length; k++) {
      const [a, b] = [path[k - 1], path[k]];
      if (!visible[a] || !visible[b] || (isMatch && !isMatch[a])) continue;
      arrow([x[a], y[a]], [x[b], y[b]], `rgba(${colour(a)}, .65)`, 1.2);
    }
  }
  for (const [ax, ay, bx, by, label] of data.arrows) {
    arrow([ax, ay], [bx, by], ink, 2);
    const [px, py] = onScreen(bx, by);
    write(label, px + 8, py);
  }
  const taken = [];
  draw.font = font;
  for (const i of matches.slice(0, 400)) {
    const [px, py] = onScreen(x[i], y[i]);
    if (px < 0 || py < 0 || px > width || py > height || taken.length >= 40) continue;
    const text = clipped(labels[labelOf[i]]), end = px + 14 + draw.measureText(text).width;
    if (taken.some(([u, v, w]) => Math.abs(v - py) < 15 && u < end && px < w)) continue;
    taken.push([px, py, end]);
    if (i !== chosen) write(text, px + discSize + 4, py);
  }
  for (const i of [chosen, hovered]) {
    if (i < 0) continue;
    const [px, py] = onScreen(x[i], y[i]);
    draw.strokeStyle = ink; draw.lineWidth = 2;
    draw.beginPath(); draw.arc(px, py, discSize + 3, 0, 7); draw.stroke();
  }
  if (chosen >= 0 && chosen !== hovered) {
    const [px, py] = onScreen(x[chosen], y[chosen]);
    write(clipped(labels[labelOf[chosen]]), px + discSize + 6, py);
  }
}
const clipped = (text) => text.length > 60 ? text.slice(0, 59) + "…" : text;

// The nearest visible point within some pixels.
function nearest(px, py, reach) {
  const dx = cx + (px - width / 2) / scale, dy = cy - (py - height / 2) / scale, r = reach / scale;
  let best = -1, distance = r * r;
  for (let v = cell(dy - r, bottom); v <= cell(dy + r, bottom); v++)
    for (let u = cell(dx - r, left); u <= cell(dx + r, left); u++)
      for (let k = first[v * side + u]; k < first[v * side + u + 1]; k++) {
        const i = order[k];
        if (!visible[i]) continue;
        const d = (x[i] - dx) ** 2 + (y[i] - dy) ** 2;
        if (d < distance) { distance = d; best = i; }
      }
  return best;
}

function hover(px, py) {
  const found = nearest(px, py, 14);
  if (found !== hovered) { hovered = found; annotate(); }
  tip.hidden = found < 0;
  if (found < 0) return;
  tip.textContent = labels[labelOf[found]];
  const facts = [data.groups.length > 1 ? data.groups[group[found]] : "", data.stages.length > 1 ? data.stages[stage[found]] : "",
    measure && measure[found] === measure[found] ? `${data.measured} ${measure[found].toPrecision(4)}` : ""];
  const line = document.createElement("small");
  line.textContent = facts.filter((t) => t).join(", ");
  tip.append(line);
  const [ax, ay] = onScreen(x[found], y[found]);
  tip.style.transform = `translate(${Math.max(4, Math.min(ax + 14, width - tip.offsetWidth - 4))}px, `
    + `${Math.max(4, Math.min(ay + 14, height - tip.offsetHeight - 4))}px)`;
}

function look(toX, toY, toScale) { cx = toX; cy = toY; scale = toScale; tip.hidden = true; ask(); }
function zoom(factor, px = width / 2, py = height / 2) {
  const next = Math.max(fitted / 4, Math.min(fitted * 5000, scale * factor));
  cx += (px - width / 2) * (1 / scale - 1 / next);
  cy -= (py - height / 2) * (1 / scale - 1 / next);
  scale = next; tip.hidden = true; ask();
}
function fit(points) {
  let [l, r, b, t] = [Infinity, -Infinity, Infinity, -Infinity];
  for (const i of points) { l = Math.min(l, x[i]); r = Math.max(r, x[i]); b = Math.min(b, y[i]); t = Math.max(t, y[i]); }
  if (l > r) return;
  look((l + r) / 2, (b + t) / 2, Math.min(fitted * 5000, 0.86 * Math.min(width / (r - l), height / (t - b)) || fitted * 12));
}
const all = () => look((left + right) / 2, (bottom + top) / 2, fitted);

function resize() {
  const before = fitted;
  ratio = Math.min(window.devicePixelRatio || 1, 2);
  width = Math.max(1, box.clientWidth); height = Math.max(1, box.clientHeight);
  for (const each of [canvas, over]) { each.width = Math.round(width * ratio); each.height = Math.round(height * ratio); }
  fitted = 0.9 * Math.min(width / Math.max(right - left, span * 1e-3), height / Math.max(top - bottom, span * 1e-3));
  scale *= fitted / before;
  ask();
}

// Mouse, fingers, keys.
const down = new Map();
let pinch = 0, moved = false;
const place = (event) => { const r = box.getBoundingClientRect(); return [event.clientX - r.left, event.clientY - r.top]; };
box.addEventListener("pointerdown", (event) => {
  if (event.target.closest("button")) return;
  box.setPointerCapture(event.pointerId); down.set(event.pointerId, place(event)); moved = false; pinch = 0;
});
box.addEventListener("pointermove", (event) => {
  const at = place(event), was = down.get(event.pointerId);
  if (!was) return hover(...at);
  down.set(event.pointerId, at);
  if (down.size === 1) {
    if (Math.hypot(at[0] - was[0], at[1] - was[1]) > 0) moved = true;
    box.classList.add("moving");
    look(cx - (at[0] - was[0]) / scale, cy + (at[1] - was[1]) / scale, scale);
  } else {
    const [a, b] = [...down.values()], apart = Math.hypot(a[0] - b[0], a[1] - b[1]);
    if (pinch) zoom(apart / pinch, (a[0] + b[0]) / 2, (a[1] + b[1]) / 2);
    pinch = apart; moved = true;
  }
});
for (const kind of ["pointerup", "pointercancel"]) box.addEventListener(kind, (event) => {
  if (!down.delete(event.pointerId)) return;
  pinch = 0; box.classList.remove("moving");
  if (!moved && kind === "pointerup") { chosen = nearest(...place(event), 14); ask(); }
});
box.addEventListener("pointerleave", () => { hovered = -1; tip.hidden = true; annotate(); });
box.addEventListener("wheel", (event) => {
  event.preventDefault();
  zoom(Math.exp(-event.deltaY * (event.deltaMode ? 0.05 : 0.0016)), ...place(event));
}, {passive: false});
box.addEventListener("dblclick", (event) => { if (!event.target.closest("button")) zoom(2, ...place(event)); });
$("in").addEventListener("click", () => zoom(1.6));
$("out").addEventListener("click", () => zoom(1 / 1.6));
$("all").addEventListener("click", all);
$("show").addEventListener("click", () => fit(matches));
$("clear").addEventListener("click", () => { $("search").value = ""; words = ""; chosen = -1; update(); });
$("search").addEventListener("input", () => { words = $("search").value.trim().toLowerCase(); update(); });
$("search").addEventListener("keydown", (event) => { if (event.key === "Enter" && matches.length) fit(matches); });
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input")) return;
  const step = 60 / scale, keys = {
    "+": () => zoom(1.6), "=": () => zoom(1.6), "-": () => zoom(1 / 1.6), "0": all, "/": () => $("search").focus(),
    ArrowLeft: () => look(cx - step, cy, scale), ArrowRight: () => look(cx + step, cy, scale),
    ArrowUp: () => look(cx, cy + step, scale), ArrowDown: () => look(cx, cy - step, scale),
  };
  if (keys[event.key]) { event.preventDefault(); keys[event.key](); }
});

// The filters.
function choices(field, names, counts, shown, dots) {
  names.forEach((name, index) => {
    const row = document.createElement("label"), input = document.createElement("input");
    row.className = "choice"; input.type = "checkbox"; input.checked = true;
    input.addEventListener("change", () => { shown[index] = input.checked ? 1 : 0; update(); });
    const dot = document.createElement("span"), text = document.createElement("span"), count = document.createElement("span");
    if (dots) { dot.className = "dot"; dot.style.background = `rgb(${colours[index]})`; }
    text.textContent = name; count.className = "count"; count.textContent = counts[index].toLocaleString("en");
    row.append(input, dot, text, count); field.append(row);
  });
}
const tally = (of, length) => { const counts = new Array(length).fill(0); for (const i of of) counts[i]++; return counts; };
readColours();
$("groups").hidden = data.groups.length < 2;
choices($("groups"), data.groups, tally(group, data.groups.length), shownGroups, !data.coloured);
if (data.stages.length > 1) {
  $("stages").hidden = false;
  choices($("stages"), data.stages, tally(stage, data.stages.length), shownStages, false);
}
if (measure && most > least) {
  $("range").hidden = false;
  $("range").querySelector("legend").textContent = data.measured;
  if (data.coloured) {
    $("scale").hidden = false;
    $("scale").style.background = `linear-gradient(to right, ${stops.map((c) => `rgb(${c})`)})`;
  }
  $("low").placeholder = least.toPrecision(3); $("high").placeholder = most.toPrecision(3);
  for (const id of ["low", "high"]) $(id).addEventListener("input", () => {
    low = $("low").value === "" ? -Infinity : +$("low").value;
    high = $("high").value === "" ? Infinity : +$("high").value;
    update();
  });
}
$("xlabel").textContent = data.axes[0]; $("ylabel").textContent = data.axes[1];
new ResizeObserver(resize).observe(box);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
  readColours();
  document.querySelectorAll("#groups .dot").forEach((dot, i) => { dot.style.background = `rgb(${colours[i]})`; });
  ask();
});
resize();
all();
update();
})();
