// What was found in the chosen statement, and the form that sets a finding aside.

import { button, counted, h, options } from "./elements.js";
import { SEVERITIES, TABLES, column } from "./names.js";

export function findingsOf(bench) {
  const { me } = bench;
  const element = h("ul", { class: "kc-faults", id: `${me}-faults` });
  const waiving = new Set(); // the findings whose form is open
  const nameOf = (one) => `waive ${one.table} ${one.row} ${one.rule}`;
  let heard = "";

  function draw() {
    const { faults, row, pending } = bench.state.detail;
    const items = faults.map((one) => {
      const { name, mark } = SEVERITIES[one.severity];
      const at = (one.marks || []).map(([start, end]) => bench.words.value().slice(start, end)).join(" … ");
      return h(
        "li",
        { class: `kc-fault kc-${one.severity}`, "data-start": one.start, "data-end": one.end },
        h("span", { class: "kc-severity" }, h("span", { "aria-hidden": "true" }, `${mark} `), name),
        at ? button(`“${at}”`, () => bench.words.goTo(one), { class: "kc-quiet kc-at", "aria-label": `Go to “${at}”` }) : "",
        h("span", { class: "kc-message" }, one.message),
        h("span", { class: "kc-hint" }, one.hint),
        one.why ? h("span", { class: "kc-hint kc-why" }, `Why: ${one.why}`) : "",
        at && one.replacement
          ? button(`Write “${one.replacement}”`, () => bench.words.replace(one, one.replacement), { class: "kc-quiet" })
          : "",
        ways(one),
        waiver(one),
      );
    });
    if (!faults.length && row.position && !pending) items.push(h("li", { class: "kc-fine" }, "✓ No findings in this statement."));
    bench.fields.redraw(element, items);
    bench.words.drawMirror();
    if (pending) return;
    const errors = faults.filter((one) => one.severity === "error").length;
    const said = faults.length ? `${counted(faults.length, "finding")}, ${counted(errors, "error")}.` : "No findings.";
    if (bench.words.typing() && heard !== said) bench.later("faults", 900, () => bench.say(said));
    heard = said;
  }

  function markCaret(at) {
    for (const item of element.querySelectorAll("[data-start]")) {
      const inside = at >= Number(item.dataset.start) && at <= Number(item.dataset.end);
      item.classList.toggle("kc-here", inside);
    }
  }

  // Where a finding is put right: with one button, in the form of its row, or in a field above.
  function ways(one) {
    if (one.form) {
      const said = `Edit the ${TABLES[one.table] || one.table}`;
      return [acts(one), lookUp(one), button(said, () => bench.form.open(one.form, one.column), named(one, said))];
    }
    if (one.column === "text" || bench.review.on()) return "";
    const said = `Go to ${column(one.column)}`;
    return button(said, () => bench.detail.focus(one.column) || bench.words.focus(), named(one, said));
  }

  const named = (one, label) => ({
    class: "kc-quiet",
    "aria-label": `${label}: ${one.row}`,
    "data-field": `${one.table} ${one.row} ${one.rule} ${label}`,
  });

  // A source that was never completed is looked up in the registries.
  function lookUp(one) {
    if (one.rule !== "source-incomplete" || bench.review.on()) return "";
    return button("Look it up", () => bench.evidence.complete(one.row), named(one, "Look it up"));
  }

  const acts = (one) =>
    (one.acts || []).map((act) => button(act.label, () => putRight(one, act), { ...named(one, act.label), "data-act": "" }));

  async function putRight(one, act) {
    const told = await bench.tell("put_right", { statement: one.form, cells: act.cells });
    if (told) bench.say(`${act.label}: ${one.row}. Undo takes it back.`);
  }

  // The button that opens the form of a finding, and the form where it is open.
  function waiver(one) {
    const name = nameOf(one);
    const opener = button(
      "Waive…",
      () => {
        const item = opener.closest("li");
        const form = item.querySelector("form");
        if (form) {
          waiving.delete(name);
          form.remove();
          return;
        }
        waiving.add(name);
        item.append(formOf(one));
        item.querySelector("form input").focus();
      },
      { class: "kc-quiet", "aria-label": `Waive ${one.label || one.rule}`, "data-field": name },
    );
    return [opener, waiving.has(name) ? formOf(one) : ""];
  }

  function formOf(one) {
    const name = nameOf(one);
    const input = (column, given) => {
      const kept = `${name} ${column}`;
      return h("input", { required: true, "data-kept": kept, "data-field": kept, value: bench.fields.value(kept), ...given });
    };
    const reason = input("reason", { "aria-label": "Why it may stand", placeholder: "Why it may stand" });
    const people = (bench.state.choices.people || []).map((each) => [each.key, each.name]);
    const owner = h("select", { "aria-label": "Who answers for it", "data-field": `${name} owner` }, options(people, "", "who answers for it"));
    const until = input("until", { type: "date", "aria-label": "Until which day", min: bench.state.page.day });
    const submitted = async (event) => {
      event.preventDefault();
      const cells = { reason: reason.value, until: until.value, owner: owner.value };
      const form = event.target;
      const opener = form.parentElement.querySelector(`[data-field="${CSS.escape(name)}"]`);
      waiving.delete(name);
      form.remove();
      opener.focus();
      const finding = { table: one.table, row: one.row, rule: one.rule, ...cells };
      if (await bench.tell("waive", { finding })) bench.fields.forget(name);
    };
    return h("form", { class: "kc-row", onsubmit: submitted }, reason, until, owner, h("button", { type: "submit" }, "Waive"));
  }

  function next() {
    if (!bench.words.editable()) return;
    const spans = bench.state.detail.faults.filter((one) => one.start !== undefined);
    spans.sort((one, other) => one.start - other.start);
    const found = spans.find((one) => one.start > bench.words.caret()) || spans[0];
    if (!found) return;
    bench.words.goTo(found);
    bench.say(`${SEVERITIES[found.severity].name}: ${found.message} ${found.hint}`);
  }

  // Write what a finding says instead, at the caret or, where it stands in none, in the first one.
  function take() {
    if (!bench.words.editable()) return;
    const offered = bench.state.detail.faults.filter((one) => one.replacement && one.start !== undefined);
    const at = bench.words.caret();
    const found = offered.find((one) => one.start <= at && at <= one.end) || offered[0];
    if (!found) return;
    bench.words.replace(found, found.replacement);
    bench.say(`Written: ${found.replacement}`);
  }

  return { element, draw, markCaret, ways, acts, waiver, next, take };
}
