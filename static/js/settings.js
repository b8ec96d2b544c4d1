// Administration pages: copy a secret or an address, tick a whole column of a form. Both are there only with a script.

for (const button of document.querySelectorAll("[data-copy]")) {
  const field = document.getElementById(button.dataset.copy);
  const said = document.getElementById(`${button.dataset.copy}-copied`);
  button.hidden = !navigator.clipboard;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(field.value);
    field.select();
    said.textContent = said.dataset.words;
  });
}

for (const box of document.querySelectorAll("[data-tick-column]")) {
  const others = [...document.querySelectorAll(`[data-column="${box.dataset.tickColumn}"]`)];
  const show = () => {
    const ticked = others.filter((other) => other.checked).length;
    box.checked = ticked === others.length;
    box.indeterminate = ticked > 0 && !box.checked;
  };
  box.closest("label").hidden = false;
  box.addEventListener("change", () => {
    for (const other of others) other.checked = box.checked;
  });
  for (const other of others) other.addEventListener("change", show);
  show();
}
