// Keeps the page for when the server is not there. The server comes first, so that an update is
// seen at once. Nothing that was said passes through here.

const CACHE = "page";
const PAGE = [
  "./",
  "api.js",
  "app.js",
  "call.js",
  "capture.worklet.js",
  "cards.js",
  "format.js",
  "icon-192.png",
  "icon.svg",
  "idle.js",
  "manifest.webmanifest",
  "orb.js",
  "playback.worklet.js",
  "player.js",
  "resample.js",
  "settings-dialog.js",
  "settings.js",
  "sound.js",
  "state.js",
  "style.css",
  "transport.js",
  "view.js",
];

const places = new Set(PAGE.map((name) => new URL(name, self.registration.scope).pathname));

self.addEventListener("install", (event) => {
  const keep = async () => (await caches.open(CACHE)).addAll(PAGE);
  event.waitUntil(keep().then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("fetch", (event) => {
  const { pathname, origin } = new URL(event.request.url);
  const isOurs = event.request.method === "GET" && origin === self.location.origin;
  if (isOurs && places.has(pathname)) event.respondWith(answer(event.request));
});

async function answer(request) {
  const cache = await caches.open(CACHE);
  try {
    const fresh = await fetch(request);
    if (fresh.ok && !fresh.redirected) await cache.put(request, fresh.clone());
    return fresh;
  } catch (error) {
    const kept = await cache.match(request, { ignoreSearch: true });
    if (kept) return kept;
    throw error;
  }
}
