// Fields of a row whose words are sent as they are typed. They are made once for a row and brought up
// to date in their place: none is made or taken away under a hand that types.

import { h } from "./elements.js";
import { moved, same } from "./merge.js";

export function controlsOf(bench, { row, prefix = "" }) {
  let controls = {}; // by column

  function field(column, text, control, hint = "") {
    controls[column] = control;
    control.dataset.field = column;
    control.dataset.sent = "";
    control.id = `${bench.me}-${prefix}${column}`;
    control.value = bench.rows.cell(row(), column);
    const given = () => bench.typed(row(), column, control.value);
    control.addEventListener(control.tagName === "SELECT" ? "change" : "input", given);
    const said = hint ? h("p", { class: "kc-hint", id: `${control.id}-hint` }, hint) : "";
    if (hint) control.setAttribute("aria-describedby", said.id);
    return h("div", { class: `kc-field kc-f-${column}` }, h("label", { for: control.id }, text), control, said);
  }

  // The fields as an answer has left them.
  function refresh() {
    for (const [column, control] of Object.entries(controls)) {
      const wanted = bench.rows.cell(row(), column);
      if (same(control.value, wanted)) continue;
      const at = control.selectionStart;
      const place = typeof at === "number" ? moved(at, control.value, wanted) : null;
      control.value = wanted;
      if (place !== null && document.activeElement === control) control.setSelectionRange(place, place);
    }
  }

  function focus(column) {
    controls[column]?.focus();
    return Boolean(controls[column]);
  }

  const forget = () => {
    controls = {};
  };
  return { field, refresh, focus, forget };
}

// A cell of running words has no line breaks: Enter makes none.
export const noBreak = (event) => {
  if (event.key === "Enter" && !event.altKey && !event.isComposing) event.preventDefault();
};
