// The top bar at work: the bell fetches what is new when it opens; the search field finds while one types.
(function () {
  "use strict";
  document.addEventListener("toggle", function (event) {
    if (event.target.open && event.target.matches("[data-bell]")) window.htmx.trigger(event.target, "bell-opened");
  }, true);
})();
