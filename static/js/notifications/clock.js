// Time as the modules of this folder use it, so that tests can turn it by hand.

export const systemClock = {
  now: () => Date.now(),
  setTimeout: (deed, delay) => globalThis.setTimeout(deed, delay),
  clearTimeout: (timer) => globalThis.clearTimeout(timer),
};

export const SECOND = 1000;
export const MINUTE = 60 * SECOND;

// Full jitter: anywhere from now to the cap, so that the pages of a restarted server do not return as one.
export function jittered(cap, random) {
  return Math.floor(random() * cap);
}
