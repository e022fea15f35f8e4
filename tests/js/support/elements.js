// As much of a page's elements as a type-ahead uses.

export class FakeElement {
  children = [];
  attributes = new Map();
  hidden = false;
  value = "";
  #listeners = new Map();

  setAttribute(name, value) {
    this.attributes.set(name, value);
  }

  getAttribute(name) {
    return this.attributes.get(name) ?? null;
  }

  removeAttribute(name) {
    this.attributes.delete(name);
  }

  append(...elements) {
    this.children.push(...elements);
  }

  replaceChildren(...elements) {
    this.children = elements;
  }

  after(element) {
    this.next = element;
  }

  scrollIntoView() {}

  /** Only by role, and in the order of the page. */
  querySelectorAll(selector) {
    const [, role] = selector.match(/^\[role=(\w+)\]$/);
    return this.children.flatMap((child) => [...(child.role === role ? [child] : []), ...child.querySelectorAll(selector)]);
  }

  closest() {
    return this;
  }

  addEventListener(type, listener) {
    this.#listeners.set(type, listener);
  }

  /** Whether the browser may still do what it does by itself. */
  send(type, details = {}) {
    let isPrevented = false;
    const event = { target: this, preventDefault: () => (isPrevented = true), stopPropagation() {}, ...details };
    this.#listeners.get(type)?.(event);
    return !isPrevented;
  }
}
