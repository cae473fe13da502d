/**
 * Keeps the page for use offline. Every file of a build is cached under the build's own name when it is first
 * installed; an older build's cache is dropped. `FILES` and `BUILD` are written by the build.
 */

const CACHE = `onevision-studio-${BUILD}`;

self.addEventListener("install", (event) => {
	event.waitUntil(
		caches
			.open(CACHE)
			.then((cache) => cache.addAll(FILES))
			.then(() => self.skipWaiting()),
	);
});

self.addEventListener("activate", (event) => {
	event.waitUntil(
		caches
			.keys()
			.then((names) =>
				Promise.all(
					names
						.filter((name) => name.startsWith("onevision-studio-") && name !== CACHE)
						.map((name) => caches.delete(name)),
				),
			)
			.then(() => self.clients.claim()),
	);
});

self.addEventListener("fetch", (event) => {
	const { request } = event;
	if (request.method !== "GET" || new URL(request.url).origin !== location.origin) return;
	event.respondWith(
		caches
			.open(CACHE)
			.then((cache) => cache.match(request, { ignoreSearch: true }))
			.then((known) => known ?? fetch(request)),
	);
});
