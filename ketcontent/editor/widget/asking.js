// What is asked before something is done: what it would void, or where something goes. It stands above
// the panes and takes no key from a field in which somebody types: Alt+0 goes to it.

import { button, h } from "./elements.js";
import { noteFocus } from "./focus.js";

export function askingOf(bench) {
  const id = `${bench.me}-asking`;
  const element = h("div", {
    class: "kc-note kc-asking",
    role: "dialog",
    "aria-labelledby": `${id}-title`,
    "aria-describedby": `${id}-told`,
    tabindex: "-1",
    hidden: true,
    onkeydown: (event) => {
      if (event.key !== "Escape") return;
      event.stopPropagation();
      close(false);
    },
  });
  let answer = null; // what becomes of what is asked
  let goBack = null; // to what had the focus

  const isTyping = () => {
    const active = document.activeElement;
    return bench.root.contains(active) && active.matches("textarea, input:not([type=checkbox])");
  };

  function show(title, inner, buttons) {
    close(false);
    goBack = noteFocus(bench.root);
    element.replaceChildren(h("h2", { id: `${id}-title` }, title), h("div", { id: `${id}-told` }, inner), h("div", { class: "kc-tools" }, buttons));
    element.hidden = false;
    return new Promise((resolve) => {
      answer = resolve;
    });
  }

  function close(value) {
    if (!answer) return;
    const [resolve, within] = [answer, element.contains(document.activeElement)];
    answer = null;
    element.hidden = true;
    element.replaceChildren();
    if (within) goBack(() => bench.list.list.focus({ preventScroll: true }));
    resolve(value);
  }

  // Whether to do what voids something. Nothing is done until somebody says so.
  function confirm({ what, told }) {
    const asked = show(
      `${what}?`,
      h("ul", {}, told.map((one) => h("li", {}, one))),
      [button(what, () => close(true), { class: "kc-primary" }), button("Leave it as it is", () => close(false))],
    );
    if (isTyping()) bench.say(`${what}? ${told.join(" ")} Alt+0 goes to this question.`);
    else element.focus({ preventScroll: true });
    return asked;
  }

  // Ask for what `fields` hold; `given` returns it, or null where something is missing.
  function fill(title, fields, label, given) {
    const done = (event) => {
      event.preventDefault();
      const value = given();
      if (value) close(value);
    };
    const form = h(
      "form",
      { class: "kc-row", onsubmit: done },
      fields,
      h("button", { type: "submit", class: "kc-primary" }, label),
      button("Leave it as it is", () => close(null)),
    );
    const asked = show(title, form, []);
    form.querySelector("input, select").focus();
    return asked;
  }

  function focus() {
    if (!element.hidden) element.focus({ preventScroll: true });
  }

  return { element, confirm, fill, focus };
}
