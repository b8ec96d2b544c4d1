// The scoring page: one question at a time, keys, and a save a second after each change.
//
// What was not acknowledged by the server stays in this page's memory and nowhere else. One request is under way at
// a time; a lost answer is asked for again with the same key, so that nothing is saved twice. Without this script the
// page is a plain form.

const FIRST_WAIT = 1000;
const LONGEST_WAIT = 30_000;
const KEEPALIVE_BYTES = 60_000; // browsers keep at most 64 KiB of requests alive after a page has gone

const form = document.querySelector("form[data-card]");
const wide = matchMedia("(min-width: 768px)");

const state = {
  version: Number(form.dataset.version),
  savedAt: form.dataset.savedAt,
  csrf: form.dataset.csrf,
  pending: null, // changes that no request has taken yet
  batch: null, // { key, changes } of the request that is under way or to be repeated
  sending: false,
  wait: FIRST_WAIT,
  timer: 0,
  halted: "", // why no request may go out: conflict, signed-out, gone, final
};

// ---- what is shown -------------------------------------------------------------------------------------------

function template(selector) {
  return document.querySelector(`template${selector}`).content.cloneNode(true);
}

function word(name) {
  return document.querySelector(`template[data-word="${name}"]`).content.textContent;
}

function clock(moment) {
  return new Intl.DateTimeFormat("en-GB", { timeStyle: "medium", timeZone: form.dataset.zone }).format(new Date(moment));
}

function show(name) {
  const place = document.getElementById("saved-state");
  if (place.dataset.shown === name && name !== "saved") return;
  const content = template(`[data-state="${name}"]`);
  const words = content.querySelector(".saved > span");
  if (state.savedAt) words.textContent = words.textContent.replace("{time}", clock(state.savedAt));
  place.dataset.shown = name;
  place.replaceChildren(content);
}

function notice(name, text = "") {
  const place = document.getElementById("card-notice");
  place.hidden = !name;
  place.replaceChildren(...(name ? [template(`[data-notice="${name}"]`)] : []));
  if (text) place.querySelector(".alert-text").textContent = text;
  if (name) place.scrollIntoView({ block: "nearest" });
}

// ---- what is saved -------------------------------------------------------------------------------------------

function unsaved() {
  return Boolean(state.pending || state.batch) || state.halted === "conflict";
}

function merge(into, changes) {
  const scores = { ...into?.scores };
  for (const [question, fields] of Object.entries(changes.scores ?? {})) {
    scores[question] = { ...scores[question], ...fields };
  }
  return { ...into, ...changes, ...(Object.keys(scores).length ? { scores } : {}) };
}

function change(changes) {
  state.pending = merge(state.pending, changes);
  if (!state.halted) {
    show("saving");
    schedule(FIRST_WAIT);
  }
}

function schedule(milliseconds) {
  clearTimeout(state.timer);
  state.timer = setTimeout(save, milliseconds);
}

function newKey() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function save() {
  clearTimeout(state.timer);
  if (state.sending || state.halted) return;
  if (!state.batch) {
    if (!state.pending) return;
    state.batch = { key: newKey(), changes: state.pending };
    state.pending = null;
  }
  state.sending = true;
  let response = null;
  try {
    response = await send(state.batch);
  } catch {
    // No answer: perhaps it was saved, perhaps not. The same key finds out.
  }
  state.sending = false;
  await answered(response);
}

function send(batch) {
  const body = JSON.stringify(batch.changes);
  return fetch(form.dataset.saveUrl, {
    method: "PATCH",
    body,
    keepalive: new Blob([body]).size < KEEPALIVE_BYTES,
    headers: {
      "Content-Type": "application/json",
      "If-Match": `"${state.version}"`,
      "Idempotency-Key": batch.key,
      "X-CSRFToken": state.csrf,
    },
  });
}

async function answered(response) {
  const status = response?.status ?? 0;
  const answer = await read(response);
  if (response?.ok && answer) accepted(answer);
  else if (status === 412 && answer?.current) conflict(answer.current);
  else if (status === 401 || status === 403) halt("signed-out", "signed-out");
  else if (status === 404) halt("gone", "gone");
  else if (status === 409) halt("final", "final");
  else if (status >= 400 && status < 500 && status !== 408 && status !== 429) refused(answer);
  else again();
}

async function read(response) {
  try {
    return await response.json();
  } catch {
    return null; // a page of a proxy, or nothing
  }
}

function accepted(answer) {
  state.version = answer.version;
  state.savedAt = answer.saved_at;
  state.batch = null;
  state.wait = FIRST_WAIT;
  form.elements.version.value = answer.version;
  notice("");
  if (state.pending) schedule(0);
  else show("saved");
}

function again() {
  show(state.savedAt ? "failed" : "failed-first");
  schedule(state.wait * (0.75 + Math.random() / 2));
  state.wait = Math.min(state.wait * 2, LONGEST_WAIT);
}

// The server can keep nothing of it: it stays on the page, and the next change tries again.
function refused(answer) {
  state.pending = merge(state.batch.changes, state.pending ?? {});
  state.batch = null;
  show("refused");
  notice("refused", [answer?.title, ...(answer?.errors ?? []).map((error) => error.message)].filter(Boolean).join(" "));
}

function halt(why, name) {
  state.halted = why;
  show("refused");
  notice(name);
}

// Signed in again, here or in another tab: the session has a new token.
async function resume() {
  if (state.halted !== "signed-out" && state.halted !== "gone") return;
  const response = await fetch(form.dataset.saveUrl, { headers: { Accept: "application/json" } }).catch(() => null);
  const card = response?.ok ? await read(response) : null;
  if (!card) return;
  state.csrf = card.csrf_token;
  for (const field of document.querySelectorAll("input[name=csrfmiddlewaretoken]")) field.value = card.csrf_token;
  state.halted = "";
  notice("");
  save();
}

// ---- two tabs ------------------------------------------------------------------------------------------------

function controlsOf(changes) {
  const controls = [];
  for (const name of ["recommendation", "summary"]) if (name in changes) controls.push({ name, fields: [name] });
  for (const [question, fields] of Object.entries(changes.scores ?? {})) {
    if ("level" in fields || "not_assessed" in fields) controls.push({ question, fields: ["level", "not_assessed"] });
    for (const field of ["evidence", "private_note"]) if (field in fields) controls.push({ question, fields: [field] });
  }
  return controls;
}

const BLANK = { level: null, not_assessed: false, evidence: "", private_note: "" };

function part(source, control) {
  const from = control.question ? { ...BLANK, ...source.scores?.[control.question] } : source;
  return Object.fromEntries(control.fields.map((field) => [field, from[field]]));
}

function same(one, other) {
  return Object.keys(one).every((field) => one[field] === other[field]);
}

// What this tab did not touch is taken over; where both wrote, the person chooses.
function conflict(current) {
  const mine = merge(state.batch.changes, state.pending ?? {});
  const contested = controlsOf(mine).filter((control) => !same(part(mine, control), part(current, control)));
  state.version = current.version;
  state.savedAt = current.saved_at;
  form.elements.version.value = current.version;
  state.batch = state.pending = null;
  if (current.state === "submitted") return halt("final", "final");
  takeOver(current, contested);
  if (!contested.length) return show("saved");
  state.halted = "conflict";
  show("conflict");
  notice("conflict");
  let open = contested.length;
  for (const control of contested) {
    offer(control, part(mine, control), part(current, control), () => {
      open -= 1;
      if (open) return;
      state.halted = "";
      notice("");
      if (state.pending) save();
      else show("saved");
    });
  }
  return goTo(placeOf(contested[0]));
}

function takeOver(current, contested) {
  const kept = new Set(contested.map((control) => `${control.question ?? ""} ${control.fields[0]}`));
  for (const control of everyControl()) {
    if (!kept.has(`${control.question ?? ""} ${control.fields[0]}`)) write(control, part(current, control));
  }
  refresh();
}

function offer(control, mine, other, settled) {
  const content = template("[data-other]");
  const box = content.firstElementChild;
  box.querySelector(".other-text").textContent = wordsOf(control, other);
  box.addEventListener("click", (event) => {
    const kept = event.target.closest("[data-keep]")?.dataset.keep;
    if (!kept) return;
    // What the field says now, not when the conflict came up: one may have gone on writing.
    if (kept === "other") write(control, other);
    const changes = kept === "other" ? null : { ...mine, ...readControl(control) };
    if (changes) state.pending = merge(state.pending, control.question ? { scores: { [control.question]: changes } } : changes);
    box.remove();
    refresh();
    settled();
  });
  elementOf(control).closest("fieldset, .field").append(content);
}

function wordsOf(control, values) {
  const value = values[control.fields[0]];
  if (values.not_assessed) return word("not-assessed");
  if (control.fields[0] === "recommendation" && value) {
    return form.querySelector(`[name=recommendation][value="${value}"]`).closest("label").textContent.trim();
  }
  return value === null || value === "" ? word("nothing") : String(value);
}

// A form that the server could not keep comes back with everything that was typed: it is this page's to save now.
async function takeUp() {
  if (!form.dataset.unsaved) return;
  let mine = {};
  for (const control of everyControl()) {
    const values = readControl(control);
    mine = merge(mine, control.question ? { scores: { [control.question]: values } } : values);
  }
  state.batch = { key: newKey(), changes: mine };
  if (form.dataset.unsaved === "refused") return schedule(FIRST_WAIT);
  const response = await fetch(form.dataset.saveUrl, { headers: { Accept: "application/json" } }).catch(() => null);
  const current = response?.ok ? await read(response) : null;
  if (!current) return show("refused");
  for (const box of form.querySelectorAll(".other-version")) box.remove(); // those have no buttons
  conflict(current);
}

// ---- fields --------------------------------------------------------------------------------------------------

function questions() {
  return form.querySelectorAll("[data-question]");
}

function everyControl() {
  const every = [{ fields: ["recommendation"] }, { fields: ["summary"] }];
  for (const section of questions()) {
    const question = section.dataset.question;
    every.push({ question, fields: ["level", "not_assessed"] }, { question, fields: ["evidence"] });
    every.push({ question, fields: ["private_note"] });
  }
  return every;
}

function names(question) {
  return { level: `level-${question}`, evidence: `evidence-${question}`, private_note: `note-${question}` };
}

function elementOf(control) {
  const name = control.question ? names(control.question)[control.fields[0]] : control.fields[0];
  return form.querySelector(`[name="${name}"]`);
}

function readControl(control) {
  const element = elementOf(control);
  if (element.type !== "radio") return { [control.fields[0]]: element.value };
  const value = form.elements[element.name].value || null;
  if (!control.question) return { recommendation: value };
  return { level: value === "none" || !value ? null : Number(value), not_assessed: value === "none" };
}

function write(control, values) {
  const element = elementOf(control);
  if (element.type !== "radio") {
    element.value = values[control.fields[0]];
    return;
  }
  const value = control.question ? (values.not_assessed ? "none" : values.level) : values.recommendation;
  for (const radio of form.querySelectorAll(`[name="${element.name}"]`)) radio.checked = radio.value === String(value);
}

function placeOf(control) {
  return Number(elementOf(control).closest("[data-part]").dataset.part);
}

function controlAt(element) {
  const question = element.closest("[data-question]")?.dataset.question;
  if (element.name === "recommendation" || element.name === "summary") return { fields: [element.name] };
  if (!question) return null;
  return { question, fields: element.type === "radio" ? ["level", "not_assessed"] : [element.dataset.field] };
}

form.addEventListener("input", (event) => {
  const control = controlAt(event.target);
  if (!control) return;
  const fields = readControl(control);
  change(control.question ? { scores: { [control.question]: fields } } : fields);
  refresh();
});

// ---- parts ---------------------------------------------------------------------------------------------------

function count() {
  return questions().length;
}

function place() {
  return Number(form.elements.part.value);
}

function goTo(wanted, focus = false) {
  for (const section of form.querySelectorAll("[data-part]")) section.hidden = Number(section.dataset.part) !== wanted;
  form.elements.part.value = wanted;
  const address = new URL(location.href);
  address.searchParams.set("part", wanted);
  address.hash = "";
  history.replaceState(null, "", address);
  refresh();
  scrollTo(0, 0);
  if (focus) form.querySelector(`[data-part="${wanted}"] .title`).focus();
}

function step(by) {
  const steps = [...Array(count()).keys()].map((index) => index + 1).concat(0);
  const index = steps.indexOf(place()) + by;
  if (index >= 0 && index < steps.length) goTo(steps[index], true);
}

function refresh() {
  const now = place();
  let scored = 0;
  for (const section of questions()) {
    const { question } = section.dataset;
    const level = form.elements[`level-${question}`].value;
    const evidence = form.elements[`evidence-${question}`];
    if (level) scored += 1;
    marks(Number(section.dataset.part), question, level, evidence.value.trim());
    const characters = form.querySelector(`[data-count-of="${evidence.id}"]`);
    characters.hidden = !evidence.value;
    characters.textContent = word("characters").replace("{n}", [...evidence.value].length);
    keys(section, Number(section.dataset.part) === now);
  }
  for (const place of document.querySelectorAll("[data-scored]")) place.textContent = scored;
  bar(now);
}

function marks(place, question, level, evidence) {
  const swatch = form.querySelector(`[name="level-${question}"][value="${level}"]`)?.closest("label").querySelector(".level");
  const review = form.querySelector(`[data-review="${question}"]`);
  const item = form.querySelector(`.outline-item[data-go="${place}"]`);
  if (swatch) {
    for (const old of [item.querySelector("[data-outline-level]"), review.querySelector("[data-review-level]")]) {
      old.replaceChildren(swatch.cloneNode(true));
    }
  }
  review.querySelector('[data-lacks="level"]').hidden = Boolean(level);
  review.querySelector('[data-lacks="evidence"]').hidden = !level || level === "none" || Boolean(evidence);
  for (const segment of document.querySelectorAll(`[data-segment="${place}"]`)) segment.classList.toggle("is-scored", Boolean(level));
}

function bar(now) {
  for (const item of form.querySelectorAll(".outline-item")) {
    if (Number(item.dataset.go) === now) item.setAttribute("aria-current", "step");
    else item.removeAttribute("aria-current");
  }
  for (const segment of document.querySelectorAll("[data-segment]")) {
    segment.classList.toggle("is-now", Number(segment.dataset.segment) === now);
  }
  document.querySelector('[data-step="-1"]').hidden = now === 1;
  document.querySelector('[data-step="1"]').hidden = now === 0;
  document.querySelector("[data-submit]").hidden = now !== 0;
  document.querySelector("[data-next-words]").textContent = word(now === count() ? "recommendation" : "next");
}

// keys.js presses what carries data-key: only the shown question's controls do.
function keys(section, shown) {
  for (const radio of section.querySelectorAll("input[type=radio]")) {
    if (shown) radio.dataset.key = radio.value === "none" ? "0" : radio.value;
    else delete radio.dataset.key;
  }
  const evidence = section.querySelector('[data-field="evidence"]');
  if (shown) evidence.dataset.key = "n";
  else delete evidence.dataset.key;
}

// ---- wiring --------------------------------------------------------------------------------------------------

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-go], [data-step], [data-retry]");
  if (!button || event.defaultPrevented) return;
  event.preventDefault();
  if ("retry" in button.dataset) resume();
  else if (button.dataset.step) step(Number(button.dataset.step));
  else goTo(Number(button.dataset.go), true);
});

let leaving = false;

form.addEventListener("submit", async (event) => {
  if (!event.submitter?.matches("[data-submit]")) {
    event.preventDefault(); // Enter in a field: everything is saved already
    save();
    return;
  }
  if (leaving || !unsaved()) {
    leaving = true;
    return;
  }
  event.preventDefault();
  const { submitter } = event;
  await save();
  if (unsaved()) return;
  leaving = true;
  form.requestSubmit(submitter);
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && event.target.matches?.("textarea")) event.target.blur();
});
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "hidden") save();
  else resume();
});
addEventListener("pagehide", save);
addEventListener("online", save);
addEventListener("focus", resume);
addEventListener("pageshow", (event) => {
  if (event.persisted && !unsaved()) location.reload(); // from the back button: show what is saved now
});
addEventListener("beforeunload", (event) => {
  if (unsaved() && !leaving) event.preventDefault();
});

if (wide.matches) for (const fold of document.querySelectorAll("[data-open-wide]")) fold.open = true;
refresh();
takeUp();
