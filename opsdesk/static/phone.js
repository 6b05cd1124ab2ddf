// A walk without the network: the doors of my day open from the data that came with the page; a tap is kept by the outbox
// and the grid shows it at once. Everything here also works as a plain form.
(function () {
  "use strict";
  const box = window.outbox;
  if (!box) return;
  const page = box.page, words = box.words, cards = new Map((page.cards || []).map(function (card) { return [card.id, card]; }));
  const day = document.getElementById("day"), door = document.getElementById("door");
  const TO_DO = ["due", "todo"], AGAIN = ["no_answer", "no_entry", "later"];
  let told = [], quietUntil = 0;

  function all(selector, inside) { return Array.from((inside || document).querySelectorAll(selector)); }
  function field(name) { return door.querySelector("[data-f=" + name + "]"); }
  function icon(name) {
    const use = '<svg class="icon s" aria-hidden="true" focusable="false"><use></use></svg>';
    const made = document.createElement("template");
    made.innerHTML = use;
    made.content.querySelector("use").setAttribute("href", door.dataset.icons + "#" + name);
    return made.content;
  }
  function glyph(code) {
    const made = document.createElement("template");
    made.innerHTML = '<span class="badge-class"><svg class="glyph" aria-hidden="true" focusable="false"><use></use></svg></span>';
    made.content.querySelector("svg").classList.add("c-" + code);
    made.content.querySelector("use").setAttribute("href", door.dataset.glyphs + "#" + code);
    made.content.firstChild.append(page.classes[code] || code);
    return made.content;
  }

  // -- What this phone knows beyond the page: what was told since it was drawn -------------------------------------------
  function fresh(record) {
    return record.state === "unsent" || (record.state === "told" && record.acked >= Date.parse(page.drawn) - 1000);
  }
  function since(record) { return record.body.type === "visit" && fresh(record); }

  // Live events of a task as told here and known there, oldest first.
  function events(card) {
    let live = (card.events || []).slice().reverse();
    told.forEach(function (record) {
      const body = record.body;
      if (body.task_id !== card.id || live.some(function (one) { return one.uuid === body.uuid; })) return;
      const at = live.findIndex(function (one) { return one.uuid === body.corrects; });
      if (at >= 0) live.splice(at, 1);
      if (!body.undoes) live.push({ uuid: body.uuid, outcome: body.outcome, word: label(card, body.outcome), when: clock(body.device_at), who: "", here: true });
    });
    return live;
  }

  function stateOf(card) {
    const live = events(card), touched = told.some(function (record) { return record.body.task_id === card.id; });
    if (!touched) return card.state;
    const last = live[live.length - 1], drawn = (card.events || [])[0];
    if (last && drawn && last.uuid === drawn.uuid) return card.state;  // what was told since is taken back: as it was drawn
    return last ? last.outcome : "todo";
  }

  function isOpen(card) {
    const state = stateOf(card);
    return TO_DO.indexOf(state) >= 0 || AGAIN.indexOf(state) >= 0 || (state === card.state && card.open);
  }

  function homeState(ids) {
    return ids.map(function (id) { return stateOf(cards.get(id)); }).sort(function (a, b) { return words.rank.indexOf(a) - words.rank.indexOf(b); })[0];
  }

  function label(card, outcome) { return words[card.channel === "door" ? "door" : "talk"][outcome] || outcome; }
  function clock(iso) { const at = new Date(iso); return String(at.getHours()).padStart(2, "0") + ":" + String(at.getMinutes()).padStart(2, "0"); }
  function isToDo(state) { return TO_DO.indexOf(state) >= 0; }

  // -- The grid ------------------------------------------------------------------------------------------------------------
  function drawGrid() {
    if (!day || !page.doors) return;
    const unsent = new Set(told.filter(function (record) { return record.state === "unsent"; }).map(function (record) { return record.body.task_id; }));
    const states = new Map(page.doors.map(function (one) { return [one[0], homeState(one[2])]; }));
    const people = new Map(page.doors.map(function (one) { return [one[0], one[2]]; }));
    all(".slot[data-door]", day).forEach(function (slot) {
      const state = states.get(slot.dataset.door), ids = people.get(slot.dataset.door), cell = slot.querySelector("a.cell");
      cell.className = "cell " + state;
      write(cell.querySelector(".state"), state);
      cell.setAttribute("href", cell.getAttribute("href").replace(/\d+(?=\/$)/, (ids.find(function (id) { return isToDo(stateOf(cards.get(id))); }) || ids[0])));
      slot.classList.toggle("unsent-door", ids.some(function (id) { return unsent.has(id); }));
      slot.classList.toggle("shut", !ids.some(function (id) { return isOpen(cards.get(id)); }));
    });
    all(".people a[data-task]", day).forEach(function (line) {
      const card = cards.get(Number(line.dataset.task)), state = card && stateOf(card);
      if (!card) return;
      const said = line.querySelector(".state");
      said.className = "right state " + state;
      write(said, state);
    });
    const done = page.doors.filter(function (one) { return !isToDo(states.get(one[0])); });
    const shown = day.querySelector("[data-done]");
    if (shown) shown.textContent = done.length;
    all("[data-block]", day).forEach(function (tab) {
      const inside = page.doors.filter(function (one) { return blockOf(one[0]) === tab.dataset.block; });
      tab.querySelector("[data-tally]").textContent = inside.filter(function (one) { return !isToDo(states.get(one[0])); }).length + "/" + inside.length;
    });
    suggest(states);
  }

  function write(place, state) {
    place.textContent = "";
    if (words.cells[state][0]) place.append(icon(words.cells[state][0]));
    place.append(words.cells[state][1]);
  }

  function blockOf(key) { const parts = key.split("|"); return parts[0] + "-" + parts[1]; }

  let lastDoor = "";
  function suggest(states) {
    const shown = day.querySelector("[data-block][aria-current]");
    const at = lastDoor ? page.doors.findIndex(function (one) { return one[0] === lastDoor; }) + 1
      : Math.max(0, page.doors.findIndex(function (one) { return shown && blockOf(one[0]) === shown.dataset.block; }));
    const next = page.doors.slice(at).concat(page.doors.slice(0, at)).find(function (one) { return isToDo(states.get(one[0])); });
    const line = day.querySelector(".next-line"), link = line && line.querySelector("[data-next]");
    all(".slot.is-next", day).forEach(function (slot) { slot.classList.remove("is-next"); });
    if (!line) return;
    line.hidden = !next;
    if (!next) return;
    const first = next[2].find(function (id) { return isToDo(stateOf(cards.get(id))); });
    link.href = "#t" + first;
    link.querySelector("span").textContent = words.next.replace("{place}", cards.get(first).place);
    if (lastDoor) all(".slot", day).filter(function (slot) { return slot.dataset.door === next[0]; }).forEach(function (slot) { slot.classList.add("is-next"); });
  }

  function openBlock(key, unit) {
    all("[data-block]", day).forEach(function (tab) { tab.toggleAttribute("aria-current", false); if (tab.dataset.block === key) { tab.setAttribute("aria-current", "true"); tab.scrollIntoView({ block: "nearest", inline: "nearest" }); } });
    all("[data-building]", day).forEach(function (one) {
      one.hidden = one.dataset.building !== key;
      if (one.hidden) return;
      const units = all("[data-unit]", one), has = units.some(function (other) { return other.dataset.unit === unit; });
      const chosen = has ? unit : (units[0] || { dataset: {} }).dataset.unit;
      units.forEach(function (other) { other.hidden = other.dataset.unit !== chosen; });
      all("[data-unit-tab]", one).forEach(function (tab) { if (tab.dataset.unitTab === chosen) tab.setAttribute("aria-current", "true"); else tab.removeAttribute("aria-current"); });
      all("input[name=b]", day).forEach(function (input) { input.value = key; });
      all("input[name=u]", day).forEach(function (input) { input.value = chosen; });
    });
  }

  // -- A door from the page's own data -------------------------------------------------------------------------------------
  function showDoor(card) {
    const home = (page.doors.find(function (one) { return one[0] === card.door; }) || ["", "", [card.id]])[2];
    door.dataset.task = card.id;
    fill("name", card.name);
    if (field("phone")) { fill("phone", card.phone); field("phone").hidden = false; }
    all(".who .call").forEach(function (link) { link.remove(); });
    fill("facts", card.facts);
    fill("script", card.script);
    fill("coupon", card.coupon);
    fill("gives", card.gives);
    field("coupon-line").hidden = !card.coupon;
    field("gives-line").hidden = !card.gives;
    field("say-box").hidden = !card.say.length && !card.coupon;
    const say = field("say");
    say.textContent = "";
    card.say.forEach(function (piece) {
      const part = document.createElement(piece[1] ? "b" : "span");
      part.textContent = piece[0];
      say.append(part);
    });
    const badges = field("badges");
    badges.textContent = "";
    [card.lifecycle, card.rfm].forEach(function (code) { if (code) badges.append(glyph(code)); });
    card.tags.forEach(function (name) { const tag = document.createElement("span"); tag.className = "tag"; tag.textContent = name; badges.append(tag); });
    const form = door.querySelector("[data-outcome]");
    form.reset();
    form.action = address(form.action, card.id);
    form.elements.product.value = card.product;
    form.elements.amount.value = card.amount;
    all("details[open]", door).forEach(function (one) { one.open = false; });
    all("[data-code]", form).forEach(function (tap) {
      const word = words[card.channel === "door" ? "door" : "talk"][tap.dataset.code];
      tap.hidden = !word;
      if (word) (tap.querySelector("summary span") || tap.querySelector("span")).textContent = word;
    });
    all("[data-call]", door).forEach(function (call) { call.action = address(call.action, card.id); call.hidden = !isOpen(card); });
    field("outcomes").hidden = !isOpen(card);
    household(home, card.id);
    history_(card);
    beside(card);
    bar(card);
  }

  function fill(name, text) { field(name).textContent = text; }
  function address(old, id) { return old.replace(/\/tasks\/\d+\//, "/tasks/" + id + "/"); }

  function household(home, current) {
    const nav = field("household");
    nav.textContent = "";
    nav.hidden = home.length < 2;
    if (nav.hidden) return;
    home.forEach(function (id) {
      const link = document.createElement("a"), name = document.createElement("b"), state = document.createElement("span");
      link.href = "#t" + id;
      if (id === current) link.setAttribute("aria-current", "true");
      name.textContent = cards.get(id).name;
      state.className = "state " + stateOf(cards.get(id));
      state.textContent = words.cells[stateOf(cards.get(id))][1];
      link.append(name, state);
      nav.append(link);
    });
  }

  function history_(card) {
    const live = events(card).slice().reverse(), list = field("events"), line = document.getElementById("event-line");
    field("told").hidden = !live.length;
    list.textContent = "";
    live.forEach(function (event) {
      const made = line.content.cloneNode(true);
      made.querySelector("[data-when]").textContent = event.when;
      made.querySelector("[data-word]").textContent = label(card, event.outcome);
      made.querySelector("[data-who]").textContent = event.who;
      made.querySelector("[data-correct]").dataset.correct = event.uuid;
      made.querySelector("[data-undo]").dataset.undo = event.uuid;
      made.querySelector("select").value = event.outcome;
      list.append(made);
    });
  }

  function bar(card) {
    const at = page.doors.findIndex(function (one) { return one[0] === card.door; });
    document.querySelector("[data-place]").textContent = card.place || card.name;
    const turn = document.querySelector("[data-turn]");
    turn.textContent = at >= 0 ? (at + 1) + " / " + page.doors.length : "";
  }

  let foot = null;
  function beside(card) {
    const at = page.doors.findIndex(function (one) { return one[0] === card.door; });
    foot = foot || document.body.appendChild(Object.assign(document.createElement("nav"), { className: "beside" }));
    foot.textContent = "";
    foot.append(step(at > 0 ? page.doors[at - 1] : null, "arrow-left", true), step(at >= 0 ? page.doors[at + 1] : null, "arrow-right", false));
  }

  function step(to, sign, before) {
    const link = document.createElement("a"), said = document.createElement("span");
    link.className = "btn";
    link.href = to ? "#t" + (to[2].find(function (id) { return isToDo(stateOf(cards.get(id))); }) || to[2][0]) : "#";
    said.textContent = to ? to[1] + " " + words.cells[homeState(to[2])][1] : document.querySelector(".bar-day h1").textContent;
    if (before) link.append(icon(sign), said); else link.append(said, icon(sign));
    return link;
  }

  // -- Which of the two is in sight ------------------------------------------------------------------------------------------
  function route() {
    if (!day || expired()) return;
    const asked = location.hash.match(/^#t(\d+)$/), card = asked && cards.get(Number(asked[1]));
    if (asked && !card) { location.assign(address("/phone/tasks/0/", asked[1])); return; }
    day.hidden = Boolean(card);
    if (door) door.hidden = !card;
    document.querySelector(".bar-day").hidden = Boolean(card);
    document.querySelector(".bar-door").hidden = !card;
    document.querySelector(".tabs").hidden = Boolean(card);
    if (card) {
      lastDoor = card.door;
      hush();
      showDoor(card);
      window.scrollTo(0, 0);
    }
    else drawGrid();
    if (foot) foot.hidden = !card;
  }

  let where = 0;
  function backToGrid() {
    history.replaceState(null, "", location.pathname + location.search);
    route();
    const parts = lastDoor.split("|");
    if (parts.length === 4 && parts[1]) openBlock(parts[0] + "-" + parts[1], parts[2]);
    if (where) window.scrollTo(0, where); else document.getElementById("recall").scrollIntoView();
    quietUntil = Date.now() + 350;  // a second tap meant for the button is none for a door
  }

  // A list that is old shows nobody: whoever finds the phone finds no names.
  function expired() {
    const old = page.drawn && Date.now() - Date.parse(page.drawn) > page.hours * 3600 * 1000;
    if (!old || !day) return false;
    cards.clear();
    page.doors = [];
    day.textContent = words.expired;
    day.hidden = false;
    if (door) door.remove();
    if (foot) foot.remove();
    return true;
  }

  document.addEventListener("click", function (event) {
    if (Date.now() < quietUntil) { event.preventDefault(); event.stopPropagation(); return; }
    const link = event.target.closest("a");
    if (!link || !page.cards) return;
    const task = (link.getAttribute("href") || "").match(/\/phone\/tasks\/(\d+)\/$/);
    if (task && day && cards.has(Number(task[1]))) { event.preventDefault(); where = window.scrollY; location.hash = "#t" + task[1]; }
    else if (!day) return;
    else if (link.matches("[data-home], .beside a[href='#']")) { event.preventDefault(); backToGrid(); }
    else if (link.dataset.block) { event.preventDefault(); openBlock(link.dataset.block); lastDoor = ""; drawGrid(); }
    else if (link.dataset.unitTab !== undefined) { event.preventDefault(); openBlock(link.closest("[data-building]").dataset.building, link.dataset.unitTab); }
    else if (link.matches("[data-pick]")) { event.preventDefault(); pick(true); }
    else if (link.matches("[data-unpick]")) { event.preventDefault(); pick(false); }
  }, true);
  window.addEventListener("hashchange", route);

  // What was said would lie over what is pressed next.
  function hush() { all("#toasts .toast-line:not(.stays)").forEach(function (line) { line.remove(); }); }

  function pick(many) {
    hush();
    day.dataset.mode = many ? "many" : "walk";
    all("[data-many] input[name=task]", day).forEach(function (input) { input.checked = false; });
    count();
  }
  function count() {
    const said = day && day.querySelector("[data-picked]"), n = all("[data-many] input:checked").length;
    if (said && n) said.textContent = words.many.replace("{n}", n);
  }
  document.addEventListener("change", function (event) { if (event.target.name === "task") count(); });

  function place(card, id) {
    const at = card && page.doors.find(function (one) { return one[2].indexOf(id) >= 0; });
    return at ? at[1] : card ? card.name : document.querySelector("[data-place]").textContent;
  }

  document.addEventListener("outbox", function (event) {
    told = event.detail.records.filter(since);
    drawGrid();
  });

  if (day && "serviceWorker" in navigator && window.isSecureContext) {
    navigator.serviceWorker.register(document.getElementById("unsent").dataset.worker).catch(function () {});
  }
  setInterval(expired, 60000);
  document.addEventListener("visibilitychange", expired);
  window.phone = {
    cards: cards, day: day, door: door, all: all, field: field, icon: icon, label: label, clock: clock, fresh: fresh,
    isOpen: isOpen, place: place, pick: pick, hush: hush, showDoor: showDoor, drawGrid: drawGrid, backToGrid: backToGrid,
  };
  box.show().then(route);
})();
