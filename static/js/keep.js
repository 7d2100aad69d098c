// Keeps today's and tomorrow's registers of whoever is signed in, sealed, for when there is no net. Each is fetched when
// something in it has changed, and else once an hour, for each fetch is written down.
const FRESH = 3_600_000;

export const keep = async (store, { person, offline: list, worker }) => {
  if (!navigator.serviceWorker) { return null; }
  await navigator.serviceWorker.register(worker, { scope: worker.replace(/[^/]*$/, "") });
  const asked = { headers: { Accept: "application/json" }, redirect: "error" };
  const answer = await fetch(list, asked);
  if (!answer.ok) { return null; }
  const { registers, until } = await answer.json();
  const old = new Map((await store.kept(person)).map((one) => [one.session, one]));
  for (const { session, address, version } of registers) {
    const kept = old.get(session);
    let found = kept;
    if (!kept || kept.version !== version || Date.now() - kept.fetched > FRESH) {
      const fetched = await fetch(address, asked);
      found = fetched.ok ? { ...await fetched.json(), version, fetched: Date.now() } : null;
    }
    if (found) {
      if (found !== kept || kept.until !== until) { await store.keep(person, session, { ...found, until }); }
      old.delete(session);
    }
  }
  for (const session of old.keys()) { await store.forget(person, session); }
  return await navigator.storage?.persist?.() ?? false;
};
