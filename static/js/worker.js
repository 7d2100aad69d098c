// Stands in where there is no net: an empty page and the files it needs, and nothing else. What it stores is the list
// that the server wrote above (SHELL, FILES, VERSION) when it was put in: no page that was looked at, no answer.
const NAME = `treffpunkt ${VERSION}`;

self.addEventListener("install", (event) => {
  event.waitUntil((async () => {
    const cache = await caches.open(NAME);
    // Asked as a stranger: the page knows of nobody.
    await Promise.all([SHELL, ...FILES].map(async (address) => {
      const answer = await fetch(address, { credentials: "omit", cache: "no-cache" });
      if (!answer.ok) { throw new Error(address); }
      await cache.put(address, answer);
    }));
    await self.skipWaiting();
  })());
});

self.addEventListener("activate", (event) => {
  event.waitUntil((async () => {
    for (const name of await caches.keys()) {
      if (name.startsWith("treffpunkt ") && name !== NAME) { await caches.delete(name); }
    }
    await self.clients.claim();
  })());
});

let cache;
const stored = async (address) => (await (cache ??= caches.open(NAME))).match(address);

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname, search } = new URL(request.url);
  if (request.method !== "GET" || origin !== location.origin) { return; }
  if (request.mode === "navigate") {
    event.respondWith(fetch(request).catch(async () => await stored(SHELL) || Response.error()));
  } else if (FILES.includes(pathname + search)) {
    event.respondWith(stored(pathname + search).then((found) => found || fetch(request)));
  }
});
