// The main menu: on a phone a button opens and closes it. A group of it closes when one goes elsewhere. Escape
// closes what is open, the innermost first, and gives the focus back.

const OPEN_GROUP = ".nav-group[open]";

export function openMenu() {
  const toggle = document.querySelector("[data-nav-toggle]");
  if (!toggle) return;
  const menu = document.getElementById(toggle.getAttribute("aria-controls"));

  const set = (open) => {
    toggle.setAttribute("aria-expanded", String(open));
    menu.classList.toggle("is-open", open);
  };
  toggle.addEventListener("click", () => set(toggle.getAttribute("aria-expanded") !== "true"));
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.defaultPrevented) return;
    if (closeGroup(menu) || !menu.classList.contains("is-open")) return;
    set(false);
    toggle.focus();
  });
  closeGroupsThatAreLeft(menu);
}

/** Close the open group; whether there was one. */
function closeGroup(menu) {
  const group = menu.querySelector(OPEN_GROUP);
  if (!group) return false;
  const heldFocus = group.contains(document.activeElement);
  group.open = false;
  if (heldFocus) group.querySelector("summary").focus();
  return true;
}

function closeGroupsThatAreLeft(menu) {
  document.addEventListener("click", (event) => {
    const group = menu.querySelector(OPEN_GROUP);
    if (group && !group.contains(event.target)) group.open = false;
  });
  menu.addEventListener("focusout", (event) => {
    const group = event.target.closest(OPEN_GROUP);
    if (!group || !event.relatedTarget || group.contains(event.relatedTarget)) return;
    if (liesOverThePage(group)) group.open = false;
  });
}

/** On a phone a group is a part of the menu: closing it would move what a finger is about to touch. */
function liesOverThePage(group) {
  return getComputedStyle(group.querySelector("ul")).position === "absolute";
}
