// Stands in where there is no net: an empty page and the files it needs, and nothing else. What it stores is the list
// that the server wrote above (SHELL, FILES, VERSION) when it was put in: no page that was looked at, no answer.
const NAME = `treffpunkt ${VERSION}`;
// Every answer of ours is there within five seconds: a net that takes longer is none to keep a register by.
const PATIENCE = 8_000;

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

// A page from the net; and where that fails, takes too long or is known to be away, the empty one.
const navigated = async (request) => {
  const shell = stored(SHELL);
  if (!navigator.onLine) { return await shell || Response.error(); }
  const late = new Promise((good) => { setTimeout(good, PATIENCE); });
  const found = fetch(request);
  found.catch(() => {});
  return await Promise.race([found, late.then(() => shell)]).catch(() => shell) || found;
};

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname, search } = new URL(request.url);
  if (request.method !== "GET" || origin !== location.origin) { return; }
  if (request.mode === "navigate") {
    event.respondWith(navigated(request));
  } else if (FILES.includes(pathname + search)) {
    event.respondWith(stored(pathname + search).then((found) => found || fetch(request)));
  }
});
