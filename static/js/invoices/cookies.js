/** The CSRF token as it is now: signing in again in another tab changes the cookie. */
export function csrfToken(form) {
  const pair = document.cookie.split("; ").find((part) => part.startsWith("csrftoken="));
  return pair ? decodeURIComponent(pair.slice("csrftoken=".length)) : form.elements.csrfmiddlewaretoken.value;
}
