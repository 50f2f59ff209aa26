// Questions between the chapters. A guess is compared with what was recorded; a round or a photo is
// found by walking to it. Nothing is counted, kept or sent.

document.addEventListener("DOMContentLoaded", () => {
"use strict";

const { labels } = JSON.parse(document.getElementById("data").textContent);

function tell(question, text) {
  question.querySelector(".reply").textContent = text;
  question.querySelector("details").open = true;
}

// Calls a function with what a reader came to: `name` is that of an event of the page's sections.
function found(question, name, isRight) {
  document.addEventListener(name, ({ detail }) => {
    if (isRight(detail)) tell(question, labels.found);
  });
}

const kinds = {
  guess(question, { right: [share] }) {
    const slider = question.querySelector("input");
    slider.addEventListener("input", () => { question.querySelector(".guessed").textContent = slider.value; });
    question.querySelector("button").addEventListener("click", () => {
      const apart = Math.round(Math.abs(slider.value - 100 * share));
      tell(question, labels.guessed.replace("{guess}", slider.value).replace("{apart}", apart));
    });
  },
  round(question, { run, right }) {
    question.querySelector("button").addEventListener("click", () => {
      document.dispatchEvent(new CustomEvent("fedreel:open", { detail: run }));
    });
    found(question, "fedreel:round", (at) => at.run === run && right.includes(at.round));
  },
  photo(question, { right }) {
    found(question, "fedreel:photo", (number) => right.includes(number));
  },
};

for (const question of document.querySelectorAll(".question")) {
  const asked = JSON.parse(question.dataset.question);
  kinds[asked.kind](question, asked);
}
});
