// The API's document: copy an example, and show where in the menu one is. Everything else works without a script.

for (const button of document.querySelectorAll("[data-copy]")) {
  const said = button.nextElementSibling;
  button.hidden = !navigator.clipboard;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent);
    said.textContent = said.dataset.words;
  });
}

document.querySelector(".reference-menu .wide-only [aria-current]")?.scrollIntoView({ block: "nearest" });
