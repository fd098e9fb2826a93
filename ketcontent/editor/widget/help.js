// The list of the shortcuts. It takes the focus, and gives it back.

import { h } from "./elements.js";
import { noteFocus } from "./focus.js";
import { SHORTCUTS } from "./names.js";

export function helpOf(bench) {
  const shortcut = ([keyed, what]) => h("div", {}, h("dt", {}, h("kbd", {}, keyed)), h("dd", {}, what));
  const element = h(
    "div",
    { class: "kc-note kc-help", hidden: true, tabindex: "0", role: "group", "aria-label": "Shortcuts" },
    h("strong", {}, "Shortcuts"),
    h("dl", {}, SHORTCUTS.map(shortcut)),
  );
  let goBack = null; // to what had the focus when it was opened

  function set(isOpen) {
    element.hidden = !isOpen;
    bench.bar.helpButton.setAttribute("aria-expanded", String(isOpen));
    if (isOpen) {
      goBack = noteFocus(bench.root);
      element.focus({ preventScroll: true });
      return;
    }
    goBack(bench.focusMiddle);
  }

  const isOpen = () => !element.hidden;
  return { element, isOpen, toggle: () => set(!isOpen()), close: () => set(false) };
}
