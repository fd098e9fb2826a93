// Elements. Every word that comes from a table becomes a text node.

// An element; a string among the children is text, whatever is in it.
export function h(tag, given = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(given)) {
    if (value === false || value === null || value === undefined) continue;
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (name === "value") made.value = value;
    else made.setAttribute(name, value === true ? "" : String(value));
  }
  made.append(...children.flat(Infinity).filter((one) => one !== null && one !== undefined && one !== ""));
  return made;
}

export const unseen = (text) => h("span", { class: "kc-unseen" }, text);

export const counted = (number, name) => `${number} ${name}${number === 1 ? "" : "s"}`;

export function options(names, chosen, empty) {
  const made = names.map((one) => {
    const [value, text] = Array.isArray(one) ? one : [one, one];
    return h("option", { value, selected: value === chosen }, text);
  });
  if (empty !== undefined) made.unshift(h("option", { value: "", selected: !chosen }, empty));
  return made;
}

export function redline(pieces) {
  const said = { deleted: "del", inserted: "ins" };
  return pieces.map(([change, text]) =>
    said[change]
      ? h(said[change], {}, unseen(`[${change}: `), text, unseen("]"))
      : document.createTextNode(text),
  );
}

// What is above a part of a pane. Where the page is read its own headings are the only ones.
export const above = (bench, words, given = {}) =>
  bench.reading.on() ? h("p", { ...given, class: `kc-above ${given.class || ""}`.trim() }, words) : h("h3", given, words);

export const differs = (pieces) => pieces.some(([change]) => change !== "kept");

export const button = (text, act, given = {}) =>
  h("button", { type: "button", onclick: act, ...given }, text);
