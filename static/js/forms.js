// Forms: a pressed button says so and cannot be pressed twice; leaving with unsaved text warns.

const changed = new Set();

document.addEventListener("input", (event) => {
  const form = event.target.form;
  if (form?.matches("[data-warn-unsaved]")) changed.add(form);
});

document.addEventListener("submit", (event) => {
  if (event.defaultPrevented) return;
  const form = event.target;
  changed.delete(form);
  const button = event.submitter;
  if (!button?.matches(".button") || form.method === "dialog") return;
  if (button.getAttribute("aria-busy") === "true") {
    event.preventDefault();
    return;
  }
  button.style.minWidth = `${button.offsetWidth}px`;
  button.setAttribute("aria-busy", "true");
  if (button.dataset.busy) button.textContent = button.dataset.busy;
});

// Coming back with the back button shows the page as it was: pressable again.
window.addEventListener("pageshow", () => {
  for (const button of document.querySelectorAll(".button[type=submit][aria-busy=true]:not([aria-disabled])")) {
    button.removeAttribute("aria-busy");
  }
});

window.addEventListener("beforeunload", (event) => {
  if ([...changed].some((form) => form.isConnected)) event.preventDefault();
});

// A refused form: the reader starts at the list of what is wrong.
document.querySelector("[data-form-errors]")?.focus();
