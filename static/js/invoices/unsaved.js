/** Asks before a page with unsaved changes is left. */
export class Unsaved {
  #changed = false;

  constructor() {
    window.addEventListener("beforeunload", (event) => {
      if (this.#changed) event.preventDefault();
    });
  }

  mark() {
    this.#changed = true;
  }

  /** The page is being left to save it, or what it holds is saved. */
  clear() {
    this.#changed = false;
  }
}
