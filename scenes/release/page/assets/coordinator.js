// The section in which a reader is the coordinator: shares of real updates on sliders, noise on
// their average, and what the model that comes of it makes of the test photos.

(() => {
"use strict";

const { network, trials } = globalThis.fedreel;
const { likeliest, probabilities, updated, updatesOf } = network;
const { trial, labels, byId, fill, part, percent, put } = trials;
const coordinator = trial.coordinator;
const loss = trials.numbers(2);
const FULL = 100; // of a slider

let base = null; // the model that the workers received
let updates = []; // of the workers, and one of noise
let photos = null;
let due = false; // whether a test is about to run

const total = (values) => values.reduce((one, other) => one + other, 0);
const sliders = () => [...byId("shares").querySelectorAll("input")];

// Returns shares with the sum 1, or none.
function shared(amounts) {
  const sum = total(amounts);
  return amounts.map((amount) => (sum ? amount / sum : 0));
}

const counts = () => coordinator.workers.map((worker) => worker.examples);

// Returns how many photos a model gets right, and its mean loss on them.
function test(shares, noise = 0) {
  const weights = updated(base.weights, updates, [...shares, noise]);
  const given = photos.pixels.map((pixels) => probabilities(weights, pixels));
  const named = given.map(likeliest);
  const right = named.map((kind, i) => kind === photos.labels[i]);
  const losses = given.map((row, i) => -Math.log(Math.max(row[photos.labels[i]], 1e-12)));
  return { right, count: right.filter(Boolean).length, loss: total(losses) / losses.length };
}

// --- noise: the same normal numbers at each visit, as large as the average update's weights are

function uniform(seed) {
  let state = seed;
  return () => { // mulberry32
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function noiseLike(found, shares) {
  const random = uniform(1);
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const names = Object.keys(found[0]);
  let squares = 0;
  let size = 0;
  for (const name of names) {
    for (let i = 0; i < found[0][name].length; i += 1) squares += total(found.map((one, k) => shares[k] * one[name][i])) ** 2;
    size += found[0][name].length;
  }
  const deviation = Math.sqrt(squares / size);
  return Object.fromEntries(names.map((name) => [name, Float32Array.from(found[0][name], () => deviation * normal())]));
}

// --- what is shown

function row(name, result) {
  const words = { right: result.count, n: photos.labels.length };
  const head = part("th", "", name);
  head.scope = "row";
  return part("tr", "", head, part("td", "number", fill(labels.rightOf, words)), part("td", "number", loss.format(result.loss)));
}

function show() {
  due = false;
  const amounts = sliders().map((slider) => Number(slider.value));
  const shares = shared(amounts);
  const noise = Number(byId("noise").value);
  const result = test(shares, noise);
  const words = { right: result.count, n: photos.labels.length, loss: loss.format(result.loss) };
  const spoken = fill(labels.averaged, words);
  sliders().forEach((slider, k) => {
    slider.nextElementSibling.textContent = percent.format(shares[k]);
    slider.setAttribute("aria-valuetext", `${percent.format(shares[k])}. ${spoken}`);
  });
  byId("noise").nextElementSibling.textContent = `× ${loss.format(noise)}`;
  byId("noise").setAttribute("aria-valuetext", `× ${loss.format(noise)}. ${spoken}`);
  byId("averaged").textContent = spoken;
  [...byId("tested").children].forEach((canvas, i) => canvas.className = result.right[i] ? "right" : "wrong");
  byId("yours").replaceWith(Object.assign(row(labels.yours, result), { id: "yours" }));
}

// Shows what comes of the sliders with the next picture of the screen, once for many moves.
function soon() {
  if (!due) requestAnimationFrame(show);
  due = true;
}

function set(amounts, noise) {
  const most = Math.max(...amounts, 1);
  sliders().forEach((slider, k) => { slider.value = (FULL * amounts[k]) / most; });
  byId("noise").value = noise;
  show();
}

function compare() {
  const each = coordinator.workers.map((worker, k) => [fill(labels.alone, { k: worker.client }), counts().map((_, i) => Number(i === k))]);
  const rows = [
    [labels.byCount, shared(counts())],
    [labels.alike, shared(counts().map(() => 1))],
    ...each,
    [labels.none, counts().map(() => 0)],
  ];
  byId("compared").replaceChildren(
    Object.assign(part("tr", ""), { id: "yours" }),
    ...rows.map(([name, shares]) => row(name, test(shares))),
  );
}

function lay() {
  byId("shares").replaceChildren(...coordinator.workers.map((worker) => {
    const slider = document.createElement("input");
    Object.assign(slider, { type: "range", min: 0, max: FULL, step: "any" });
    slider.addEventListener("input", soon);
    slider.addEventListener("keydown", step);
    const words = { k: worker.client, n: worker.photos, kinds: worker.kinds };
    const text = fill(worker.kinds ? labels.workerOf : labels.worker, words);
    return part("label", "share", part("span", "", text), slider, part("span", "value"));
  }));
  byId("tested").replaceChildren(...photos.pixels.map((pixels) => {
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = network.SIDE;
    put(canvas, pixels);
    return canvas;
  }));
}

// With steps of any size browsers move by their own idea of a step.
function step(event) {
  const moves = { ArrowLeft: -5, ArrowDown: -5, ArrowRight: 5, ArrowUp: 5 };
  if (!(event.key in moves)) return;
  event.preventDefault();
  event.target.value = Number(event.target.value) + moves[event.key];
  soon();
}

async function begin() {
  try {
    photos = await trials.photos();
    base = await trials.model(trial.models[coordinator.model]);
    const found = await trials.loaded(coordinator.file, updatesOf);
    updates = [...found, noiseLike(found, shared(counts()))];
  } catch {
    byId("coordinator-told").textContent = labels.lost;
    return;
  }
  lay();
  compare();
  set(counts(), 0);
  byId("noise").addEventListener("input", soon);
  byId("by-count").addEventListener("click", () => set(counts(), 0));
  byId("bench").hidden = false;
}

trials.inSight(byId("coordinator"), begin);
})();
