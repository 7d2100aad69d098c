// Forms that need a passkey: <form data-passkey="create|get" data-options="…" hidden>. Shown where the browser has
// passkeys; sending one asks for the key first, and puts the answer into the field "passkey".
"use strict";

const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (sign) => sign.charCodeAt(0));
const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer)))
  .replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
const known = (credentials) => (credentials || []).map((one) => ({ ...one, id: bytes(one.id) }));

function options(form) {
  const given = JSON.parse(form.dataset.options);
  given.challenge = bytes(given.challenge);
  if (given.user) given.user.id = bytes(given.user.id);
  if (given.excludeCredentials) given.excludeCredentials = known(given.excludeCredentials);
  if (given.allowCredentials) given.allowCredentials = known(given.allowCredentials);
  return { publicKey: given };
}

function answer(credential) {
  const response = {};
  for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (credential.response[name]) response[name] = text(credential.response[name]);
  }
  return JSON.stringify({ id: credential.id, rawId: text(credential.rawId), type: credential.type, response });
}

for (const form of window.PublicKeyCredential ? document.querySelectorAll("form[data-passkey]") : []) {
  form.hidden = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      form.elements.passkey.value = answer(await navigator.credentials[form.dataset.passkey](options(form)));
    } catch {
      form.querySelector("[role=status]").textContent = form.dataset.refused;
      return;
    }
    form.submit();
  });
}
