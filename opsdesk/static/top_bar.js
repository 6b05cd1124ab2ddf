// The top bar at work: the bell fetches what is new when it opens; the search field finds while one types.
(function () {
  "use strict";
  document.addEventListener("toggle", function (event) {
    if (event.target.open && event.target.matches("[data-bell]")) window.htmx.trigger(event.target, "bell-opened");
  }, true);

  var form = document.querySelector("form.search");
  if (!form) return;
  var input = form.querySelector("[name=q]");
  var PAUSE = 250;
  var waiting = 0;

  function hits() { return Array.prototype.slice.call(form.querySelectorAll(".hit")); }
  function current() { return form.querySelector(".hit[aria-selected=true]"); }

  function open(yes) {
    form.classList.toggle("open", yes);
    input.setAttribute("aria-expanded", String(yes));
  }
  function leave() {
    clearTimeout(waiting);
    open(false);
    if (form.contains(document.activeElement)) document.activeElement.blur();
  }
  function choose(hit) {
    hits().forEach(function (other, number) {
      other.id = "hit-" + number;
      other.setAttribute("aria-selected", String(other === hit));
    });
    if (!hit) return input.removeAttribute("aria-activedescendant");
    input.setAttribute("aria-activedescendant", hit.id);
    hit.scrollIntoView({ block: "nearest" });
  }
  function move(step) {
    var all = hits();
    if (all.length) choose(all[(all.indexOf(current()) + step + all.length) % all.length]);
  }

  // What is shown belongs to older words from the first new letter on: Enter must not open it.
  function typed() {
    choose(null);
    clearTimeout(waiting);
    waiting = setTimeout(function () { window.htmx.trigger(input, "typed"); }, PAUSE);
  }
  input.addEventListener("focus", function () { open(true); });
  input.addEventListener("click", function () { open(true); });
  input.addEventListener("input", function (event) { open(true); if (!event.isComposing) typed(); });
  input.addEventListener("compositionend", typed);
  form.addEventListener("htmx:beforeSwap", function (event) {
    if (event.detail.xhr.status !== 429) return; // too many searches: the panel says how long to wait
    event.detail.shouldSwap = true;
    event.detail.isError = false;
  });
  form.addEventListener("htmx:afterSettle", function () { choose(hits()[0]); });
  form.addEventListener("focusout", function (event) { if (!form.contains(event.relatedTarget)) open(false); });
  form.addEventListener("mousedown", function (event) {
    if (event.target.closest(".found") && !event.target.closest("a")) event.preventDefault();
  });
  form.addEventListener("click", function (event) { if (event.target.closest("[data-close-search]")) leave(); });

  // Keys that choose a candidate of an input method are the input method's.
  input.addEventListener("keydown", function (event) {
    if (event.isComposing) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      move(event.key === "ArrowDown" ? 1 : -1);
    } else if (event.key === "Enter" && form.classList.contains("open") && current()) {
      event.preventDefault();
      current().click();
    } else if (event.key === "Escape") {
      event.preventDefault();
      leave();
    }
  });
})();
