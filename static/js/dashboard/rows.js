// Choosing rows: all on the page, all that match, and how many that are. Shift chooses a range.
export function chooseRows() {
  const form = document.getElementById("pl-list");
  const bar = document.getElementById("pl-bar");
  if (!form || !bar) return;
  const boxes = [...form.querySelectorAll('input[name="id"]:not(:disabled)')];
  const page = document.getElementById("pl-page");
  const everything = document.getElementById("pl-everything");
  const chosen = document.getElementById("pl-chosen");
  const deeds = [...bar.querySelectorAll('button[name="kind"]'), ...bar.querySelectorAll("summary")];
  let last = null;

  function show() {
    const count = boxes.filter((box) => box.checked).length;
    page.checked = count > 0 && count === boxes.length;
    page.indeterminate = count > 0 && count < boxes.length;
    page.disabled = everything.checked;
    for (const box of boxes) box.disabled = everything.checked;
    const nothing = count === 0 && !everything.checked;
    chosen.textContent = everything.checked ? "" : nothing ? "Choose what to act on" : `${count} chosen`;
    for (const deed of deeds) {
      if (deed.tagName === "BUTTON") deed.disabled = nothing;
      else deed.toggleAttribute("aria-disabled", nothing);
    }
  }

  page.addEventListener("change", () => {
    for (const box of boxes) box.checked = page.checked;
    show();
  });
  everything.addEventListener("change", show);
  for (const box of boxes) {
    box.addEventListener("click", (event) => {
      if (event.shiftKey && last) {
        const [from, to] = [boxes.indexOf(last), boxes.indexOf(box)].sort((a, b) => a - b);
        for (const other of boxes.slice(from, to + 1)) other.checked = box.checked;
      }
      last = box;
      show();
    });
  }
  // A page that comes back from the browser's memory has its ticks, and this has to know of them.
  window.addEventListener("pageshow", show);
  show();
}
