// Single keys. An element with data-key is pressed (or, if it is a field, focused) by that key; "?" shows the list.
// The reader can turn them off, because speech input and shaky hands press letters by accident.

const STORE = "keys";

function stored() {
  try {
    return localStorage.getItem(STORE) !== "off";
  } catch {
    return true;
  }
}

let on = stored();

function typing(target) {
  return target.closest?.("textarea, select, [contenteditable], input:not([type=radio], [type=checkbox])");
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || typing(event.target)) return;
  const help = document.querySelector("[data-keys-help]");
  if (event.key === "?" && help) {
    event.preventDefault();
    if (!help.open) help.showModal();
    return;
  }
  if (!on || document.querySelector("dialog[open]")) return;
  const target = document.querySelector(`[data-key="${CSS.escape(event.key.toLowerCase())}"]`);
  if (!target) return;
  event.preventDefault();
  if (target.matches("textarea, input:not([type=radio], [type=checkbox])")) target.focus();
  else target.click();
});

for (const box of document.querySelectorAll("[data-keys-switch]")) {
  box.checked = on;
  box.addEventListener("change", () => {
    on = box.checked;
    try {
      localStorage.setItem(STORE, on ? "on" : "off");
    } catch {
      // A browser that keeps nothing still obeys for as long as the page is open.
    }
  });
}
