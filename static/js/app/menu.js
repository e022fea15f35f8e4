// The main menu on a phone: a button opens and closes it, Escape closes it and gives the focus back.

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
    if (event.key !== "Escape" || !menu.classList.contains("is-open")) return;
    set(false);
    toggle.focus();
  });
  document.addEventListener("show-search", () => set(true));
}
