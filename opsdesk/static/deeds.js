// What is done at a door: each deed becomes an event in the outbox, and can be taken back for ten seconds and later.
// Needs outbox.js and phone.js.
(function () {
  "use strict";
  const box = window.outbox, phone = window.phone;
  if (!phone) return;
  const page = box.page, words = box.words, cards = phone.cards, day = phone.day, all = phone.all;

  // -- Deeds -----------------------------------------------------------------------------------------------------------------
  let pressed = null;
  document.addEventListener("click", function (event) { pressed = event.target.closest("button") || pressed; }, true);
  document.addEventListener("submit", function (event) {
    const form = event.target, button = event.submitter || pressed;
    const deed = [["outcome", outcome], ["correct", correct], ["undo", undo], ["many", many], ["call", call], ["signOut", signOut], ["tick", tick]].find(function (one) { return one[0] in form.dataset; });
    if (!deed || form.dataset.sure) return;
    event.preventDefault();
    if (form.dataset.busy) return;
    form.dataset.busy = "1";
    Promise.resolve(deed[1](form, button)).finally(function () { delete form.dataset.busy; });
  });

  function taskOf(form) {
    return Number((form.getAttribute("action") || "").split("/tasks/").pop().split("/")[0]) || Number(phone.door.dataset.task);
  }

  async function outcome(form, button) {
    const parts = button.value.split(":"), code = parts[0], id = taskOf(form), body = { task_id: id, outcome: code };
    const note = form.elements.note.value.trim();
    if (note) body.note = note;
    if (code === "ordered") {
      const amount = fen(form.elements.amount);
      if (amount === false) return;
      if (amount !== null) body.amount = amount;
      if (form.elements.product.value.trim()) body.product = form.elements.product.value.trim();
    }
    const gives = form.elements.give_coupon;
    if ((code === "ordered" || code === "interested") && gives.checked && !gives.closest("[hidden]")) body.give_coupon = true;
    if (code === "later") {
      const when = later(parts[1], form.elements.later_at);
      if (!when) return;
      body.later_at = when.toISOString();
    }
    const event = await box.tell(body);
    const card = cards.get(id);
    await done(id, event, words.saved.replace("{place}", phone.place(card, id)).replace("{word}", card ? phone.label(card, code) : words.door[code]));
  }

  function fen(input) {
    const text = input.value.replace(/[¥￥,\s]/g, "");
    input.setCustomValidity("");
    if (!text) return null;
    const value = /^\d+(\.\d{1,2})?$/.test(text) ? Math.round(Number(text) * 100) : NaN;
    if (value >= 0 && value <= 1e9) return value;
    input.setAttribute("aria-invalid", "true");
    input.focus();
    return false;
  }

  // As phone_rules.later_at.
  function later(choice, input) {
    const now = new Date(), hour = new Date(now.getTime() + 3600 * 1000), at = new Date(now);
    if (choice === "at") {
      const chosen = new Date(input.value);
      if (isNaN(chosen)) { input.focus(); return null; }
      return chosen;
    }
    if (choice === "evening") { at.setHours(18, 30, 0, 0); return at > hour ? at : hour; }
    if (choice === "morning" || choice === "night") {
      at.setDate(at.getDate() + 1);
      at.setHours(choice === "morning" ? 9 : 18, 30, 0, 0);
      return at;
    }
    return hour;
  }

  // Back to the grid with an undo; on a door's own page only when the way back is there.
  async function done(id, event, text) {
    const undoing = { text: text, task: id, uuid: event.uuid };
    if (day) { phone.backToGrid(); toast(undoing); return; }
    if (navigator.onLine) {
      await Promise.race([box.flush(), new Promise(function (go) { setTimeout(go, 3000); })]);
      if (Number(document.getElementById("unsent").dataset.unsent) === 0) {
        sessionStorage.setItem("phone-toast", JSON.stringify(undoing));
        location.assign(document.querySelector(".bar-door a").href);
        return;
      }
    }
    toast(undoing);
  }

  // One at a time: what came before can still be taken back at its door.
  function toast(said) {
    phone.hush();
    window.opsdesk.say({ kind: "ok", text: said.text, undo: said.uuid ? "/phone/tasks/" + said.task + "/events/" + said.uuid.split(",")[0] + "/undo/" : "" });
    const form = document.querySelector("#toasts .toast-line:last-child form");
    if (form && said.uuid) { form.dataset.undo = said.uuid; form.dataset.tasks = said.task; goOn(form.closest(".toast-line"), cards.get(Number(String(said.task).split(",")[0]))); }
  }

  // The next door stands beside the undo: the message lies over its button below the grid.
  function goOn(line, from) {
    const next = day && !day.hidden && day.querySelector(".next-line:not([hidden]) a"), to = next && cards.get(Number(next.hash.slice(2)));
    if (!from || !to) return;
    const link = document.createElement("a"), near = from.door.split("|", 3).join() === to.door.split("|", 3).join();
    link.className = "btn btn-tonal";
    link.href = next.hash;
    link.append(near ? phone.place(to, to.id) + " " : to.place + " ", phone.icon("arrow-right"));
    line.classList.add("goes-on");
    line.querySelector(".right").append(link);
  }

  async function undo(form) {
    const tasks = String(form.dataset.tasks || taskOf(form)).split(",");
    const numbers = form.dataset.undo.split(",");
    for (let at = 0; at < numbers.length; at += 1) await box.tell({ task_id: Number(tasks[at]), corrects: numbers[at], undoes: true });
    const line = form.closest(".toast-line"), card = cards.get(Number(tasks[0]));
    if (line) line.remove();
    toast({ text: words.undone.replace("{place}", phone.place(card, Number(tasks[0]))) });
    after(card);
  }

  async function correct(form) {
    const id = taskOf(form), card = cards.get(id), code = form.elements.outcome.value;
    const event = await box.tell({ task_id: id, outcome: code, corrects: form.dataset.correct });
    toast({ text: words.saved.replace("{place}", phone.place(card, id)).replace("{word}", card ? phone.label(card, code) : words.door[code]), task: id, uuid: event.uuid });
    after(card);
  }

  function after(card) {
    if (day && location.hash && card) phone.showDoor(card);
    else if (!day) box.flush().then(function () { location.reload(); });
  }

  async function many(form) {
    const picked = all("input[name=task]:checked", form);
    if (!picked.length) return;
    const tasks = [], numbers = [];
    for (const input of picked) {
      for (const id of input.value.split(",").filter(Boolean).map(Number)) {
        if (!phone.isOpen(cards.get(id))) continue;
        numbers.push((await box.tell({ task_id: id, outcome: "no_answer", many: true })).uuid);
        tasks.push(id);
      }
    }
    phone.pick(false);
    phone.drawGrid();
    toast({ text: words.many.replace("{n}", picked.length), task: tasks.join(","), uuid: numbers.join(",") });
  }

  async function call(form) {
    let told = null;
    try {
      const answer = await box.ask(form.action, { method: "POST", headers: { "X-CSRFToken": box.token(), Accept: "application/json" } });
      told = answer.ok ? await answer.json() : null;
    } catch (error) { /* said below */ }
    if (!told) { window.opsdesk.say({ kind: "offline", text: words.no_call }); return; }
    all("[data-left]").forEach(function (left) { left.textContent = words.left.replace("{n}", told.left); });
    page.left = told.left;
    if (told.refused) { window.opsdesk.say({ kind: "bad", text: told.refused }); return; }
    const link = document.createElement("a");
    link.className = "btn btn-tonal call";
    link.href = "tel:" + told.number;
    link.append(phone.icon("phone-call"), told.number);
    form.hidden = true;
    phone.field("phone").hidden = true;
    form.parentNode.append(link);
    link.focus();
  }

  // What is said with a delivery: a tick of a cue card, kept and told like an outcome.
  async function tick(form, button) {
    const on = button.getAttribute("aria-pressed") !== "true";
    button.setAttribute("aria-pressed", String(on));
    await box.tell({ type: "tick", cue_id: Number(form.dataset.tick), what: form.dataset.what, on: on });
  }

  function ticks(records) {
    records.filter(function (record) { return record.body.type === "tick" && phone.fresh(record); }).forEach(function (record) {
      const form = document.querySelector("form[data-tick='" + record.body.cue_id + "'][data-what='" + record.body.what + "']");
      if (form) form.querySelector("button").setAttribute("aria-pressed", String(record.body.on));
    });
  }

  async function signOut(form) {
    await Promise.race([box.flush(), new Promise(function (go) { setTimeout(go, 5000); })]);
    const waiting = Number(document.getElementById("unsent").dataset.unsent), note = document.querySelector("[data-not-yet]");
    if (waiting && note.hidden) { note.hidden = false; return; }
    await box.forget();
    if (window.caches) await caches.delete("phone-day");
    form.dataset.sure = "1";
    form.submit();
  }

  // -- What the server could not take -------------------------------------------------------------------------------------------
  function looks(records) {
    const list = document.getElementById("looks");
    list.hidden = !records.length;
    const rows = list.querySelector("ul");
    rows.textContent = "";
    records.forEach(function (record) {
      const line = document.getElementById("look-line").content.cloneNode(true), card = cards.get(record.body.task_id);
      const word = words.door[record.body.outcome] || record.body.what || words.undo;
      line.querySelector("[data-what]").textContent = [card ? card.place || card.name : "", word, phone.clock(record.body.device_at), record.text].filter(Boolean).join(" · ");
      line.querySelector("[data-away]").addEventListener("click", function () { box.away(record.uuid); });
      rows.append(line);
    });
  }

  document.addEventListener("outbox", function (event) {
    looks(event.detail.looks);
    ticks(event.detail.records);
    all("[data-outbox]").forEach(function (line) {
      line.textContent = event.detail.unsent ? words.unsent.replace("{n}", event.detail.unsent) : words.sent;
    });
  });

  const kept = sessionStorage.getItem("phone-toast");
  if (day && kept) { sessionStorage.removeItem("phone-toast"); toast(JSON.parse(kept)); }
  box.show();
})();
