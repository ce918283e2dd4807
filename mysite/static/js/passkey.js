// Passkeys: the browser asks for finger, face or PIN, and the form takes along what it answers.
const able = typeof window.PublicKeyCredential?.parseRequestOptionsFromJSON === "function";

async function optionsOf(form) {
  const standing = document.getElementById("passkey-options");
  if (standing) return JSON.parse(standing.textContent);
  const answer = await fetch(form.action, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(answer.statusText);
  return (await answer.json()).request_options;
}

async function ask(form) {
  const { publicKey } = await optionsOf(form);
  const credential =
    form.dataset.passkey === "create"
      ? await navigator.credentials.create({
          publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(publicKey),
        })
      : await navigator.credentials.get({
          publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(publicKey),
        });
  return JSON.stringify(credential.toJSON());
}

for (const form of able ? document.querySelectorAll("form[data-passkey]") : []) {
  form.hidden = false;
  document.getElementById("no-passkey")?.remove();
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const fault = form.querySelector("[role=alert]");
    fault.hidden = true;
    try {
      form.elements.credential.value = await ask(form);
      form.submit();
    } catch {
      fault.hidden = false; // given up, or no such key on this device
    }
  });
}
