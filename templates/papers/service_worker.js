{% autoescape off %}// Keeps one page for when there is no network, and its static files; never a page of a reader.
"use strict";

const KEPT = "offline-{{ version }}";
const PAGE = {{ page }};
const FILES = {{ files }};

self.addEventListener("install", (event) => {
  // Without cookies: the page is kept as a visitor gets it.
  const wanted = [PAGE, ...FILES].map((address) => new Request(address, { credentials: "omit" }));
  event.waitUntil(caches.open(KEPT).then((kept) => kept.addAll(wanted)).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  event.waitUntil((async () => {
    for (const name of await caches.keys()) if (name !== KEPT) await caches.delete(name);
    if (self.registration.navigationPreload) await self.registration.navigationPreload.enable();
    await self.clients.claim();
  })());
});

const orOffline = async (event) => {
  try {
    return (await event.preloadResponse) || (await fetch(event.request));
  } catch {
    return (await caches.match(PAGE)) || Response.error();
  }
};

const orKept = async (request) => {
  try {
    return await fetch(request);
  } catch {
    return (await caches.match(request)) || Response.error();
  }
};

self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET") return;
  if (request.mode === "navigate") event.respondWith(orOffline(event));
  else if (FILES.includes(new URL(request.url).pathname)) event.respondWith(orKept(request));
});
{% endautoescape %}
