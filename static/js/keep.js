// Keeps today's and tomorrow's registers of whoever is signed in, sealed, for when there is no net.
export const keep = async (store, { person, offline: list, worker }) => {
  if (!navigator.serviceWorker) { return null; }
  await navigator.serviceWorker.register(worker, { scope: worker.replace(/[^/]*$/, "") });
  const asked = { headers: { Accept: "application/json" }, redirect: "error" };
  const answer = await fetch(list, asked);
  if (!answer.ok) { return null; }
  const { registers, until } = await answer.json();
  const old = new Set((await store.kept(person)).map((one) => one.session));
  for (const { session, address } of registers) {
    const found = await fetch(address, asked);
    if (found.ok) {
      await store.keep(person, session, { ...await found.json(), until });
      old.delete(session);
    }
  }
  for (const session of old) { await store.forget(person, session); }
  return await navigator.storage?.persist?.() ?? false;
};
