// A form with data-confirm asks before it is sent, because what it does can't be undone.
//   data-confirm="Cancel invoice INV/26-27/0042?"  data-confirm-text="…"  data-confirm-button="Cancel the invoice"

function ask(form, dialog) {
  const { confirm: title, confirmText = "", confirmButton = "Go on" } = form.dataset;
  dialog.querySelector("#confirm-title").textContent = title;
  dialog.querySelector("#confirm-text").textContent = confirmText;
  dialog.querySelector("[data-confirm-yes]").textContent = confirmButton;
  dialog.returnValue = "no";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
  });
}

export function confirmDeeds() {
  const dialog = document.getElementById("confirm");
  const sure = new WeakSet();
  document.addEventListener("submit", async (event) => {
    const form = event.target;
    if (!form.dataset.confirm || sure.has(form)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const { submitter } = event;
    if (await ask(form, dialog)) {
      sure.add(form);
      form.requestSubmit(submitter);
      sure.delete(form);
    }
  });
}
