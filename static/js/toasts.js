// Messages of the server. Good news leaves after eight seconds, unless it is being read; bad news stays.

const STAY_MS = 8000;

function watch(toast) {
  if (!["success", "info"].includes(toast.dataset.toast)) return;
  let timer;
  const start = () => { timer = setTimeout(() => toast.remove(), STAY_MS); };
  const stop = () => clearTimeout(timer);
  for (const name of ["pointerenter", "focusin"]) toast.addEventListener(name, stop);
  for (const name of ["pointerleave", "focusout"]) toast.addEventListener(name, start);
  start();
}

const shelf = document.getElementById("toasts");
if (shelf) {
  shelf.querySelectorAll("[data-toast]").forEach(watch);
  // Toasts that htmx swaps in later behave the same.
  new MutationObserver((changes) => {
    for (const change of changes) {
      for (const node of change.addedNodes) if (node.matches?.("[data-toast]")) watch(node);
    }
  }).observe(shelf, { childList: true });
  shelf.addEventListener("click", (event) => {
    event.target.closest("[data-toast-close]")?.closest("[data-toast]").remove();
  });
}
