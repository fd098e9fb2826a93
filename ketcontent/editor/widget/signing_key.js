// The key that signs. Its passphrase goes to the kernel and is kept nowhere, not in this browser either.

import { button, h } from "./elements.js";

export function signingKeyOf(bench) {
  const { state, me } = bench;
  let opened = false; // whether the fields are

  function panel() {
    const { key } = state.status;
    const said = !key
      ? "Sign-offs are recorded, not signed"
      : key.name
        ? `Signing with the key ${key.signing_key} of ${key.name}`
        : "This key is not in the table of signing keys";
    const file = h("input", { id: `${me}-key`, "data-field": "key", "data-kept": "key file", placeholder: "~/.ssh/id_ed25519" });
    const use = () => {
      const passphrase = secret.value;
      secret.value = "";
      unlock(file.value || file.placeholder, passphrase);
    };
    const enter = (event) => event.key === "Enter" && use();
    const secret = h("input", { id: `${me}-secret`, "data-field": "secret", type: "password", autocomplete: "off", onkeydown: enter });
    const fields = [
      h("div", { class: "kc-row" }, h("label", { for: file.id }, "File of my private key, where the notebook runs "), file),
      h("div", { class: "kc-row" }, h("label", { for: secret.id }, "Passphrase "), secret),
      h("div", { class: "kc-tools" }, button("Sign with this key", use)),
    ];
    return h(
      "details",
      { class: "kc-key", open: opened, ontoggle: ({ target }) => (opened = target.open) },
      h("summary", {}, said),
      key && !key.name ? h("p", { class: "kc-note kc-warn" }, `Have it entered by somebody else, as: ${key.public}`) : "",
      key ? h("div", { class: "kc-tools" }, button("Put the key away", () => unlock("", ""))) : fields,
    );
  }

  async function unlock(file, passphrase) {
    if (!(await bench.tell("unlock", { file, passphrase }))) return;
    const { key } = state.status;
    if (!key) bench.note("The key is put away.");
    else if (key.name) bench.note(`Signing with the key ${key.signing_key} of ${key.name}.`);
    else bench.note("This key is not in the table of signing keys.", "Nobody can sign with it until it is.", "kc-bad");
  }

  const how = () => (state.status.key ? " with a signature" : "");
  return { panel, how };
}
