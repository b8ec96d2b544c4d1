// Fields that hold a list, as rows. The field stays in the form and holds the same lines as without a script.

export function template(selector) {
  return document.querySelector(`template[${selector}]`).content.firstElementChild.cloneNode(true);
}

// Hides the field and gives its label to what stands in its place.
function replace(place, shown) {
  const field = place.querySelector("textarea, input");
  const label = place.querySelector("label");
  if (label) {
    label.id ||= `${field.id}_label`;
    label.removeAttribute("for");
    shown.setAttribute("aria-labelledby", label.id);
  }
  const help = place.querySelector(".field-help");
  if (help) help.hidden = true;
  field.hidden = true;
  field.after(shown);
  return field;
}

function tell(field, value) {
  if (field.value === value) return;
  field.value = value;
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

// ---- follow-up questions -------------------------------------------------------------------------------------------

export function makeProbes(place) {
  const list = document.createElement("ol");
  list.className = "editor-rows";
  const field = replace(place, list);
  const adder = template('data-row="probe-add"');
  list.after(adder);
  const texts = () => [...list.querySelectorAll("textarea")];
  const write = () => tell(field, texts().map((text) => text.value.replace(/\s*\n\s*/g, " ").trim()).filter(Boolean).join("\n"));

  function add(value, before = null) {
    const row = template('data-row="probe"');
    row.querySelector("textarea").value = value;
    list.insertBefore(row, before);
    return row.querySelector("textarea");
  }

  function remove(row) {
    const next = row.nextElementSibling ?? row.previousElementSibling;
    row.remove();
    (next?.querySelector("textarea") ?? adder.querySelector("button")).focus();
    write();
  }

  function move(row, step, focus) {
    const other = step < 0 ? row.previousElementSibling : row.nextElementSibling;
    if (!other) return;
    if (step < 0) other.before(row);
    else other.after(row);
    focus.focus();
    write();
  }

  list.addEventListener("input", (event) => {
    event.stopPropagation();
    write();
  });
  list.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    const row = event.target.closest(".editor-row");
    if (button?.dataset.move) move(row, Number(button.dataset.move), button);
    else if (button) remove(row);
  });
  list.addEventListener("keydown", (event) => {
    const row = event.target.closest(".editor-row");
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (event.isComposing || event.ctrlKey || event.metaKey || !row) return;
    if (event.altKey && step) {
      event.preventDefault();
      move(row, step, event.target);
    } else if (event.target.matches("textarea") && event.key === "Enter") {
      event.preventDefault();
      add("", row.nextElementSibling).focus();
    } else if (event.target.matches("textarea") && event.key === "Backspace" && !event.target.value) {
      event.preventDefault();
      remove(row);
    }
  });
  adder.querySelector("button").addEventListener("click", () => add("").focus());
  field.focus = () => (texts()[0] ?? adder.querySelector("button")).focus();
  for (const line of field.value.split("\n")) if (line.trim()) add(line.trim());
}

// ---- tags ----------------------------------------------------------------------------------------------------------

export function makeChips(place) {
  const box = document.createElement("div");
  box.className = "chips";
  box.setAttribute("role", "group");
  const field = replace(place, box);
  const input = template('data-row="chip-input"');
  box.append(input);
  const names = () => [...box.querySelectorAll("[data-name]")].map((name) => name.textContent);
  const write = () => tell(field, names().join(", "));

  function add(text) {
    const name = text.replace(/\s+/g, " ").trim().slice(0, 80);
    if (!name || names().some((other) => other.toLowerCase() === name.toLowerCase())) return;
    const chip = template('data-row="chip"');
    chip.querySelector("[data-name]").textContent = name;
    const button = chip.querySelector("button");
    button.setAttribute("aria-label", `${button.getAttribute("aria-label")}: ${name}`);
    input.before(chip);
  }

  function take() {
    for (const name of input.value.split(/[,，、;；]/)) add(name);
    input.value = "";
    write();
  }

  box.addEventListener("input", (event) => {
    event.stopPropagation();
    if (/[,，、;；]/.test(input.value) || event.inputType === "insertReplacementText") take();
  });
  input.addEventListener("change", take);
  input.addEventListener("keydown", (event) => {
    if (event.isComposing || event.ctrlKey || event.metaKey) return;
    if (event.key === "Enter") {
      event.preventDefault();
      take();
    } else if (event.key === "Backspace" && !input.value) {
      input.previousElementSibling?.remove();
      write();
    }
  });
  box.addEventListener("click", (event) => {
    const button = event.target.closest("[data-remove]");
    if (!button) return;
    button.closest(".chip").remove();
    input.focus();
    write();
  });
  for (const name of field.value.split(",")) add(name);
}

// ---- enemies -------------------------------------------------------------------------------------------------------

export function makeEnemies(place, findUrl) {
  const list = document.createElement("ul");
  list.className = "editor-rows";
  const field = replace(place, list);
  const finder = template('data-row="enemy-find"');
  list.after(finder);
  const input = finder.querySelector("input");
  const found = finder.querySelector("ul");
  found.id = "found-questions";
  input.setAttribute("aria-controls", found.id);
  let asked = null;
  let timer = 0;

  const write = () =>
    tell(
      field,
      [...list.children]
        .map((row) => `${row.querySelector("[data-number]").textContent} ${row.querySelector("input").value.trim()}`.trim())
        .join("\n"),
    );

  function add(number, title, reason) {
    const there = [...list.querySelectorAll("[data-number]")].find((other) => other.textContent === number);
    if (there) return there.closest("li").querySelector("input");
    const row = template('data-row="enemy"');
    row.querySelector("[data-number]").textContent = number;
    row.querySelector("[data-title]").textContent = title;
    row.querySelector("input").value = reason;
    list.append(row);
    return row.querySelector("input");
  }

  function close() {
    found.hidden = true;
    found.replaceChildren();
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  }

  function pick(option) {
    const why = add(option.dataset.label, option.dataset.title, "");
    input.value = "";
    close();
    write();
    why.focus();
  }

  async function ask(text, signal) {
    const answer = await fetch(`${findUrl}?q=${encodeURIComponent(text)}`, { signal }).catch(() => null);
    return answer?.ok ? (await answer.json()).questions : null;
  }

  async function look() {
    const text = input.value.trim();
    asked?.abort();
    asked = new AbortController();
    const questions = text ? await ask(text, asked.signal) : [];
    if (!questions || input.value.trim() !== text) return;
    found.replaceChildren(
      ...questions.map(({ label, title }, place) => {
        const option = document.createElement("li");
        option.id = `found-question-${place}`;
        option.setAttribute("role", "option");
        option.setAttribute("aria-selected", String(place === 0));
        Object.assign(option.dataset, { label, title });
        const number = document.createElement("span");
        number.className = "id numbers";
        number.textContent = label;
        option.append(number, title);
        return option;
      }),
    );
    found.hidden = !questions.length;
    input.setAttribute("aria-expanded", String(!found.hidden));
    if (questions.length) input.setAttribute("aria-activedescendant", "found-question-0");
  }

  function step(by) {
    const options = [...found.children];
    const now = options.findIndex((option) => option.getAttribute("aria-selected") === "true");
    const next = (now + by + options.length) % options.length;
    for (const [place, option] of options.entries()) option.setAttribute("aria-selected", String(place === next));
    input.setAttribute("aria-activedescendant", options[next].id);
    options[next].scrollIntoView({ block: "nearest" });
  }

  input.addEventListener("input", (event) => {
    event.stopPropagation();
    clearTimeout(timer);
    timer = setTimeout(look, 200);
  });
  input.addEventListener("keydown", (event) => {
    if (event.isComposing || event.ctrlKey || event.metaKey) return;
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (by && found.children.length) {
      event.preventDefault();
      step(by);
    } else if (event.key === "Enter") {
      event.preventDefault();
      const chosen = found.querySelector('[aria-selected="true"]');
      if (chosen) pick(chosen);
    } else if (event.key === "Escape") close();
  });
  input.addEventListener("blur", () => setTimeout(close, 150));
  found.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    const option = event.target.closest("[role=option]");
    if (option) pick(option);
  });
  list.addEventListener("input", (event) => {
    event.stopPropagation();
    write();
  });
  list.addEventListener("click", (event) => {
    const button = event.target.closest("[data-remove]");
    if (!button) return;
    button.closest("li").remove();
    input.focus();
    write();
  });
  for (const line of field.value.split("\n")) {
    const read = /^(Q-?\d+)\s*(.*)$/.exec(line.trim());
    if (!read) continue;
    const [, number, reason] = read;
    const row = add(number, "", reason).closest("li");
    ask(number).then((questions) => {
      row.querySelector("[data-title]").textContent = questions?.find((one) => one.label === number)?.title ?? "";
    });
  }
}

// ---- competencies --------------------------------------------------------------------------------------------------

export function makeWeights(place) {
  const rows = [...place.querySelectorAll("[data-weight-row]")];
  const sum = place.querySelector("[data-weight-sum]");
  const adder = place.querySelector("[data-weight-actions]");
  const words = document.querySelector('template[data-word="of-100"]').content.textContent;
  const isUsed = (row) => [...row.querySelectorAll("select, input")].some((field) => field.value) || row.querySelector(".field-error");

  function count() {
    const total = rows.reduce((before, row) => before + (Number(row.querySelector("input").value) || 0), 0);
    sum.textContent = words.replace("{sum}", total);
    sum.classList.toggle("is-attention", total !== 100);
    sum.classList.toggle("muted", total === 100);
    adder.hidden = rows.every((row) => !row.hidden);
  }

  for (const [number, row] of rows.entries()) row.hidden = number > 0 && !isUsed(row);
  place.addEventListener("input", count);
  adder.querySelector("button").addEventListener("click", () => {
    const row = rows.find((one) => one.hidden);
    row.hidden = false;
    row.querySelector("select").focus();
    count();
  });
  count();
}

// ---- the rubric of the house ---------------------------------------------------------------------------------------

export function makeGeneric(part) {
  const house = document.querySelector(`template[data-generic-of="${part.dataset.language}"]`)?.content;
  if (!house) return;
  const pairs = [...house.querySelectorAll("[data-level]")].map((text) => [
    part.querySelector(`[name$="anchor_${text.dataset.level}"]`),
    text.textContent.trim(),
  ]);
  const hint = part.querySelector("[data-generic-hint]");
  const actions = part.querySelector("[data-generic-actions]");

  function look() {
    hint.hidden = !pairs.every(([field, anchor]) => field.value.trim() === anchor);
    actions.hidden = pairs.some(([field]) => field.value.trim());
  }

  actions.querySelector("button").addEventListener("click", () => {
    for (const [field, anchor] of pairs) tell(field, anchor);
    pairs.at(-1)[0].focus();
    look();
  });
  part.querySelector(".editor-rubric").addEventListener("input", look);
  look();
}
