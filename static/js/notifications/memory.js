// JSON in the browser's storage, which may be full, closed to us, or hold what an older version wrote.

export class Memory {
  #storage;

  // `storage()` returns localStorage or sessionStorage; merely naming them throws where the person forbade them.
  constructor(storage) {
    this.#storage = storage;
  }

  read(name) {
    try {
      return JSON.parse(this.#storage().getItem(name));
    } catch {
      return null;
    }
  }

  write(name, value) {
    try {
      this.#storage().setItem(name, JSON.stringify(value));
    } catch {
      // Only comfort is lost: a toast may come a second time after a reload.
    }
  }

  remove(name) {
    try {
      this.#storage().removeItem(name);
    } catch {
      // What could not be stored need not be removed.
    }
  }
}
