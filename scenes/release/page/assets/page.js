// The page works without this script. With it, the transcript and the view of the run follow the
// film. Texts from records are set as text, never as markup. It is no module, since browsers do not
// load modules in a page that is opened from a folder.

document.documentElement.classList.add("script");
document.addEventListener("DOMContentLoaded", () => {
"use strict";

const data = JSON.parse(document.getElementById("data").textContent);
const labels = data.labels;
const byId = (id) => document.getElementById(id);
const film = byId("film");
const box = document.querySelector(".told");
const beats = [...document.querySelectorAll(".beat")];
const chapterLinks = [...document.querySelectorAll("[data-chapter]")];
const calm = matchMedia("(prefers-reduced-motion: reduce)");
const written = { accuracy: numbers(1, "percent"), loss: numbers(2) };
const onAxis = { accuracy: numbers(0, "percent"), loss: numbers(2) };
const MOST_LISTED = 12; // workers
const ON_SERVER = location.protocol !== "file:";
const PATIENCE = 8000; // milliseconds without automatic scrolling after a reader scrolled

// The addresses of tracks in the page. Other films have addresses of their own for some of them.
const tracks = new Map([...film.querySelectorAll("track")].map((track) => [track.srclang, track.getAttribute("src")]));

let currentFilm = data.films[0]; // the film in the chosen shape
let run = null; // the run in the view
let round = null; // the round in the view; null for the whole run
let following = true;
let whole = null; // the download of the whole film, if needed
let scrolled = -Infinity; // time of the last scroll by a reader, milliseconds

function numbers(digits, style = "decimal") {
  return new Intl.NumberFormat(data.language, { style, minimumFractionDigits: digits, maximumFractionDigits: digits });
}

function fill(template, values) {
  return template.replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

function last(starts, time) {
  let found = -1;
  while (found + 1 < starts.length && starts[found + 1] <= time + 0.001) found += 1;
  return found;
}

// --- the film

function loaded() {
  return new Promise((resolve) => film.addEventListener("loadedmetadata", resolve, { once: true }));
}

// A server without range requests does not allow seeking: download the whole file.
async function makeSeekable() {
  if (film.readyState === 0) {
    film.load();
    await loaded();
  }
  if (!seekable()) await playWhole();
}

function seekable() {
  return film.seekable.length > 0 && film.seekable.end(0) > 0;
}

async function playWhole() {
  if (!ON_SERVER || film.src) return;
  whole ??= fetchWhole().finally(() => { whole = null; });
  await whole;
}

// Safari plays nothing from such a server, or stops soon.
async function rescue() {
  const { currentTime, paused } = film;
  await playWhole();
  if (film.src && currentTime > 0) film.currentTime = currentTime;
  if (film.src && !paused) film.play().catch(() => {});
}

async function fetchWhole() {
  const source = film.currentSrc;
  film.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(source);
    if (!answer.ok) return;
    const address = URL.createObjectURL(await answer.blob());
    if (film.currentSrc !== source) return; // the shape has changed meanwhile
    film.src = address;
    await loaded();
  } finally {
    film.removeAttribute("aria-busy");
  }
}

async function seek(time, play = true) {
  await makeSeekable();
  film.currentTime = time + 0.01;
  if (play) film.play().catch(() => {}); // a browser may require a click on the film first
}

// A click on a time in the transcript also scrolls to the film.
function playFrom(time) {
  const { top, bottom } = film.getBoundingClientRect();
  const middle = (top + bottom) / 2;
  if (middle < 0 || middle > innerHeight) film.scrollIntoView({ block: "nearest", behavior: pace() });
  seek(time);
}

function pace() {
  return calm.matches ? "auto" : "smooth";
}

async function choose(index) {
  const { currentTime, paused } = film;
  currentFilm = data.films[index];
  if (film.src) URL.revokeObjectURL(film.src);
  film.removeAttribute("src");
  for (const source of film.querySelectorAll("source")) {
    source.src = source.type.startsWith("video/webm") ? currentFilm.webm : currentFilm.mp4;
  }
  film.querySelectorAll("track").forEach((track) => {
    track.src = currentFilm.tracks.find((one) => one.code === track.srclang).src ?? tracks.get(track.srclang);
  });
  film.load();
  await loaded();
  if (currentTime > 0) await seek(currentTime, !paused);
}

// --- the transcript

function mark(elements, index) {
  elements.forEach((element, i) => {
    if (i === index) element.setAttribute("aria-current", "true");
    else element.removeAttribute("aria-current");
  });
}

// Scrolls to a beat, unless the transcript has the focus or a reader has scrolled.
function scrollTo(beat) {
  if (box.querySelector(":focus-visible") || performance.now() - scrolled < PATIENCE) return;
  box.scrollTo({ top: beat.offsetTop - box.clientHeight / 3, behavior: pace() });
}

// In a page that is opened from a folder, browsers load no captions but those in the page itself.
function dropFiles() {
  for (const track of film.querySelectorAll("track:not([src^='data:'])")) track.remove();
}

// The pictures have captions. Captions in another language are below the film, but in full screen
// on top of it.
function placeCaptions() {
  const own = [...film.textTracks].find((track) => track.language === data.language);
  byId("now").hidden = data.language === data.spoken;
  if (data.language !== data.spoken && own) own.mode = document.fullscreenElement === film ? "showing" : "hidden";
}

function follow() {
  const time = film.currentTime;
  const beat = last(currentFilm.beats, time);
  if (beats[beat] && !beats[beat].hasAttribute("aria-current")) {
    mark(beats, beat);
    byId("now").textContent = beats[beat].querySelector(".caption").textContent;
    if (time > 0) scrollTo(beats[beat]);
  }
  mark(chapterLinks, last(currentFilm.chapters, time));
  const turn = currentFilm.turns[Math.max(0, last(currentFilm.turns.map(([at]) => at), time))];
  if (following && turn) show(turn[1], turn[2]);
}

// --- the view of the run

const WIDTH = 320, HEIGHT = 112, LEFT = 42, RIGHT = 8, TOP = 8, BOTTOM = 22;

function element(name, attributes, text) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  if (text !== undefined) made.textContent = text;
  return made;
}

function scales(measure) {
  const values = run.rounds.map((one) => one[measure]).filter((value) => value !== null);
  const top = measure === "accuracy" ? 1 : Math.max(...values, 1e-9);
  return {
    known: values.length > 0,
    top,
    x: (i) => LEFT + ((WIDTH - LEFT - RIGHT) * i) / Math.max(1, run.rounds.length - 1),
    y: (value) => HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * (value / top),
  };
}

function draw(measure) {
  const box = byId(`${measure}-chart`);
  const { known, top, x, y } = scales(measure);
  box.replaceChildren();
  box.parentElement.hidden = !known;
  if (!known) return;
  const svg = element("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img" });
  svg.setAttribute("aria-label", described(measure));
  const end = run.rounds.length - 1;
  svg.append(element("path", { class: "axis", d: `M${LEFT} ${TOP}V${y(0)}H${WIDTH - RIGHT}` }));
  for (const value of [0, top]) {
    svg.append(element("text", { x: LEFT - 5, y: y(value) + 4, "text-anchor": "end" }, onAxis[measure].format(value)));
  }
  svg.append(element("text", { x: LEFT, y: HEIGHT - 5 }, `${labels.round} 0`));
  svg.append(element("text", { x: WIDTH - RIGHT, y: HEIGHT - 5, "text-anchor": "end" }, String(end)));
  let path = "";
  run.rounds.forEach((one, i) => {
    if (one[measure] === null) return;
    path += `${path ? "L" : "M"}${x(i).toFixed(1)} ${y(one[measure]).toFixed(1)}`;
  });
  svg.append(element("path", { class: `curve ${measure}`, d: path }));
  svg.append(element("path", { class: "at", d: "" }), element("circle", { class: `dot ${measure}`, r: 4, cx: -9, cy: -9 }));
  svg.addEventListener("pointermove", (event) => show(run.name, under(svg, event), false));
  svg.addEventListener("pointerleave", () => show(run.name, round, false));
  svg.addEventListener("click", (event) => walk(under(svg, event)));
  box.append(svg);
}

function described(measure) {
  const values = run.rounds.map((one) => one[measure]);
  const ends = values.filter((value) => value !== null);
  return fill(labels.curve, {
    measure: labels[measure],
    first: written[measure].format(ends[0]),
    last: written[measure].format(ends[ends.length - 1]),
  });
}

function under(svg, event) {
  const { left, width } = svg.getBoundingClientRect();
  const at = ((event.clientX - left) / width) * WIDTH;
  const share = (at - LEFT) / (WIDTH - LEFT - RIGHT);
  return Math.min(run.rounds.length - 1, Math.max(0, Math.round(share * (run.rounds.length - 1))));
}

function point(measure, i) {
  const svg = byId(`${measure}-chart`).firstChild;
  const value = i === null ? null : run.rounds[i][measure];
  byId(measure).textContent = value === null ? "" : written[measure].format(value);
  if (!svg) return;
  const { x, y } = scales(measure);
  const none = value === null;
  svg.querySelector(".at").setAttribute("d", i === null ? "" : `M${x(i)} ${TOP}V${y(0)}`);
  svg.querySelector(".dot").setAttribute("cx", none ? -9 : x(i));
  svg.querySelector(".dot").setAttribute("cy", none ? -9 : y(value));
}

// Returns the rounds that are written as a list for each field.
function rows(columns) {
  const fields = Object.entries(columns);
  return columns.accuracy.map((_, i) => Object.fromEntries(fields.map(([name, values]) => [name, values[i]])));
}

function open(name) {
  run = { ...data.runs[name], rounds: rows(data.runs[name].rounds) };
  byId("run").value = name;
  byId("round").max = run.rounds.length - 1;
  draw("accuracy");
  draw("loss");
  byId("cards").replaceChildren(...Array.from({ length: run.cards }, (_, i) => {
    const card = document.createElement("span");
    card.textContent = String(i);
    return card;
  }));
}

// Shows a round of a run, or the whole run; `keep` makes it the one to return to.
function show(name, i, keep = true) {
  if (run?.name !== name) open(name);
  else if (keep && i === round && byId("told").textContent) return;
  if (keep) round = i;
  point("accuracy", i);
  point("loss", i);
  const end = run.rounds.length - 1;
  byId("told").textContent = i === null ? fill(labels.all, { n: end }) : fill(labels.of, { r: i, n: end });
  byId("workers").textContent = i === null ? "" : workers(run.rounds[i]);
  [...byId("cards").children].forEach((card, worker) => {
    card.className = i === null ? "" : state(run.rounds[i], worker);
  });
  const slider = byId("round");
  slider.value = i ?? end;
  slider.setAttribute("aria-valuetext", spoken(i));
  byId("place").href = `${run.folder}/index.html${i === null ? "" : `#rounds[${i}]`}`;
}

function spoken(i) {
  const measured = ["accuracy", "loss"].filter((measure) => byId(measure).textContent);
  const values = measured.map((measure) => `${labels[measure]} ${byId(measure).textContent}`);
  return [byId("told").textContent, ...values, i === null ? "" : byId("workers").textContent].filter(Boolean).join(", ");
}

function state(one, worker) {
  if (one.trained.includes(worker)) return "trained";
  return one.failed.includes(worker) ? "failed" : "";
}

function workers(one) {
  const told = [];
  const [trained, failed] = one.all ?? [one.trained.length, one.failed.length];
  if (trained) told.push(fill(labels.trained, { workers: listed(one.trained, trained) }));
  if (failed) told.push(fill(labels.failed, { workers: listed(one.failed, failed) }));
  return told.join(" ") || (one.known ? labels.nobody : "");
}

function listed(numbers, count) {
  return numbers.slice(0, MOST_LISTED).join(", ") + (count > MOST_LISTED ? ` … (${count})` : "");
}

function setFollowing(on) {
  following = on;
  byId("follow").setAttribute("aria-pressed", String(on));
  if (on) follow();
}

function walk(i) {
  setFollowing(false);
  show(run.name, i);
  document.dispatchEvent(new CustomEvent("fedreel:round", { detail: { run: run.name, round: i } }));
}

// While the whole run is shown, the slider is at the last round: the first step shows it.
function enter(event) {
  const end = run.rounds.length - 1;
  const at = { Home: 0, ArrowRight: end, ArrowUp: end, ArrowLeft: end, ArrowDown: end, End: end }[event.key];
  if (round !== null || at === undefined) return;
  event.preventDefault();
  walk(at);
}

// --- sections with scripts of their own

const scripts = new Map(); // promises, by file

function script(file) {
  return new Promise((resolve, reject) => {
    const made = document.createElement("script");
    made.src = file;
    made.onload = resolve;
    made.onerror = reject;
    document.head.append(made);
  });
}

// Loads the scripts of a section, one after the other. Sections share some.
async function load(section) {
  try {
    for (const file of section.dataset.load.split(" ")) {
      if (!scripts.has(file)) scripts.set(file, script(file));
      await scripts.get(file);
    }
  } catch {
    section.querySelector("[role=status]").textContent = labels.lost;
  }
}

// Such a section is no part of the first view: its scripts come when it is near.
function loadWhenNear(section) {
  const sight = new IntersectionObserver((seen) => {
    if (!seen.some((one) => one.isIntersecting)) return;
    sight.disconnect();
    load(section);
  }, { rootMargin: "300px 0px" });
  sight.observe(section);
}

// --- set up

function start() {
  for (const part of document.querySelectorAll("[data-script]")) part.hidden = false;
  for (const section of document.querySelectorAll("[data-load]")) loadWhenNear(section);
  const names = Object.keys(data.runs);
  for (const name of names) byId("run").add(new Option(name, name));
  byId("run").disabled = names.length < 2;
  if (!ON_SERVER) dropFiles();
  document.addEventListener("fullscreenchange", placeCaptions);
  placeCaptions();
  for (const event of ["timeupdate", "seeked", "loadedmetadata"]) film.addEventListener(event, follow);
  const sources = [film, film.querySelector("source:last-of-type")];
  for (const source of sources) source.addEventListener("error", rescue);
  film.addEventListener("stalled", () => { if (!film.paused && !seekable()) rescue(); });
  if (film.networkState === film.NETWORK_NO_SOURCE) rescue();
  for (const event of ["wheel", "touchmove"]) {
    box.addEventListener(event, () => { scrolled = performance.now(); }, { passive: true });
  }
  chapterLinks.forEach((link, i) => link.addEventListener("click", (event) => {
    event.preventDefault();
    playFrom(currentFilm.chapters[i]);
  }));
  beats.forEach((beat, i) => beat.addEventListener("click", (event) => {
    const link = event.target.closest("a, summary");
    if (link && !link.classList.contains("clock")) return;
    if (!link && String(getSelection())) return; // text is being selected
    event.preventDefault();
    playFrom(currentFilm.beats[i]);
  }));
  for (const choice of document.querySelectorAll("[name=shape]")) {
    choice.addEventListener("change", () => choose(Number(choice.value)));
  }
  for (const link of document.querySelectorAll(".languages a")) {
    link.addEventListener("click", () => { link.hash = `t=${film.currentTime.toFixed(1)}`; });
  }
  byId("run").addEventListener("change", () => { setFollowing(false); show(byId("run").value, null); });
  for (const event of ["input", "click"]) {
    byId("round").addEventListener(event, () => walk(Number(byId("round").value)));
  }
  byId("round").addEventListener("keydown", enter);
  document.addEventListener("fedreel:open", ({ detail }) => {
    setFollowing(false);
    show(detail, null);
    byId("round").focus();
  });
  byId("follow").addEventListener("click", () => setFollowing(!following));
  const at = /^#t=([\d.]+)$/.exec(location.hash);
  if (at) seek(Number(at[1]), false);
  follow();
}

start();
});
