// Nobody is signed in: what is kept on this phone is not opened before its owner is again.
const { queue } = document.querySelector("script[data-lock]").dataset;
if (window.isSecureContext && indexedDB.databases) {
  indexedDB.databases().then(async (all) => {
    if (!all.some((one) => one.name === "treffpunkt")) { return; }
    const { Store } = await import(queue);
    await (await Store.open()).lock();
  });
}
