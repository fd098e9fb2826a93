// Rows that somebody else saved meanwhile: both versions, and the choice between them.

import { button, h, redline } from "./elements.js";
import { column, rowOf } from "./names.js";

export function conflictsOf(bench) {
  const element = h("div", { class: "kc-decisions" });

  function draw() {
    const { conflicts = [] } = bench.state.status;
    const drawn = JSON.stringify(conflicts);
    if (element.dataset.drawn === drawn) return;
    element.dataset.drawn = drawn;
    bench.fields.redraw(element, conflicts.map(card));
  }

  function card(one) {
    const place = `${one.table} ${one.key.join("/")}`;
    const kept = `conflict ${place}`;
    const settle = async (choice, text = "") => {
      if (await bench.tell("settle", { table: one.table, key: one.key, choice, text })) bench.fields.forget(kept);
    };
    const worded = one.table === "statements" && !one.deleted.mine;
    const own = h("textarea", {
      rows: 3,
      "aria-label": "Words from both versions",
      "data-kept": kept,
      "data-field": kept,
      value: one.both ?? one.text,
    });
    const version = (name, ...words) => h("div", {}, h("dt", {}, name), h("dd", { class: "kc-redline" }, words));
    return h(
      "div",
      { class: "kc-note kc-conflict", role: "group", "aria-label": "Your version and theirs" },
      h("p", {}, h("strong", {}, "Somebody else changed this row: "), h("b", {}, rowOf(one))),
      one.deleted.theirs ? h("p", {}, "Theirs: the row was removed.") : "",
      one.deleted.mine ? h("p", {}, "Mine: the row was removed.") : "",
      one.cells.map((cell) =>
        h(
          "dl",
          { class: "kc-versions" },
          version(`${column(cell.column)} when you opened it`, cell.base || "(empty)"),
          version("Theirs", redline(cell.theirs)),
          version("Mine", redline(cell.mine)),
        ),
      ),
      worded ? h("label", {}, one.both === null ? "Or write words from both: " : "The words of both: ", own) : "",
      h(
        "div",
        { class: "kc-tools" },
        button("Keep mine", () => settle("mine")),
        button("Take theirs", () => settle("theirs")),
        worded ? button("Keep the words that I wrote above", () => settle("edit", own.value)) : "",
      ),
    );
  }

  return { element, draw };
}
