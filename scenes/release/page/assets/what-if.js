// The section in which a reader walks a grid of runs: a control for each setting that varies, the
// curve of the runs that have the chosen values, and beside it that of all others. What was not run
// is said to be missing. Texts from records are set as text, never as markup.

(() => {
"use strict";

const section = document.getElementById("what-if");
const { axes, runs, labels, language } = globalThis.fedreel[section.dataset.load.split(" ")[0]];
const percent = numbers(1);
const onAxis = numbers(0);
const HEIGHT = 240, LEFT = 44, RIGHT = 10, TOP = 10, BOTTOM = 26; // pixels of the chart
const STEP = 0.1; // of the axis of accuracy

let chosen = null; // the position on each axis
let before = null; // the same before the last step

function numbers(digits) {
  return new Intl.NumberFormat(language, { style: "percent", minimumFractionDigits: digits, maximumFractionDigits: digits });
}

function fill(template, values) {
  return template.replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

function part(name, className, ...children) {
  const made = document.createElement(name);
  made.className = className;
  made.append(...children);
  return made;
}

function shape(name, attributes, text = "") {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.textContent = text;
  return made;
}

// --- runs

const at = (position) => runs[position.join()] ?? [];
const all = Object.values(runs).flat();
const known = (run) => run.accuracy.filter((value) => value !== null);
const last = (run) => run.accuracy[run.accuracy.length - 1];

// Returns the accuracy of runs after their last round, in words.
function result(found) {
  const values = found.map(last).filter((value) => value !== null);
  if (!found.length) return labels.missing;
  if (!values.length) return labels.unknown;
  const [least, most] = [Math.min(...values), Math.max(...values)].map((value) => percent.format(value));
  return values.length > 1 ? fill(labels.span, { least, most, n: values.length }) : most;
}

function told(found) {
  if (!found.length) return labels.missing;
  return `${fill(labels.after, { n: found[0].accuracy.length - 1 })}: ${result(found)}`;
}

// --- the chart

const most = Math.max(STEP, Math.ceil(Math.max(0, ...all.flatMap(known)) / STEP) * STEP);
const rounds = Math.max(1, ...all.map((run) => run.accuracy.length - 1));

function scales(width) {
  return {
    x: (round) => LEFT + ((width - LEFT - RIGHT) * round) / rounds,
    y: (value) => HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * (value / most),
  };
}

function curve({ x, y }, run, kind) {
  let path = "";
  run.accuracy.forEach((value, round) => {
    if (value !== null) path += `${path ? "L" : "M"}${x(round).toFixed(1)} ${y(value).toFixed(1)}`;
  });
  return shape("path", { class: kind, d: path });
}

function axis(width, scale) {
  const { x, y } = scale;
  const middle = { "text-anchor": "end" };
  return [
    shape("path", { class: "axis", d: `M${LEFT} ${TOP}V${y(0)}H${width - RIGHT}` }),
    ...[0, most].map((value) => shape("text", { x: LEFT - 6, y: y(value) + 4, ...middle }, onAxis.format(value))),
    shape("text", { x: LEFT, y: HEIGHT - 6 }, `${labels.round} 0`),
    shape("text", { x: x(rounds), y: HEIGHT - 6, ...middle }, String(rounds)),
  ];
}

function draw() {
  const box = document.getElementById("grid-chart");
  const width = Math.max(200, box.clientWidth);
  const scale = scales(width);
  const found = at(chosen);
  const earlier = before ? at(before) : [];
  const others = all.filter((run) => !found.includes(run) && !earlier.includes(run));
  const svg = shape("svg", { viewBox: `0 0 ${width} ${HEIGHT}`, role: "img", "aria-label": described(found) });
  svg.append(...axis(width, scale));
  for (const [some, kind] of [[others, "other"], [earlier, "earlier"], [found, "curve"]]) {
    svg.append(...some.filter((run) => known(run).length).map((run) => curve(scale, run, kind)));
  }
  for (const run of found.filter((one) => last(one) !== null)) {
    svg.append(shape("circle", { class: "dot", r: 4, cx: scale.x(run.accuracy.length - 1), cy: scale.y(last(run)) }));
  }
  box.replaceChildren(svg);
}

function described(found) {
  const told = found.filter((run) => known(run).length).map((run) => {
    const values = known(run);
    const ends = { first: percent.format(values[0]), last: percent.format(values[values.length - 1]) };
    return fill(labels.curve, { measure: labels.accuracy, ...ends });
  });
  return told.join(". ") || labels.missing;
}

// --- what is shown

function row(run) {
  const link = part("a", "", part("bdi", "", run.name));
  link.href = run.file;
  const head = part("th", "", link);
  head.scope = "row";
  const value = last(run) === null ? labels.unknown : percent.format(last(run));
  const cells = [run.seed ?? "", value].map((text) => part("td", "number", String(text)));
  return part("tr", "", head, ...cells, part("td", "", part("code", "", run.fingerprint.slice(0, 16))));
}

function show() {
  const found = at(chosen);
  document.getElementById("grid-result").textContent = told(found);
  const earlier = before ? fill(labels.before, { result: result(at(before)) }) : "";
  document.getElementById("grid-before").textContent = earlier;
  document.getElementById("grid-runs").replaceChildren(...found.map(row));
  document.getElementById("grid-table").hidden = !found.length;
  for (const input of section.querySelectorAll("input[type=range]")) {
    const name = axes[input.dataset.axis].choices[input.value];
    input.nextElementSibling.textContent = name;
    input.setAttribute("aria-valuetext", `${name}. ${told(found)}`);
  }
  draw();
}

function move(axisNumber, choice) {
  if (chosen[axisNumber] === choice) return;
  before = chosen;
  chosen = chosen.map((one, i) => (i === axisNumber ? choice : one));
  show();
}

// --- controls

function slider({ name, choices }, i) {
  const input = part("input", "");
  Object.assign(input, { type: "range", min: 0, max: choices.length - 1, step: 1, value: chosen[i] });
  input.dataset.axis = i;
  input.addEventListener("input", () => move(i, Number(input.value)));
  return part("label", "share", part("span", "", name), input, part("span", "value"));
}

function radios({ name, choices }, i) {
  const group = part("fieldset", "choices", part("legend", "", name));
  choices.forEach((text, choice) => {
    const input = part("input", "");
    Object.assign(input, { type: "radio", name: `grid-${i}`, value: choice, checked: choice === chosen[i] });
    input.addEventListener("change", () => move(i, choice));
    group.append(part("label", "", input, " ", part("bdi", "", text)));
  });
  return group;
}

function table() {
  const heads = [labels.run, labels.seed, labels.accuracy, labels.fingerprint].map((text, i) => {
    const head = part("th", i === 1 || i === 2 ? "number" : "", text);
    head.scope = "col";
    return head;
  });
  const body = Object.assign(part("tbody", ""), { id: "grid-runs" });
  const made = part("table", "", part("thead", "", part("tr", "", ...heads)), body);
  return Object.assign(part("div", "wide", made), { id: "grid-table" });
}

function lay() {
  const verdict = Object.assign(part("p", "verdict"), { id: "grid-result" });
  verdict.setAttribute("aria-live", "polite");
  const controls = axes.map((one, i) => (one.slides ? slider : radios)(one, i));
  document.getElementById("grid").replaceChildren(
    part("div", "", ...controls),
    part(
      "div", "outcome", verdict,
      Object.assign(part("p", "note"), { id: "grid-before" }),
      Object.assign(part("div", "chart"), { id: "grid-chart" }),
      part("p", "note", labels.drawn), table(),
    ),
  );
}

function start() {
  chosen = Object.keys(runs)[0].split(",").map(Number);
  lay();
  document.getElementById("grid").hidden = false;
  show();
  new ResizeObserver(draw).observe(document.getElementById("grid-chart"));
}

start();
})();
