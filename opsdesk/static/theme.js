// Runs before the first paint: a person whose theme is "auto" gets what the device prefers.
(function () {
  var root = document.documentElement;
  if (root.dataset.theme !== "auto" || !window.matchMedia) return;
  var dark = window.matchMedia("(prefers-color-scheme: dark)");
  function apply() { if (root.dataset.theme === "auto") root.dataset.bsTheme = dark.matches ? "dark" : "light"; }
  apply();
  if (dark.addEventListener) dark.addEventListener("change", apply);
})();
