// What unfold's pages name in their attributes. Its own Alpine takes them from `window`, by eval; the build that
// works under our content security policy takes them from here.
const SIDEBAR = "sidebarDesktopOpen";

// The state of a whole page: its menu, and the tab of a form that is open.
function page(body) {
  const wanted = localStorage.getItem(SIDEBAR);
  return {
    activeTab: (body.dataset.tab && window.getCurrentTab()) || body.dataset.tab || "",
    sidebarMobileOpen: false,
    sidebarDesktopOpen: wanted === null || wanted === "1",
    // A form's action asks for these two.
    window: { location: { pathname: location.pathname, search: location.search } },
    init() {
      this.$watch(SIDEBAR, (open) => localStorage.setItem(SIDEBAR, open ? "1" : "0"));
    },
  };
}

document.addEventListener("alpine:init", () => {
  window.Alpine.data("page", page);
  window.Alpine.data("theme", (...given) => window.theme(...given));
  for (const name of ["searchForm", "searchDropdown"]) window.Alpine.data(name, () => window[name]());
});
