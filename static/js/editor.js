// The editor of a question. Without it the page is one plain form; with it, it has a tab for each language, rows instead
// of lists of lines, the look of the text beside each field, and keeps unfinished words on the server.

import { keepUnfinished } from "./editor-keep.js";
import { showPreviews } from "./editor-preview.js";
import { makeChips, makeEnemies, makeGeneric, makeProbes, makeWeights } from "./editor-rows.js";

const FOCUS = "editor-focus";

const form = document.querySelector("form[data-editor]");
const parts = [...form.querySelectorAll(".editor-words")];
const tabs = [...form.querySelectorAll("[data-tab]")];

// ---- one language at a time ----------------------------------------------------------------------------------------

function choose(language, { focus = false } = {}) {
  for (const tab of tabs) {
    const chosen = tab.dataset.tab === language;
    tab.setAttribute("aria-selected", String(chosen));
    tab.tabIndex = chosen ? 0 : -1;
    if (chosen && focus) tab.focus();
  }
  for (const part of parts) part.hidden = part.dataset.language !== language;
  form.dispatchEvent(new CustomEvent("editor:shown"));
}

function openPartOf(field) {
  const part = field?.closest(".editor-words");
  if (part?.hidden) choose(part.dataset.language);
}

function makeTabs() {
  form.querySelector(".editor-tabs").hidden = false;
  for (const [place, tab] of tabs.entries()) {
    tab.addEventListener("click", () => choose(tab.dataset.tab));
    tab.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!step || event.altKey) return;
      event.preventDefault();
      choose(tabs[(place + step + tabs.length) % tabs.length].dataset.tab, { focus: true });
    });
  }
  for (const part of parts) {
    part.setAttribute("role", "tabpanel");
    part.setAttribute("aria-labelledby", `tab-${part.dataset.language}`);
    part.removeAttribute("aria-label");
  }
  const wrong = parts.find((part) => part.querySelector(".field-error"));
  const written = parts.filter((part) => [...part.querySelectorAll("textarea, input")].some((field) => field.value.trim()));
  const spoken = parts.find((part) => part.dataset.language === document.documentElement.lang.toLowerCase());
  const first = wrong ?? (written.includes(spoken) || !written.length ? spoken : written[0]) ?? parts[0];
  choose(first.dataset.language);
}

// A list of what is wrong leads to fields of both languages.
document.addEventListener("click", (event) => {
  const link = event.target.closest('a[href^="#id_"]');
  if (link) openPartOf(document.getElementById(link.hash.slice(1)));
});

// ---- keys ----------------------------------------------------------------------------------------------------------

document.addEventListener("keydown", (event) => {
  if (!(event.ctrlKey || event.metaKey) || event.altKey || event.isComposing) return;
  if (event.key.toLowerCase() === "s") {
    event.preventDefault();
    form.requestSubmit(form.querySelector("[data-save-stay]"));
  } else if (event.key === "Enter") {
    event.preventDefault();
    form.requestSubmit(form.querySelector(".editor-bar .button-primary"));
  }
});

// Saving and keeping on writing goes on at the same place.
form.addEventListener("submit", (event) => {
  if (!event.submitter?.matches("[data-save-stay]")) return;
  const field = document.activeElement;
  const name = field?.name || field?.closest("[data-rows-of]")?.dataset.rowsOf;
  if (name) sessionStorage.setItem(FOCUS, JSON.stringify([name, field.selectionEnd ?? null]));
});

function comeBack() {
  const left = sessionStorage.getItem(FOCUS);
  sessionStorage.removeItem(FOCUS);
  if (!left || document.querySelector("[data-form-errors]")) return;
  const [name, place] = JSON.parse(left);
  const field = form.elements[name];
  if (!field?.focus) return;
  openPartOf(field);
  field.focus();
  if (place !== null && field.setSelectionRange && field.type !== "number") field.setSelectionRange(place, place);
}

for (const place of form.querySelectorAll("[data-rows-of]")) makeProbes(place);
for (const place of form.querySelectorAll("[data-chips-of]")) makeChips(place);
for (const place of form.querySelectorAll("[data-enemies-of]")) makeEnemies(place, form.dataset.findUrl);
makeWeights(form.querySelector("[data-weights]"));
for (const part of parts) makeGeneric(part);
makeTabs();
showPreviews(form, parts);
keepUnfinished(form);
comeBack();
