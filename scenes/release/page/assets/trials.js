// What the sections with models share: the page's data, and the photos and models, which are loaded
// when they are needed. Texts from records are set as text, never as markup.

globalThis.fedreel.trials = (() => {
"use strict";

const { trial, labels, language } = JSON.parse(document.getElementById("data").textContent);
const { SIDE, bytesOf, weightsOf, probabilities } = globalThis.fedreel.network;
const byId = (id) => document.getElementById(id);
const promises = new Map(); // of files

function numbers(digits, style = "decimal") {
  return new Intl.NumberFormat(language, { style, minimumFractionDigits: digits, maximumFractionDigits: digits });
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

function put(canvas, pixels) {
  const image = new ImageData(SIDE, SIDE);
  for (let i = 0; i < SIDE * SIDE; i += 1) {
    image.data.set(pixels.subarray(3 * i, 3 * i + 3), 4 * i);
    image.data[4 * i + 3] = 255;
  }
  canvas.getContext("2d").putImageData(image, 0, 0);
}

// A script works from a folder too, where a browser reads no other file.
function fetched(file) {
  return new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = file;
    script.onload = () => resolve(globalThis.fedreel[file]);
    script.onerror = reject;
    document.head.append(script);
  });
}

// Returns what a file holds, made by a function of it; a file that was lost is asked for again.
function loaded(file, make) {
  if (!promises.has(file)) {
    const promise = fetched(file).then(make);
    promise.catch(() => promises.delete(file));
    promises.set(file, promise);
  }
  return promises.get(file);
}

// Returns the pixels of all test photos, and their classes.
function photos() {
  return loaded(trial.photos, ({ pixels, labels: kinds }) => {
    const all = bytesOf(pixels);
    const size = 3 * SIDE * SIDE;
    return { labels: kinds, pixels: kinds.map((_, i) => all.subarray(i * size, (i + 1) * size)) };
  });
}

// Returns a model: its weights, what it gives the photos, how far that is from what was recorded.
async function model(spec) {
  const { pixels } = await photos();
  return loaded(spec.file, ({ weights, first, last }) => {
    const parsed = weightsOf(bytesOf(weights));
    const given = pixels.map((one) => probabilities(parsed, one));
    return { spec, first, weights: parsed, given, apart: last && difference(given, last) };
  });
}

// The largest difference between two lists of probabilities.
function difference(one, other) {
  return Math.max(...one.map((row, i) => Math.max(...row.map((value, kind) => Math.abs(value - other[i][kind])))));
}

// Calls a function once a part of the page comes into sight.
function inSight(element, begin) {
  const sight = new IntersectionObserver((seen) => {
    if (!seen.some((one) => one.isIntersecting)) return;
    sight.disconnect();
    begin();
  });
  sight.observe(element);
}

return { trial, labels, byId, numbers, percent: numbers(1, "percent"), fill, part, put, loaded, photos, model, inSight };
})();
