// A deed: how far it is, live.
import { poll, status } from "./poll.js";

const EVERY_MS = 1000;
const IDLE_MS = 4000; // while it waits for a person, who may be another

export function followDeed() {
  const root = document.getElementById("pl-deed");
  if (!root) return;
  const live = status(document.getElementById("pl-live"));
  const said = document.getElementById("pl-said");
  if (isOver(root.dataset.state)) return;

  poll({
    url: () => `${root.dataset.url}?state=${root.dataset.state}`,
    every: EVERY_MS,
    told(answer) {
      live.ended();
      if (answer.html) {
        const hadFocus = root.contains(document.activeElement);
        root.innerHTML = answer.html;
        root.dataset.state = answer.state;
        said.textContent = answer.said;
        if (hadFocus) root.querySelector("[data-said]").focus();
      } else {
        const text = root.querySelector("[data-said]");
        if (text.textContent !== answer.said) text.textContent = answer.said;
        const bar = root.querySelector("[data-past]");
        if (bar) bar.value = answer.past;
      }
      if (isOver(answer.state)) return undefined;
      return answer.is_under_way ? EVERY_MS : IDLE_MS;
    },
    lost: live.lost,
  });
}

const isOver = (state) => state === "done" || state === "cancelled";
