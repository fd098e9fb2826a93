// What the supplier changed or withdrew, and the decision about it: take theirs, keep ours, or
// write anew, with a reason.

import { button, counted, h, redline } from "./elements.js";

export function supplierOf(bench) {
  const element = h("div", { class: "kc-decisions" }); // headings and the title, and the way to the rest
  const chosen = h("div"); // the chosen statement

  const placeOf = (one) => `${one.table} ${one.key.join("/")}`;
  const nameOf = (one) =>
    ({ documents: "The title", sections: `The heading of ${one.key.at(-1)}` })[one.table] || one.key.at(-1);
  const said = { changed: "the supplier changed this.", withdrawn: "the supplier withdrew this." };

  // Drawn anew only where it changed: what is typed there stays.
  function redrawn(box, shown, parts) {
    const drawn = JSON.stringify(shown);
    if (box.dataset.drawn === drawn) return;
    box.dataset.drawn = drawn;
    bench.fields.redraw(box, parts);
  }

  function draw() {
    const { undecided = [] } = bench.state;
    const others = undecided.filter((one) => one.table !== "statements");
    const statements = undecided.filter((one) => one.table === "statements");
    const way = statements.length
      ? h(
          "div",
          { class: "kc-note kc-warn" },
          h("span", {}, `The supplier changed or withdrew ${counted(statements.length, "statement")}. Decide about each:`),
          statements.map((one) =>
            button(one.key.at(-1), () => bench.choose(one.key.at(-1)), {
              class: "kc-quiet",
              "aria-label": `Go to ${one.key.at(-1)}, which the supplier ${one.change}`,
              "data-field": `supplier ${placeOf(one)}`,
            }),
          ),
        )
      : "";
    redrawn(element, undecided, [way, ...others.map(card)]);
  }

  function drawChosen() {
    const { supplier } = bench.state.detail;
    redrawn(chosen, supplier || null, supplier && !supplier.decision ? [card(supplier)] : []);
  }

  function card(one) {
    const kept = `decide ${placeOf(one)}`;
    const field = (name, label) =>
      h("input", {
        "aria-label": label,
        placeholder: label,
        "data-kept": `${kept} ${name}`,
        "data-field": `${kept} ${name}`,
        value: bench.fields.value(`${kept} ${name}`),
        autocomplete: "off",
      });
    const reason = field("reason", "Why you decide so");
    // A sentence is written in its own field above; a heading or the title has none there.
    const words = one.table === "statements" ? null : field("words", "The new words");
    const decide = async (choice) => {
      const anew = words ? words.value : bench.words.value();
      const told = { table: one.table, key: one.key, choice, reason: reason.value, words: choice === "anew" ? anew : "" };
      if (!reason.value.trim()) {
        bench.note("No reason is given.", "Give a reason, then decide.", "kc-bad");
        reason.focus();
        return;
      }
      if (await bench.tell("decide", told)) {
        bench.fields.forget(kept);
        bench.say(`${nameOf(one)} is decided. Undo takes it back.`);
      }
    };
    return h(
      "div",
      { class: "kc-note kc-conflict", role: "group", "aria-label": `Decide about ${nameOf(one)}` },
      h("p", {}, h("strong", {}, `${nameOf(one)}: `), said[one.change] || one.message),
      one.redline.length ? h("p", { class: "kc-redline" }, redline(one.redline)) : "",
      one.forms ? h("p", {}, `It is set as ${one.forms}.`) : "",
      h("div", { class: "kc-row" }, reason, words || ""),
      h(
        "div",
        { class: "kc-tools" },
        button("Take theirs", () => decide("theirs"), { "data-field": `${kept} theirs` }),
        button("Keep ours", () => decide("ours"), { "data-field": `${kept} ours` }),
        button(words ? "Use the new words" : "Use the words as they now stand", () => decide("anew"), { "data-field": `${kept} anew` }),
      ),
    );
  }

  return { element, chosen, draw, drawChosen };
}
