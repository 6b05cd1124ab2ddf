// An extra where a browser has service workers: it keeps the last my-day page, and what it is made of, for a lift.
// The kept page is let go after twelve hours, and when somebody else signs in or out.
"use strict";
const KEPT = "phone-day";
const FILES = [{% for file in files %}"{{ file|escapejs }}"{% if not forloop.last %}, {% endif %}{% endfor %}];
const HOURS = 12;

self.addEventListener("install", function (event) {
  self.skipWaiting();
  event.waitUntil(caches.open(KEPT).then(function (cache) { return cache.addAll(FILES); }).catch(function () {}));
});

self.addEventListener("activate", function (event) { event.waitUntil(self.clients.claim()); });

self.addEventListener("fetch", function (event) {
  const asked = new URL(event.request.url);
  if (event.request.method !== "GET" || asked.origin !== self.location.origin) return;
  if (event.request.mode === "navigate" && asked.pathname === new URL(self.registration.scope).pathname) {
    event.respondWith(day(event.request));
  } else if (FILES.indexOf(asked.pathname) >= 0) {
    event.respondWith(caches.match(event.request).then(function (kept) { return kept || fetch(event.request); }));
  }
});

async function day(request) {
  const cache = await caches.open(KEPT);
  const where = self.registration.scope;
  try {
    const fresh = await fetch(request);
    if (fresh.redirected) await cache.delete(where);
    else if (fresh.ok) await cache.put(where, fresh.clone());
    return fresh;
  } catch (lost) {
    const kept = await cache.match(where);
    if (!kept) throw lost;
    const age = Date.now() - Date.parse(kept.headers.get("Date"));
    if (age < HOURS * 3600 * 1000) return kept;
    await cache.delete(where);
    throw lost;
  }
}
