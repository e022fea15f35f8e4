// "/" search, "f" the list's own search, "g" then a letter goes to a section, "n" makes a new one, "?" lists the keys.
// Nothing happens while someone types, or with Ctrl, Alt or Meta, which belong to the browser.

const GO_WITHIN_MS = 1500; // the second key of "g i" must follow while the first is still meant

function isTyping(target) {
  return target.closest?.("input, textarea, select, [contenteditable]") !== null;
}

/** Where "n" goes: what this page makes new, or else what the list of keys says. */
function takeThePagesOwnNew(link) {
  const own = document.querySelector("[data-new]");
  if (!own || !link) return;
  link.href = own.getAttribute("href");
  link.textContent = own.textContent.trim();
}

function showKeys() {
  const dialog = document.getElementById("keys");
  if (!dialog.open) dialog.showModal();
}

function focusField(field) {
  field.focus();
  field.select();
}

function focusSearch(field) {
  document.dispatchEvent(new Event("show-search"));
  focusField(field);
}

/** The letters after "g" and where they go, as the list of keys tells a person. */
export function pathsOf(links) {
  return new Map([...links].map((link) => [link.dataset.go, link.getAttribute("href")]));
}

export function listenForKeys(go = (path) => window.location.assign(path)) {
  let pressedG = -Infinity;
  const paths = pathsOf(document.querySelectorAll("#keys [data-go]"));
  const newLink = document.querySelector("#keys [data-new-anywhere]");
  takeThePagesOwnNew(newLink);

  for (const button of document.querySelectorAll("[data-open-keys]")) {
    button.addEventListener("click", showKeys);
  }
  const everything = document.getElementById("site-search");
  if (!everything) return; // signed out: there is nowhere to go
  const ofThisList = document.querySelector("main [data-search]");
  for (const line of document.querySelectorAll("#keys [data-of-lists]")) line.hidden = !ofThisList;

  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey) return;
    if (isTyping(event.target) || document.querySelector("dialog[open]")) return;
    const afterG = event.timeStamp - pressedG < GO_WITHIN_MS;
    pressedG = -Infinity;
    if (afterG && paths.has(event.key)) {
      event.preventDefault();
      go(paths.get(event.key));
    } else if (event.key === "g") {
      pressedG = event.timeStamp;
    } else if (event.key === "/") {
      event.preventDefault();
      focusSearch(everything);
    } else if (event.key === "f" && ofThisList) {
      event.preventDefault();
      focusField(ofThisList);
    } else if (event.key === "?") {
      event.preventDefault();
      showKeys();
    } else if (event.key === "n") {
      event.preventDefault();
      go(newLink.getAttribute("href"));
    }
  });
}
