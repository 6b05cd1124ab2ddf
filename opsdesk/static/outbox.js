// What a phone has recorded and not yet handed over. Every event has a number of its own (UUID) and is only ever added;
// it is told again and again until the server answers for it, so nothing is lost and nothing is doubled.
// Kept on the device: numbers, outcome, note, time. Needs #unsent, #walk and #words of the page.
(function () {
  "use strict";
  const strip = document.getElementById("unsent");
  if (!strip || !document.getElementById("walk")) return;
  const page = JSON.parse(document.getElementById("walk").textContent);
  const words = JSON.parse(document.getElementById("words").textContent);
  const meta = document.querySelector("meta[name=csrf-token]");
  const signIn = document.getElementById("sign-in");
  const AT_ONCE = 50, PATIENCE = 20000, KEEP_TOLD = 12 * 3600 * 1000;
  const WAITS = [1, 2, 4, 8, 15, 30, 60];  // seconds between tries

  // -- Where it is kept: IndexedDB, else this page's memory, and then the strip says so ---------------------------------
  const memory = [];
  const opened = open().catch(function () { return null; });

  function open() {
    return new Promise(function (done, failed) {
      setTimeout(function () { failed(new Error("IndexedDB does not answer")); }, 3000);
      const asked = window.indexedDB.open("opsdesk-outbox", 1);
      asked.onupgradeneeded = function () {
        asked.result.createObjectStore("events", { keyPath: "n", autoIncrement: true }).createIndex("uuid", "uuid", { unique: true });
      };
      asked.onsuccess = function () { done(asked.result); };
      asked.onerror = asked.onblocked = function () { failed(asked.error); };
    });
  }

  async function within(mode, work) {
    const db = await opened;
    if (!db) throw new Error("no IndexedDB");
    return new Promise(function (done, failed) {
      const deal = db.transaction("events", mode, { durability: "strict" });
      const asked = work(deal.objectStore("events"));
      deal.oncomplete = function () { done(asked && asked.result); };
      deal.onerror = deal.onabort = function () { failed(deal.error); };
    });
  }

  async function add(record) {
    try { await within("readwrite", function (kept) { return kept.add(record); }); }
    catch (error) { record.n = Infinity; record.inMemory = true; memory.push(record); }
  }

  async function save(record) {
    if (!record.inMemory) await within("readwrite", function (kept) { return kept.put(record); });
  }

  async function drop(record) {
    if (record.inMemory) memory.splice(memory.indexOf(record), 1);
    else await within("readwrite", function (kept) { return kept.delete(record.n); });
  }

  async function records() {
    let kept = [];
    try { kept = await within("readonly", function (one) { return one.getAll(); }); } catch (error) { /* memory alone */ }
    return kept.concat(memory);
  }

  // -- Telling ---------------------------------------------------------------------------------------------------------
  function uuid() {
    if (window.crypto.randomUUID) return window.crypto.randomUUID();
    const bytes = window.crypto.getRandomValues(new Uint8Array(16));
    bytes[6] = (bytes[6] & 15) | 64; bytes[8] = (bytes[8] & 63) | 128;
    const hex = Array.from(bytes, function (byte) { return (byte + 256).toString(16).slice(1); }).join("");
    return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
  }

  // Resolves when the event is on the device; sending goes on by itself.
  async function tell(body) {
    const event = Object.assign({ type: "visit", uuid: uuid(), device_at: new Date().toISOString() }, body);
    const record = { uuid: event.uuid, me: page.me, state: "unsent", made: Date.now(), body: event };
    await add(record);
    await changed();
    flush();
    return event;
  }

  let sending = null, again = false, tries = 0, timer = 0, lockedSince = 0, signedOut = false, lastSent = null;

  function flush() {
    if (sending) { again = true; return sending; }
    clearTimeout(timer);
    sending = oneTab(send).catch(function () { return "later"; }).then(function (outcome) {
      sending = null;
      const more = again && outcome !== "later";
      again = false;
      if (outcome === "later") wait();
      else tries = 0;
      return more ? flush() : changed();
    });
    return sending;
  }

  function wait() {
    clearTimeout(timer);
    timer = setTimeout(flush, WAITS[Math.min(tries, WAITS.length - 1)] * (750 + Math.random() * 500));
    tries += 1;
  }

  // Two tabs share the box; one sends. A tab that sleeps while it holds the lock is not waited for: told twice is told once.
  function oneTab(work) {
    if (!navigator.locks) return work();
    return navigator.locks.request("opsdesk-outbox", { ifAvailable: true }, function (lock) {
      if (lock || (lockedSince && Date.now() - lockedSince > PATIENCE + 5000)) { lockedSince = 0; return work(); }
      lockedSince = lockedSince || Date.now();
      return "later";
    });
  }

  async function send() {
    let size = AT_ONCE;
    for (;;) {
      const unsent = (await records()).filter(mine).slice(0, size);
      if (!unsent.length) return "done";
      const answer = await post(unsent);
      if (answer === "one by one") {
        if (unsent.length === 1) await settle(unsent[0], { status: 400, text: "" });
        size = 1;
      } else if (!answer) return "signed out";
      else {
        const heard = new Map(answer.results.map(function (one) { return [one.uuid, one]; }));
        let some = false;
        for (const record of unsent) {
          const result = heard.get(record.uuid);
          if (result) { some = true; await settle(record, result, answer.at); }
        }
        if (!some) return "later";
        await changed();
      }
    }
  }

  function mine(record) { return record.state === "unsent" && record.me === page.me; }

  async function settle(record, result, at) {
    record.state = result.status === 200 ? "told" : "look";
    record.status = result.status;
    record.text = result.text || "";
    record.coupon = result.coupon || "";
    record.acked = at || Date.now();
    if (record.state === "told") lastSent = new Date();
    await save(record);
  }

  async function post(unsent, retried) {
    const body = JSON.stringify({ sent_at: new Date().toISOString(), events: unsent.map(function (one) { return one.body; }) });
    const answer = await ask(strip.dataset.events, { method: "POST", body: body, headers: { "Content-Type": "application/json", "X-CSRFToken": meta.content } });
    if (answer.status === 401 || answer.type === "opaqueredirect") return leave();
    if (answer.status === 403) {
      if (retried) throw new Error("refused");
      return await refresh() ? post(unsent, true) : leave();
    }
    if (answer.status === 400 || answer.status === 413) return "one by one";
    if (!answer.ok) throw new Error(String(answer.status));
    const told = await answer.json();
    if (told.csrf) meta.content = told.csrf;
    told.at = Date.parse(answer.headers.get("Date")) || Date.now();
    signedOut = false;
    return told;
  }

  function leave() { signedOut = true; return null; }

  function ask(address, options) {
    const stop = new AbortController();
    const late = setTimeout(function () { stop.abort(); }, PATIENCE);
    const asked = fetch(address, Object.assign({ credentials: "same-origin", redirect: "manual", cache: "no-store", signal: stop.signal }, options));
    asked.finally(function () { clearTimeout(late); }).catch(function () {});
    return asked;
  }

  // A token that holds, and whether we are still who the page was drawn for: somebody else's page is drawn anew.
  async function refresh() {
    const answer = await ask(strip.dataset.token, { headers: { Accept: "application/json" } });
    if (!answer.ok) return false;
    const told = await answer.json();
    if (told.me !== page.me) { location.reload(); return false; }
    meta.content = told.csrf;
    return true;
  }

  signIn.addEventListener("submit", async function (event) {
    event.preventDefault();
    const wrong = signIn.querySelector("[data-wrong]");
    wrong.hidden = true;
    try {
      const form = await (await ask(strip.dataset.login, { redirect: "follow" })).text();
      const body = new FormData(signIn);
      body.set("csrfmiddlewaretoken", (form.match(/name="csrfmiddlewaretoken" value="([^"]+)"/) || ["", meta.content])[1]);
      const answer = await ask(strip.dataset.login, { method: "POST", body: body, headers: { "X-Requested-With": "XMLHttpRequest", Accept: "application/json" } });
      if (!answer.ok) { wrong.textContent = words.wrong; wrong.hidden = false; return; }
      signIn.reset();
      if (await refresh()) { signedOut = false; await changed(); flush(); }
    } catch (error) { wrong.textContent = document.documentElement.dataset.offline; wrong.hidden = false; }
  });

  // -- The strip ---------------------------------------------------------------------------------------------------------
  const others = window.BroadcastChannel ? new BroadcastChannel("opsdesk-outbox") : null;
  if (others) others.onmessage = function () { show(); };

  async function changed() {
    if (others) others.postMessage("changed");
    await show();
  }

  async function show() {
    const all = await records();
    const unsent = all.filter(mine), foreign = all.filter(function (one) { return one.state === "unsent" && one.me !== page.me; });
    const looks = all.filter(function (one) { return one.state === "look" && one.me === page.me; });
    const line = strip.querySelector(".unsent-words");
    line.textContent = "";
    if (unsent.length) {
      put(line, "icon-unsent", words.unsent.replace("{n}", unsent.length), await opened ? words.kept : words.memory);
    } else if (looks.length) put(line, "icon-look", words.look.replace("{n}", looks.length), "");
    else if (foreign.length) put(line, "icon-unsent", "", words.others.replace("{n}", foreign.length));
    else put(line, "icon-sent", "", words.sent + " · " + clock(lastSent || new Date(page.drawn || Date.now())));
    strip.dataset.unsent = unsent.length;
    strip.querySelector("[data-retry]").hidden = !unsent.length;
    signIn.hidden = !(signedOut && unsent.length);
    document.dispatchEvent(new CustomEvent("outbox", { detail: { records: all.filter(function (one) { return one.me === page.me; }), looks: looks, unsent: unsent.length } }));
  }

  function put(line, icon, strong, rest) {
    line.append(document.getElementById(icon).content.cloneNode(true));
    const said = document.createElement("span"), bold = document.createElement("b");
    bold.textContent = strong;
    said.append(bold, rest);
    line.append(said);
  }

  function clock(at) { return String(at.getHours()).padStart(2, "0") + ":" + String(at.getMinutes()).padStart(2, "0"); }

  // What was answered for long ago is let go; what is unsent or needs a look never is.
  async function tidy() {
    for (const record of await records()) {
      if (record.state === "told" && Date.now() - record.acked > KEEP_TOLD) await drop(record);
    }
  }

  async function away(number) {
    for (const record of await records()) if (record.uuid === number && record.state === "look") await drop(record);
    await changed();
  }

  // At sign-out: what was answered for is forgotten here; what is not sent stays for its person.
  async function forget() {
    for (const record of await records()) if (record.state === "told" && record.me === page.me) await drop(record);
  }

  strip.querySelector("[data-retry]").addEventListener("click", function () { tries = 0; flush(); });
  window.addEventListener("online", function () { tries = 0; flush(); });
  document.addEventListener("visibilitychange", function () { if (!document.hidden) { tries = 0; show(); flush(); } });
  window.addEventListener("pageshow", function (event) { if (event.persisted) show().then(flush); });

  window.outbox = { page: page, words: words, tell: tell, flush: flush, show: show, away: away, forget: forget, uuid: uuid, ask: ask, token: function () { return meta.content; } };
  tidy().then(show).then(flush);
})();
