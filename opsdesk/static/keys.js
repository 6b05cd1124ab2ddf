// Keyboard: / or Ctrl+K search, ? help, g and a letter to go, j and k through a list, x to select, e or Enter to open.
(function () {
  "use strict";
  var going = 0;

  function typing(target) { return target.matches("input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]"); }
  function rows() { return Array.prototype.slice.call(document.querySelectorAll("table[data-keys] tbody tr")); }

  function move(step) {
    var all = rows();
    if (!all.length) return;
    var at = all.findIndex(function (row) { return row.classList.contains("is-here"); });
    var next = all[Math.max(0, Math.min(all.length - 1, at + step))];
    if (at >= 0) all[at].classList.remove("is-here");
    next.classList.add("is-here");
    next.scrollIntoView({ block: "nearest" });
  }
  function here(selector) {
    var row = document.querySelector("tr.is-here");
    return row && row.querySelector(selector);
  }
  function go(letter) {
    var link = document.querySelector('[data-key="' + CSS.escape(letter) + '"]');
    if (link) location.href = link.href;
  }
  function search() {
    var opener = document.querySelector("[data-open-search]");
    var input = document.querySelector(".search [name=q]");
    if (input && !input.offsetParent && opener) opener.click();
    if (input) { input.focus(); input.select(); }
  }
  var actions = {
    "/": search,
    "?": function () { var help = document.getElementById("keys-help"); if (help) help.showModal(); },
    j: function () { move(1); },
    k: function () { move(-1); },
    x: function () { var box = here("input[type=checkbox]"); if (box) box.click(); },
    e: function () { var link = here("a[href]"); if (link) link.click(); },
    g: function () { going = Date.now(); },
  };

  document.addEventListener("keydown", function (event) {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") { event.preventDefault(); search(); return; }
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target) || document.querySelector("dialog[open]")) return;
    if (going && Date.now() - going < 1500) { going = 0; go(event.key); return; }
    var action = actions[event.key];
    if (action) { event.preventDefault(); action(); }
  });
})();
