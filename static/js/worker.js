// The service worker: where a page cannot be had, it shows the kept one. It keeps nothing else, nothing of anybody's.
// `KEPT` stands above, written by the server.

const keep = async () => {
  const cache = await caches.open(KEPT.name);
  await cache.addAll([KEPT.page, ...KEPT.assets].map((address) => new Request(address, { cache: "reload" })));
};

const forget = async () => {
  const old = (await caches.keys()).filter((name) => name.startsWith("offline-") && name !== KEPT.name);
  await Promise.all(old.map((name) => caches.delete(name)));
  await self.registration.navigationPreload?.enable();
};

const fetched = async (event) => (await event.preloadResponse) ?? fetch(event.request);

self.addEventListener("install", (event) => {
  self.skipWaiting();
  event.waitUntil(keep());
});

self.addEventListener("activate", (event) => event.waitUntil(forget()));

self.addEventListener("fetch", (event) => {
  const { mode, url } = event.request;
  if (mode === "navigate") {
    event.respondWith(fetched(event).catch(() => caches.match(KEPT.page)));
  } else if (KEPT.assets.includes(new URL(url).pathname)) {
    event.respondWith(fetch(event.request).catch(() => caches.match(event.request)));
  }
});
