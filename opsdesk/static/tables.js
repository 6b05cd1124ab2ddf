// Lists: selecting rows swaps the toolbar for the bulk bar; "all N" is a choice of its own, said with its number.
(function () {
  "use strict";
  function boxes(form) { return Array.prototype.slice.call(form.querySelectorAll("input[name=id]")); }

  function show(form) {
    var all = boxes(form);
    var picked = all.filter(function (box) { return box.checked; });
    var everything = form.querySelector("input[name=everything]");
    if (everything && picked.length < all.length) everything.value = "";
    all.forEach(function (box) { box.closest("tr").classList.toggle("is-selected", box.checked); });
    form.querySelectorAll("[data-pick-page]").forEach(function (box) {
      box.checked = all.length > 0 && picked.length === all.length;
      box.indeterminate = picked.length > 0 && picked.length < all.length;
    });
    var chosen = everything && everything.value ? Number(form.dataset.total.replace(/\D/g, "")) : picked.length;
    form.querySelectorAll("[data-picked]").forEach(function (place) {
      place.textContent = chosen.toLocaleString("en");
    });
    var bulk = form.querySelector(".bulk");
    var toolbar = form.querySelector(".toolbar");
    if (bulk) bulk.hidden = picked.length === 0;
    if (bulk && toolbar) toolbar.hidden = picked.length > 0;
  }

  document.addEventListener("change", function (event) {
    var form = event.target.closest("form[data-bulk]");
    if (!form) return;
    if (event.target.matches("[data-pick-page]")) {
      boxes(form).forEach(function (box) { box.checked = event.target.checked; });
    }
    if (event.target.matches("input[name=id], [data-pick-page]")) show(form);
  });

  document.addEventListener("click", function (event) {
    var form = event.target.closest("form[data-bulk]");
    if (!form) return;
    var all = event.target.closest("[data-pick-all]");
    var none = event.target.closest("[data-pick-none]");
    if (!all && !none) return;
    event.preventDefault();
    boxes(form).forEach(function (box) { box.checked = Boolean(all); });
    form.querySelector("input[name=everything]").value = all ? "1" : "";
    show(form);
  });

  function ready() { document.querySelectorAll("form[data-bulk]").forEach(show); }
  document.addEventListener("htmx:afterSettle", ready);
  window.addEventListener("pageshow", ready);
})();
