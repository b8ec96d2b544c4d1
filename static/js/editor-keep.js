// Unfinished words go to the server while somebody writes. "Saved" is said only after its answer. A save names the one it
// follows: where another tab has kept other words meanwhile, the writer chooses.

const FIRST_WAIT = 1000;
const LONGEST_WAIT = 30_000;
const KEEPALIVE_BYTES = 60_000; // browsers keep at most 64 KiB of requests alive after a page has gone

export function keepUnfinished(form) {
  const state = {
    number: Number(form.dataset.number),
    savedAt: "",
    changed: false,
    sending: null,
    wait: FIRST_WAIT,
    timer: 0,
    halted: "", // why nothing is sent: conflict, or the form itself is on its way
  };

  function show(name) {
    const place = document.getElementById("saved-state");
    const content = document.querySelector(`template[data-state="${name}"]`).content.cloneNode(true);
    const words = content.querySelector(".saved > span");
    if (words && state.savedAt) {
      const clock = new Intl.DateTimeFormat("en-GB", { timeStyle: "medium", timeZone: form.dataset.zone });
      words.textContent = words.textContent.replace("{time}", clock.format(new Date(state.savedAt)));
    }
    place.dataset.shown = name;
    place.replaceChildren(content);
  }

  function notice(name) {
    const content = name ? [document.querySelector(`template[data-notice="${name}"]`).content.cloneNode(true)] : [];
    document.getElementById("editor-notice").replaceChildren(...content);
  }

  function written() {
    const fields = {};
    for (const [name, value] of new FormData(form)) {
      if (name === "csrfmiddlewaretoken" || name === "seen") continue;
      (fields[name] ??= []).push(value);
    }
    const body = new FormData();
    body.set("fields_left", JSON.stringify(fields));
    body.set("number", state.number);
    if (form.elements.seen) body.set("seen", form.elements.seen.value);
    return body;
  }

  function schedule(milliseconds) {
    clearTimeout(state.timer);
    state.timer = setTimeout(save, milliseconds);
  }

  async function save() {
    clearTimeout(state.timer);
    if (state.sending || state.halted || !state.changed) return;
    state.changed = false;
    state.sending = new AbortController();
    const body = written();
    let response = null;
    try {
      response = await fetch(form.dataset.keepUrl, {
        method: "POST",
        body,
        signal: state.sending.signal,
        keepalive: body.get("fields_left").length * 3 < KEEPALIVE_BYTES,
        headers: { "X-CSRFToken": form.elements.csrfmiddlewaretoken.value },
      });
    } catch {
      // No answer: perhaps it was kept, perhaps not. The same words sent again are kept once.
    }
    state.sending = null;
    await answered(response);
  }

  async function answered(response) {
    if (state.halted) return;
    const answer = await response?.json().catch(() => null);
    if (response?.ok && answer) {
      state.number = answer.number;
      state.savedAt = answer.saved_at;
      state.wait = FIRST_WAIT;
      if (answer.overtaken && !document.querySelector("[data-overtaken]")) notice("overtaken");
      if (state.changed) schedule(FIRST_WAIT);
      else show("saved");
    } else if (response?.status === 409 && answer) {
      state.changed = true;
      state.halted = "conflict";
      state.number = answer.number;
      show("conflict");
      notice("conflict");
    } else {
      state.changed = true;
      const refused = response && response.status < 500 && ![408, 429].includes(response.status);
      show(refused ? "refused" : state.savedAt ? "failed" : "failed-first");
      schedule(state.wait * (0.75 + Math.random() / 2));
      state.wait = Math.min(state.wait * 2, LONGEST_WAIT);
    }
  }

  form.addEventListener("input", () => {
    state.changed = true;
    if (state.halted) return;
    if (document.getElementById("saved-state").dataset.shown !== "saving") show("saving");
    if (!state.sending) schedule(FIRST_WAIT);
  });

  document.getElementById("editor-notice").addEventListener("click", (event) => {
    if (!event.target.closest('[data-conflict="mine"]')) return;
    state.halted = "";
    notice("");
    show("saving");
    save();
  });

  // The form itself takes everything along; what is kept is thrown away once the version is saved.
  form.addEventListener("submit", (event) => {
    if (event.defaultPrevented) return;
    state.halted = "submitted";
    clearTimeout(state.timer);
    state.sending?.abort();
  });

  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") save();
  });
  window.addEventListener("pagehide", save);
  window.addEventListener("pageshow", (event) => {
    if (event.persisted && state.halted === "submitted") state.halted = "";
  });
  window.addEventListener("beforeunload", (event) => {
    if (state.halted === "submitted") return;
    if (state.changed || state.sending) event.preventDefault();
  });
}
