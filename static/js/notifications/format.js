// How notifications are put into words and classes. Pure.

const BADGE_LIMIT = 99;
const ZONE = "Asia/Kolkata"; // the business's day, wherever the browser is
const dayKey = new Intl.DateTimeFormat("en-CA", { timeZone: ZONE });
const fullTime = new Intl.DateTimeFormat("en-IN", {
  timeZone: ZONE,
  day: "numeric",
  month: "short",
  year: "numeric",
  hour: "numeric",
  minute: "2-digit",
  hour12: true,
});

export function badgeText(count) {
  return count > BADGE_LIMIT ? `${BADGE_LIMIT}+` : String(count);
}

export function bellName(count) {
  return count > 0 ? `Notifications, ${count} unread` : "Notifications";
}

export function newCount(count) {
  return count === 1 ? "1 new notification" : `${count} new notifications`;
}

export function moment(date) {
  return fullTime.format(date);
}

export function isToday(date, now = new Date()) {
  return dayKey.format(date) === dayKey.format(now);
}

// A path of this site or null. The server checks links when they are posted; a browser reads "//host" and "/\host"
// as other sites and drops control characters, so nothing but a plain path becomes a link here either.
export function safePath(url) {
  return typeof url === "string" && /^\/(?![/\\])[^\x00-\x20\x7f\\]*$/.test(url) ? url : null;
}

export function iconClasses(iconClass) {
  return String(iconClass ?? "")
    .split(" ")
    .filter((name) => /^(bi|text)-[a-z0-9-]+$/.test(name));
}
