// What somebody has just done is said by the page that answers: no toast, and no voice, says it again.

/** `notices` are what the page at `path` says above its content, or null; they are as old as the page. */
export function confirmedBy(notices, path) {
  const asOf = notices === null ? -Infinity : Date.parse(notices.dataset.asOf);
  return (item) => item.link_url === path && Date.parse(item.created_at) <= asOf;
}
