// The look of each text beside its field, drawn by the server as on the page and in the packet; or the same field in the
// other language.

const WAIT = 300;
const KEPT = 60; // texts whose look is remembered

const looks = new Map();

export function showPreviews(form, parts) {
  const roomy = matchMedia("(min-width: 992px)");
  let beside = roomy.matches ? "preview" : "";
  const csrf = form.elements.csrfmiddlewaretoken.value;
  const nothing = document.querySelector('template[data-word="nothing"]').content.textContent;

  const otherOf = (name) => {
    const part = parts.find((one) => name.startsWith(`${one.dataset.language}-`));
    const other = parts.find((one) => one !== part);
    return other.dataset.language + name.slice(part.dataset.language.length);
  };
  const sourceOf = (name) => form.elements[beside === "other" ? otherOf(name) : name];

  async function look(text, signal) {
    if (!text.trim()) return "";
    if (looks.has(text)) return looks.get(text);
    const body = new FormData();
    body.set("text", text);
    const answer = await fetch(form.dataset.previewUrl, { method: "POST", body, signal, headers: { "X-CSRFToken": csrf } });
    if (!answer.ok) return null;
    const html = await answer.text();
    looks.set(text, html);
    if (looks.size > KEPT) looks.delete(looks.keys().next().value);
    return html;
  }

  async function draw(pane) {
    const source = sourceOf(pane.dataset.previewOf);
    pane.lang = source.closest(".editor-words").dataset.language;
    pane.asked?.abort();
    pane.asked = new AbortController();
    pane.classList.add("is-waiting");
    try {
      const html = await look(source.value, pane.asked.signal);
      // What the server answers has been through its sanitiser.
      if (html !== null) pane.innerHTML = html;
      if (!html && beside === "other") pane.textContent = nothing;
    } catch {
      return; // a newer text is on its way, or the server is not there: the next change asks again
    }
    pane.classList.remove("is-waiting");
  }

  function drawPlain(part) {
    for (const title of part.querySelectorAll("[data-title-of]")) title.textContent = sourceOf(title.dataset.titleOf).value;
    for (const list of part.querySelectorAll("[data-list-of]")) {
      const lines = sourceOf(list.dataset.listOf).value.split("\n").filter((line) => line.trim());
      list.replaceChildren(...lines.map((line) => Object.assign(document.createElement("li"), { textContent: line })));
    }
  }

  function drawAll() {
    for (const part of parts) {
      for (const button of part.querySelectorAll("[data-beside]")) {
        button.setAttribute("aria-pressed", String(button.dataset.beside === beside));
      }
      for (const pane of part.querySelectorAll(".editor-pane")) {
        pane.hidden = !beside;
        pane.classList.toggle("is-other", beside === "other");
      }
      if (!beside || part.hidden) continue;
      drawPlain(part);
      for (const pane of part.querySelectorAll("[data-preview-of]")) draw(pane);
    }
  }

  for (const part of parts) {
    part.querySelector(".editor-beside").hidden = false;
    part.addEventListener("click", (event) => {
      const button = event.target.closest("[data-beside]");
      if (!button) return;
      beside = beside === button.dataset.beside ? "" : button.dataset.beside;
      drawAll();
    });
  }

  form.addEventListener("input", (event) => {
    const part = event.target.closest(".editor-words");
    if (!beside || !part || beside === "other") return;
    drawPlain(part);
    const pane = [...part.querySelectorAll("[data-preview-of]")].find((one) => one.dataset.previewOf === event.target.name);
    if (!pane) return;
    clearTimeout(pane.timer);
    pane.timer = setTimeout(() => draw(pane), WAIT);
  });
  form.addEventListener("editor:shown", drawAll);
  drawAll();
}
