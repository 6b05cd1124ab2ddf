// The shell: CSRF for htmx, theme, menus, drawer, toasts. Every page works without it.
(function () {
  "use strict";
  var root = document.documentElement;
  var token = document.querySelector("meta[name=csrf-token]");

  document.addEventListener("htmx:configRequest", function (event) {
    if (token) event.detail.headers["X-CSRFToken"] = token.content;
  });
  document.addEventListener("htmx:responseError", function (event) {
    say({ kind: "bad", text: root.dataset.failed + " (" + event.detail.xhr.status + ")" });
  });
  document.addEventListener("htmx:sendError", function () { say({ kind: "offline", text: root.dataset.offline }); });

  // Theme: change at once, remember by the same form that works without script.
  document.addEventListener("submit", function (event) {
    var form = event.target;
    if (!form.matches("[data-theme-form]") || !event.submitter) return;
    event.preventDefault();
    var body = new FormData(form);
    body.set("theme", event.submitter.value);
    root.dataset.theme = root.dataset.bsTheme = event.submitter.value;
    fetch(form.action, { method: "POST", body: body, credentials: "same-origin", redirect: "manual" });
  });

  // Menus are <details>: one open at a time, Escape and a click elsewhere close.
  function closeMenus(except) {
    document.querySelectorAll("details.menu[open], details.defn[open]").forEach(function (menu) {
      if (menu !== except && !menu.contains(except)) menu.open = false;
    });
  }
  document.addEventListener("click", function (event) { closeMenus(event.target.closest("details") || document.body); });
  document.addEventListener("toggle", function (event) {
    if (!event.target.open || !event.target.matches("details.menu, details.defn")) return;
    closeMenus(event.target);
    var body = event.target.querySelector(".menu-body");
    if (body && body.getBoundingClientRect().right > window.innerWidth - 8) body.classList.add("end");
  }, true);

  // The drawer opens by its link (#rail); Escape and the shade close it.
  function closeDrawer() { if (location.hash === "#rail") history.replaceState(null, "", location.pathname + location.search), location.replace("#"); }
  document.addEventListener("keydown", function (event) {
    if (event.key !== "Escape") return;
    var open = document.querySelector("details.menu[open] > summary, details.defn[open] > summary");
    closeMenus(document.body);
    if (open) open.focus();
    closeDrawer();
  });
  document.addEventListener("click", function (event) {
    if (event.target.closest("[data-open-search]")) {
      event.preventDefault();
      var search = document.querySelector(".search");
      search.classList.add("open");
      search.querySelector("[name=q]").focus();
    }
  });
  document.addEventListener("focusout", function (event) {
    var search = event.target.closest(".search");
    if (search && !search.contains(event.relatedTarget)) search.classList.remove("open");
  });

  // A select or checkbox marked so sends its form at once.
  document.addEventListener("change", function (event) {
    if (event.target.matches("[data-submits]")) event.target.form.requestSubmit();
  });
  document.addEventListener("click", function (event) {
    var opener = event.target.closest("[data-dialog]");
    if (opener) document.getElementById(opener.dataset.dialog).showModal();
  });

  // Toasts: one line; with an undo they count their seconds down, offline and bad ones stay.
  function say(message) {
    var template = document.getElementById("toast-" + (message.kind || "ok")) || document.getElementById("toast-ok");
    var box = document.getElementById("toasts");
    if (!template || !box) return;
    var line = template.content.firstElementChild.cloneNode(true);
    line.querySelector("[data-text]").textContent = message.text;
    var undo = line.querySelector("form");
    if (undo && message.undo) undo.action = message.undo; else if (undo) undo.remove();
    if (message.undo) line.dataset.seconds = message.seconds || 10;
    box.append(line);
    live(line);
  }
  function live(line) {
    var left = Number(line.dataset.seconds || (line.matches(".stays") ? 0 : 6));
    if (!left) return;
    var shown = line.querySelector("[data-left]");
    var timer = setInterval(function () {
      if (line.matches(":hover, :focus-within")) return;
      left -= 1;
      if (shown && line.dataset.seconds) shown.textContent = shown.dataset.left.replace("0", left);
      if (left <= 0) { clearInterval(timer); line.remove(); }
    }, 1000);
  }
  document.addEventListener("toast", function (event) { say(event.detail); });
  document.addEventListener("click", function (event) {
    var close = event.target.closest(".toast-line [data-close]");
    if (close) close.closest(".toast-line").remove();
  });
  document.querySelectorAll("#toasts .toast-line").forEach(live);
  window.opsdesk = { say: say };
})();
