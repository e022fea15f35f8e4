// "/" search, "g" then a letter goes to a section, "n" makes a new one, "?" lists the keys.
// Nothing happens while someone types, or with Ctrl, Alt or Meta, which belong to the browser.

const GO_WITHIN_MS = 1500; // the second key of "g i" must follow while the first is still meant
const PATHS = { h: "/", i: "/invoices/", c: "/customers/", p: "/products/", n: "/notifications/" };
const NEW_INVOICE = "/invoices/new/";

function isTyping(target) {
  return target.closest?.("input, textarea, select, [contenteditable]") !== null;
}

function newLink() {
  return document.querySelector("[data-new]");
}

function showKeys() {
  const dialog = document.getElementById("keys");
  if (dialog.open) return;
  const link = newLink();
  if (link) dialog.querySelector("[data-new-label]").textContent = link.textContent.trim();
  dialog.showModal();
}

function focusSearch() {
  const inPage = [...document.querySelectorAll("main [data-search]")].at(0);
  const field = inPage ?? document.querySelector("[data-search]");
  if (!field) return;
  if (!inPage) document.dispatchEvent(new Event("show-search"));
  field.focus();
  field.select();
}

export function listenForKeys(go = (path) => window.location.assign(path)) {
  let pressedG = -Infinity;

  for (const button of document.querySelectorAll("[data-open-keys]")) {
    button.addEventListener("click", showKeys);
  }
  if (!document.querySelector("[data-search]")) return; // signed out: there is nowhere to go

  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey) return;
    if (isTyping(event.target) || document.querySelector("dialog[open]")) return;
    const afterG = event.timeStamp - pressedG < GO_WITHIN_MS;
    pressedG = -Infinity;
    if (afterG && Object.hasOwn(PATHS, event.key)) {
      event.preventDefault();
      go(PATHS[event.key]);
    } else if (event.key === "g") {
      pressedG = event.timeStamp;
    } else if (event.key === "/") {
      event.preventDefault();
      focusSearch();
    } else if (event.key === "?") {
      event.preventDefault();
      showKeys();
    } else if (event.key === "n") {
      event.preventDefault();
      go(newLink()?.getAttribute("href") ?? NEW_INVOICE);
    }
  });
}
