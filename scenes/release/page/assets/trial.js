// The section in which a reader tries the models: photos, a pad to paint on, and a bar for each
// class. Models and photos are loaded when the section comes into sight. Texts from records are set
// as text, never as markup.

(() => {
"use strict";

const { network, trials } = globalThis.fedreel;
const { SIDE, likeliest, probabilities } = network;
const { trial, labels, byId, fill, part, percent, put } = trials;
const pad = byId("pad");
const sheet = pad.getContext("2d", { willReadFrequently: true });
const exact = trials.numbers(5);
const GREY = "#808080";
const LARGEST = 1024; // pixels of a picture's side while it is made smaller
const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

let photos = null; // the pixels and classes of the test photos
let chosen = []; // the models that are shown, one or two
let photo = null; // the number of the photo on the pad; null for another picture
let original = null; // the pad as it was before it was painted on
let painted = false;
let brush = [SIDE / 2, SIDE / 2]; // pixels
let stroke = null; // where the pointer was last while it paints

// --- the pad

function pixelsOnPad() {
  const { data } = sheet.getImageData(0, 0, SIDE, SIDE);
  return Uint8Array.from({ length: 3 * SIDE * SIDE }, (_, i) => data[4 * Math.floor(i / 3) + (i % 3)]);
}

// Shows a picture on the pad; `number` is that of a test photo, or null.
function lay(pixels, number) {
  put(pad, pixels);
  photo = number;
  original = pixels;
  painted = false;
  for (const input of byId("photos").querySelectorAll("input")) input.checked = Number(input.value) === number;
  judge();
}

function dab(x, y) {
  sheet.fillStyle = byId("colour").value;
  const size = Number(byId("size").value);
  const middle = (size - 1) / 2;
  for (let i = 0; i < size; i += 1) {
    for (let j = 0; j < size; j += 1) {
      const round = (i - middle) ** 2 + (j - middle) ** 2 <= (size / 2) ** 2;
      if (round) sheet.fillRect(Math.round(x - middle + i - 0.5), Math.round(y - middle + j - 0.5), 1, 1);
    }
  }
}

function paint([fromX, fromY], [toX, toY]) {
  const steps = Math.max(1, Math.ceil(Math.hypot(toX - fromX, toY - fromY)));
  for (let i = 0; i <= steps; i += 1) {
    dab(fromX + ((toX - fromX) * i) / steps, fromY + ((toY - fromY) * i) / steps);
  }
  painted = true;
  judge(false);
}

function at(event) {
  const { left, top, width } = pad.getBoundingClientRect();
  return [((event.clientX - left) / width) * SIDE, ((event.clientY - top) / width) * SIDE];
}

function placeBrush() {
  const mark = byId("brush");
  const size = Number(byId("size").value);
  mark.style.left = `${((brush[0] - size / 2) / SIDE) * 100}%`;
  mark.style.top = `${((brush[1] - size / 2) / SIDE) * 100}%`;
  mark.style.width = `${(size / SIDE) * 100}%`;
}

function press(event) {
  const step = STEPS[event.key];
  if (!step && event.key !== " ") return;
  event.preventDefault();
  if (step) brush = brush.map((place, i) => Math.min(SIDE - 0.5, Math.max(0.5, place + step[i])));
  else paint(brush, brush);
  placeBrush();
  if (!step) judge();
}

// Reads a file as a picture: its middle square, made smaller by halves so that nothing is skipped.
async function open(file) {
  const told = byId("trial-told");
  told.textContent = "";
  try {
    const whole = await createImageBitmap(file);
    const side = Math.min(whole.width, whole.height);
    const corner = [whole.width, whole.height].map((length) => Math.floor((length - side) / 2));
    let small = square(LARGEST, await createImageBitmap(whole, ...corner, side, side));
    for (let size = LARGEST / 2; size >= SIDE; size /= 2) small = square(size, small);
    sheet.drawImage(small, 0, 0);
    lay(pixelsOnPad(), null);
  } catch {
    told.textContent = labels.unreadable;
  }
}

function square(size, source) {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = size;
  const context = canvas.getContext("2d");
  context.fillStyle = "white"; // where a picture is transparent
  context.fillRect(0, 0, size, size);
  context.imageSmoothingQuality = "high";
  context.drawImage(source, 0, 0, size, size);
  return canvas;
}

// --- what the models say

// Shows what the models give the picture on the pad; `speak` to say it to screen readers too.
function judge(speak = true) {
  if (!chosen.length) return;
  const pixels = pixelsOnPad();
  const given = chosen.map((one) => probabilities(one.weights, pixels));
  const known = photo !== null && !painted;
  [...byId("bars").rows].forEach((row, kind) => {
    row.className = photo !== null && kind === photos.labels[photo] ? "true" : "";
    chosen.forEach((one, i) => {
      show(row.cells[i + 1], given[i][kind], known && one.first ? one.first[photo][kind] : null);
    });
  });
  byId("before").hidden = !(known && chosen.some((one) => one.first));
  if (!speak) return;
  byId("picture").textContent = captionOf(photo);
  byId("verdict").replaceChildren(...chosen.map((one, i) => {
    const kind = likeliest(given[i]);
    const words = { model: one.spec.name, kind: trial.classes[kind], percent: percent.format(given[i][kind]) };
    return part("span", "", fill(labels.verdict, words));
  }));
}

function captionOf(number) {
  if (number === null) return labels.own;
  return fill(painted ? labels.painted : labels.photo, { n: number + 1, kind: trial.classes[photos.labels[number]] });
}

function show(cell, value, before) {
  const [bar, written] = cell.children;
  bar.firstChild.style.width = `${100 * value}%`;
  bar.lastChild.hidden = before === null;
  bar.lastChild.style.left = `${100 * (before ?? 0)}%`;
  written.textContent = percent.format(value);
}

function layTable() {
  const heads = byId("bars").parentElement.tHead.rows[0].cells;
  [0, 1].forEach((i) => {
    heads[i + 1].hidden = !chosen[i];
    heads[i + 1].textContent = chosen[i] ? chosen[i].spec.name : "";
  });
  byId("bars").replaceChildren(...trial.classes.map((name) => {
    const head = part("th", "", part("bdi", "", name));
    head.scope = "row";
    const cells = chosen.map(() => {
      const bar = part("span", "bar", part("span", "filled"), part("span", "tick"));
      bar.setAttribute("aria-hidden", "true");
      return part("td", "", bar, part("span", "value"));
    });
    return part("tr", "", head, ...cells);
  }));
}

function light() {
  const [{ spec, given }] = chosen;
  let right = 0;
  for (const input of byId("photos").querySelectorAll("input")) {
    const number = Number(input.value);
    const kind = photos.labels[number];
    const named = likeliest(given[number]);
    right += named === kind;
    input.parentElement.className = named === kind ? "right" : "wrong";
    const words = { n: number + 1, kind: trial.classes[kind], other: trial.classes[named] };
    input.setAttribute("aria-label", fill(named === kind ? labels.right : labels.wrong, words));
  }
  byId("lit").textContent = fill(labels.lit, { right, n: photos.labels.length, model: spec.name });
}

function agree() {
  const known = chosen.filter((one) => one.apart !== null);
  const words = { n: photos.labels.length, most: exact.format(Math.max(...known.map((one) => one.apart))) };
  const names = known.length < chosen.length ? `${known.map((one) => one.spec.name).join(", ")}: ` : "";
  byId("agreement").textContent = known.length ? names + fill(labels.agreed, words) : "";
}

async function choose() {
  const told = byId("trial-told");
  const names = [byId("model").value, byId("beside").value].filter((value) => value !== "");
  told.textContent = labels.loading;
  try {
    chosen = await Promise.all([...new Set(names)].map((name) => trials.model(trial.models[name])));
    told.textContent = "";
  } catch {
    told.textContent = labels.lost;
    return;
  }
  byId("weights").href = `${chosen[0].spec.folder}/index.html#final`;
  layTable();
  light();
  agree();
  judge();
}

// --- set up

function hang() {
  byId("photos").replaceChildren(...photos.labels.map((kind, number) => {
    const input = document.createElement("input");
    const canvas = document.createElement("canvas");
    Object.assign(input, { type: "radio", name: "photo", value: number });
    input.addEventListener("change", () => {
      lay(photos.pixels[number], number);
      document.dispatchEvent(new CustomEvent("fedreel:photo", { detail: number }));
    });
    input.setAttribute("aria-label", captionOf(number));
    canvas.width = canvas.height = SIDE;
    put(canvas, photos.pixels[number]);
    return part("label", "", input, canvas);
  }));
}

function listen() {
  for (const id of ["model", "beside"]) byId(id).addEventListener("change", choose);
  byId("size").addEventListener("input", placeBrush);
  byId("undo").addEventListener("click", () => lay(original, photo));
  byId("blank").addEventListener("click", () => {
    sheet.fillStyle = GREY;
    sheet.fillRect(0, 0, SIDE, SIDE);
    lay(pixelsOnPad(), null);
  });
  byId("open").addEventListener("change", () => {
    if (byId("open").files.length) open(byId("open").files[0]);
    byId("open").value = "";
  });
  pad.addEventListener("keydown", press);
  pad.addEventListener("pointerdown", (event) => {
    pad.setPointerCapture(event.pointerId);
    stroke = at(event);
    paint(stroke, stroke);
  });
  pad.addEventListener("pointermove", (event) => {
    brush = at(event);
    placeBrush();
    if (stroke) paint(stroke, brush);
    stroke = stroke && brush;
  });
  for (const end of ["pointerup", "pointercancel"]) {
    pad.addEventListener(end, () => {
      stroke = null;
      judge();
    });
  }
  const easel = document.querySelector(".easel");
  easel.addEventListener("dragover", (event) => event.preventDefault());
  easel.addEventListener("drop", (event) => {
    event.preventDefault();
    if (event.dataTransfer.files.length) open(event.dataTransfer.files[0]);
  });
}

function offer() {
  trial.models.forEach(({ name, accuracy }, i) => {
    const text = [name, accuracy].filter(Boolean).join(", ");
    byId("model").add(new Option(text, i));
    byId("beside").add(new Option(text, i));
  });
  byId("beside").value = trial.beside ?? "";
  byId("beside").parentElement.hidden = trial.models.length < 2;
}

// The first photo that the model names rightly, and the one beside it does not; or the first one.
function telling() {
  const right = (one, number) => likeliest(one.given[number]) === photos.labels[number];
  const found = photos.labels.findIndex((_, number) => {
    const [first, second] = chosen;
    return first && right(first, number) && !(second && right(second, number));
  });
  return Math.max(found, 0);
}

async function begin() {
  try {
    photos = await trials.photos();
  } catch {
    byId("trial-told").textContent = labels.lost;
    return;
  }
  hang();
  listen();
  lay(photos.pixels[0], 0);
  await choose();
  const number = telling();
  lay(photos.pixels[number], number);
}

function start() {
  byId("trial").hidden = false;
  offer();
  placeBrush();
  trials.inSight(byId("trial"), begin);
}

start();
})();
