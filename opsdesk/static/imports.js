// The upload box: drop a file, see it travel, stop it. htmx sends it; without scripts it is a plain form.
(function () {
  "use strict";
  function box(event) { return event.target.closest && event.target.closest("[data-drop]"); }
  function part(form, name) { return form.querySelector("[data-" + name + "]"); }
  function megabytes(bytes) { return bytes < 1048576 ? Math.ceil(bytes / 1024) + " KB" : (bytes / 1048576).toFixed(1) + " MB"; }

  ["dragenter", "dragover", "dragleave", "drop"].forEach(function (kind) {
    document.addEventListener(kind, function (event) {
      var over = box(event);
      if (!over) return;
      event.preventDefault();
      over.classList.toggle("over", kind === "dragenter" || kind === "dragover");
      if (kind === "drop" && event.dataTransfer.files.length) over.querySelector("input[type=file]").files = event.dataTransfer.files;
    });
  });

  function travelling(form, yes) {
    part(form, "progress").hidden = !yes;
    form.querySelector("button[type=submit]").disabled = yes;
  }
  document.addEventListener("htmx:beforeRequest", function (event) {
    if (event.target.matches("[data-upload]")) travelling(event.target, true);
  });
  // Too many files for now: the form comes back with the reason, as with any other mistake in it.
  document.addEventListener("htmx:beforeSwap", function (event) {
    if (!event.target.matches("[data-upload]") || event.detail.xhr.status !== 429) return;
    event.detail.shouldSwap = true;
    event.detail.isError = false;
  });
  document.addEventListener("htmx:afterRequest", function (event) {
    if (event.target.matches("[data-upload]")) travelling(event.target, false);
  });
  document.addEventListener("htmx:xhr:progress", function (event) {
    if (!event.target.matches("[data-upload]") || !event.detail.lengthComputable) return;
    part(event.target, "progress").querySelector("progress").value = 100 * event.detail.loaded / event.detail.total;
    part(event.target, "sent").textContent = megabytes(event.detail.loaded) + " / " + megabytes(event.detail.total);
  });
  document.addEventListener("click", function (event) {
    var stop = event.target.closest("[data-stop]");
    if (stop) window.htmx.trigger(stop.closest("form"), "htmx:abort");
  });
})();
