// Loop builder: whichever question the drawer shows is marked on its card, in the minutes bar and in the matrix.

function mark(chosen) {
  for (const card of document.querySelectorAll(".question-card")) {
    const is = card.dataset.question === chosen;
    card.classList.toggle("is-chosen", is);
    const link = card.querySelector(".question-title");
    if (is) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
  for (const part of document.querySelectorAll("rect[data-question]")) {
    const is = part.dataset.question === chosen;
    if (part.classList.contains("bar-over")) continue;
    part.classList.toggle("bar-chosen", is);
    part.classList.toggle("bar-part", !is);
  }
  for (const cell of document.querySelectorAll("[data-questions]")) {
    cell.classList.toggle("is-chosen", chosen !== "" && cell.dataset.questions.split(" ").includes(chosen));
  }
}

// Asked by the reader, not fetched by the page itself: go there.
let asked = false;

document.addEventListener("htmx:beforeRequest", (event) => {
  if (event.detail.target?.id === "drawer") asked = event.detail.elt.matches("a");
});

document.addEventListener("htmx:afterSettle", (event) => {
  const drawer = document.getElementById("drawer");
  if (!drawer || !(event.target === drawer || event.detail.elt === drawer)) return;
  mark(drawer.dataset.chosen ?? "");
  if (!asked) return;
  asked = false;
  drawer.querySelector("h2")?.focus({ preventScroll: true });
  drawer.scrollTop = 0;
  const { top, bottom } = drawer.getBoundingClientRect();
  if (top > window.innerHeight - 120 || bottom < 0) drawer.scrollIntoView({ block: "start" });
});
