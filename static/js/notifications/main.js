// Puts the notifications of a page together: one client, and the views that show what it knows.

import { Announcer } from "./announcer.js";
import { Bell } from "./bell.js";
import { NotificationClient, SIGNED_OUT } from "./client.js";
import { confirmedBy } from "./confirmed.js";
import { listenForDeeds } from "./deeds.js";
import { NotificationApi, csrfTokenFrom } from "./http.js";
import { Memory } from "./memory.js";
import { NotificationsPage } from "./page.js";
import { QuietHours } from "./quiet.js";
import { Tabs } from "./tabs.js";
import { Toasts } from "./toasts.js";

const POSITION = "notifications:position"; // of this tab, for the page after this one
const USER = "notifications:user"; // of this browser: a session belongs to one person at a time
const LOGOUT = "/accounts/logout/";
const UNREACHABLE = 0;

function start(root) {
  const { user } = root.dataset;
  const local = new Memory(() => window.localStorage);
  const session = new Memory(() => window.sessionStorage);
  const before = positionBefore(session, root.dataset);
  const client = new NotificationClient({
    api: new NotificationApi({ csrfToken: () => csrfTokenFrom(document.cookie, root.dataset.csrf) }),
    snapshot: snapshotOf(root.dataset, before),
    url: `${window.location.protocol === "https:" ? "wss" : "ws"}://${window.location.host}/ws/notifications/`,
  });
  const tabs = new Tabs({ user, storage: local, onMessage: (answer) => client.hearsay(answer) });
  const views = show(client, tabs, root);
  live({ client, tabs, views, session, local, user });
  if (before?.toasts) views.toasts.restore(before.toasts.filter(({ item }) => item && !views.isConfirmed(item)));
}

// Where this tab's page before stood: what came while it changed pages is told too.
function positionBefore(session, { user, revision }) {
  const before = session.read(POSITION);
  session.remove(POSITION);
  const isOurs = before?.user === user && before.revision <= Number(revision);
  return isOurs ? before : null;
}

function snapshotOf({ revision, unread, newestId }, before) {
  return {
    revision: before?.revision ?? Number(revision),
    newestId: before?.newestId ?? Number(newestId),
    unread: Number(unread),
    countRevision: Number(revision),
  };
}

function show(client, tabs, root) {
  const bell = new Bell(client, root);
  const pageRoot = document.getElementById("notifications-page");
  const page = pageRoot && new NotificationsPage(client, pageRoot);
  const isConfirmed = confirmedBy(document.querySelector("[data-notices]"), window.location.pathname);
  const isOnScreen = (item) => bell.isOpen || isConfirmed(item) || page?.tellsOf(item);
  const toasts = new Toasts({ client, tabs, isOnScreen });
  const region = document.getElementById("notification-status");
  const announcer = new Announcer({ say: (text) => (region.textContent = text) });
  listenForDeeds(client, () => page?.unreadIds() ?? []);
  root.addEventListener("panelopen", () => toasts.clear());
  const quiet = new QuietHours({ from: root.dataset.quietFrom, to: root.dataset.quietTo });
  return { bell, page, toasts, announcer, quiet, isConfirmed };
}

function live({ client, tabs, views, session, local, user }) {
  const { bell, page, toasts, announcer, quiet, isConfirmed } = views;
  const on = (type, deed) => client.addEventListener(type, ({ detail }) => deed(detail));
  on("count", () => bell.showCount());
  on("state", (state) => {
    bell.showState(state);
    document.getElementById("notification-signed-out").hidden = state !== SIGNED_OUT;
  });
  on("changed", (changes) => {
    const over = changes.filter((change) => change.is_read || change.is_deleted).map((change) => change.id);
    toasts.retract(over);
    announcer.retract(over);
    bell.showItems();
    page?.changed(changes);
    document.dispatchEvent(new CustomEvent("notifications-changed", { detail: changes })); // for pages of what they tell of
  });
  on("replaced", () => {
    toasts.retractRead();
    bell.reload();
    page?.replaced();
  });
  on("arrived", (items) => {
    page?.arrived(items);
    const heard = quiet.heard(items);
    announcer.arrived(heard.filter((item) => !isConfirmed(item)));
    toasts.arrived(heard);
  });
  on("done", (answer) => tabs.tell(answer));
  on("failed", ({ status, message }) => {
    toasts.fail(status === UNREACHABLE ? "The server did not answer. Try again in a moment." : message);
  });
  come({ client, tabs, toasts, session, local, user });
}

// The life of the page: shown, hidden, left, brought back by "back", and the session that may end under it.
function come({ client, tabs, toasts, session, local, user }) {
  let isLeaving = false; // by signing out: then nothing of it stays in this tab
  const isOther = () => (local.read(USER) ?? user) !== user;
  local.write(USER, user);
  tabs.join();
  client.start();
  document.addEventListener("submit", ({ target }) => {
    if (new URL(target.action, window.location.href).pathname !== LOGOUT) return;
    isLeaving = true;
    client.pause();
  });
  document.addEventListener("visibilitychange", () => {
    toasts.setHidden(document.hidden);
    if (!document.hidden) client.visible();
  });
  window.addEventListener("online", () => client.online());
  window.addEventListener("storage", ({ key }) => key === USER && isOther() && client.signOut());
  window.addEventListener("pagehide", () => {
    const { revision, newestId } = client.store;
    if (!isLeaving && client.state !== SIGNED_OUT) {
      session.write(POSITION, { user, revision, newestId, toasts: toasts.kept });
    }
    client.pause();
    tabs.leave();
  });
  window.addEventListener("pageshow", ({ persisted }) => {
    if (!persisted) return;
    session.remove(POSITION);
    if (isOther()) client.signOut();
    isLeaving = false;
    tabs.join();
    client.start();
  });
}

const root = document.getElementById("notification-root");
if (root) start(root);
