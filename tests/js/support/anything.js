// A stand-in for elements that a test is not about: every property and every call gives another one.

/** @param {object} own what is known of it; whatever is set later is kept here too */
export function anything(own = {}) {
  return new Proxy(function () {}, {
    get(_, name) {
      if (!(name in own)) own[name] = answerTo(name);
      return own[name];
    },
    set(_, name, value) {
      own[name] = value;
      return true;
    },
    apply: () => anything(),
  });
}

function answerTo(name) {
  if (name === "then") return undefined; // or it would be awaited for ever
  if (name === Symbol.iterator) return function* () {};
  if (name === Symbol.toPrimitive) return () => "";
  return anything();
}
