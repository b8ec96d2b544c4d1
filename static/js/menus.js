// Menus are <details data-menu>: a click elsewhere or Escape closes them, and one is open at a time.

document.documentElement.classList.add("scripted");

const openMenus = () => document.querySelectorAll("details[data-menu][open]");

document.addEventListener("click", (event) => {
  for (const menu of openMenus()) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of openMenus()) {
    const held = menu.contains(document.activeElement);
    menu.open = false;
    if (held) menu.querySelector("summary").focus();
  }
});

// The theme changes at once; the same post without a script reloads the page.
document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!form.matches("[data-theme-form]") || !event.submitter) return;
  event.preventDefault();
  const chosen = event.submitter;
  const answer = await fetch(form.action, { method: "POST", body: new FormData(form, chosen), redirect: "manual" });
  if (answer.type !== "opaqueredirect" && !answer.ok) return;
  document.documentElement.dataset.bsTheme = chosen.value;
  for (const button of form.querySelectorAll("[name=theme]")) {
    button.setAttribute("aria-pressed", String(button === chosen));
  }
});
