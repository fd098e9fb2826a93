// What belongs to no statement (balance, topics, sources, help lines). Only a look at the whole page
// finds it, so it is as it was at the last one: when the page was opened, saved or waived.

import { button, counted, h } from "./elements.js";
import { SEVERITIES, rowOf } from "./names.js";

const howMany = (severity, number) =>
  severity === "advice" ? `${counted(number, "piece")} of advice` : counted(number, severity);

export function pageFindingsOf(bench, { onFold }) {
  const element = h("div", { class: "kc-whole" });
  let drawn;
  element.addEventListener("toggle", () => onFold(element.firstChild.open), { capture: true });

  function draw(groups) {
    const text = JSON.stringify(groups);
    if (drawn === text) return;
    const first = drawn === undefined;
    drawn = text;
    const unfolded = [...element.querySelectorAll("details[open]")].map((one) => one.dataset.field);
    const folding = (name, summary, ...inner) =>
      h(
        "details",
        { "data-field": name, open: unfolded.includes(name) },
        h("summary", { "data-field": `${name} summary` }, summary),
        inner,
      );
    const sums = Object.keys(SEVERITIES)
      .map((severity) => {
        const own = groups.filter((one) => one.severity === severity);
        return { severity, own, number: own.reduce((sum, one) => sum + one.rows.length, 0) };
      })
      .filter(({ number }) => number);
    const said = sums.map(({ severity, number }) => howMany(severity, number)).join(", ") || "no findings";
    const { judges = [] } = bench.state.choices;
    const within = element.contains(document.activeElement);
    const items = () => [...element.querySelectorAll("li")];
    // Many findings of one kind are put right one after the other: the keyboard goes to the next.
    const at = document.activeElement.dataset?.act === undefined ? -1 : items().indexOf(document.activeElement.closest("li"));
    bench.fields.redraw(
      element,
      folding(
        "whole",
        h("span", {}, h("b", {}, "The page as a whole"), ` ${said}`),
        h(
          "div",
          { class: "kc-findings" },
          h(
            "p",
            { class: "kc-hint" },
            "What belongs to no single statement. ",
            judges.length ? `The checks of other packages (${judges.join(", ")}) run when you stop typing. ` : "",
            button("Look again", lookAgain, { class: "kc-quiet", "data-field": "whole again" }),
          ),
          sums.map(({ severity, own, number }) => [
            h(
              "h2",
              { class: `kc-${severity}` },
              h(
                "span",
                { class: "kc-severity" },
                h("span", { "aria-hidden": "true" }, `${SEVERITIES[severity].mark} `),
                howMany(severity, number),
              ),
            ),
            own.map((one) => ruleOf(one, severity, folding)),
          ]),
        ),
      ),
    );
    if (within && !element.contains(document.activeElement)) {
      const next = at < 0 ? null : items()[at]?.querySelector("[data-act]");
      (next || element.querySelector("summary")).focus({ preventScroll: true });
    }
    bench.state.onPage = groups.filter((one) => one.severity === "error").reduce((sum, one) => sum + one.rows.length, 0);
    if (!first) bench.say(`The page as a whole: ${said}.`);
  }

  // What one rule found; a message or hint that all share stands once.
  function ruleOf(one, severity, folding) {
    const messages = new Set(one.rows.map((row) => row.message));
    const hints = new Set(one.rows.map((row) => row.hint));
    const each = { severity, message: messages.size > 1, hint: hints.size > 1 };
    return folding(
      `whole ${one.rule}`,
      `${one.rule[0].toUpperCase()}${one.rule.slice(1).replaceAll("-", " ")} (${one.rows.length})`,
      each.message ? "" : h("p", {}, ...messages),
      each.hint ? "" : h("p", { class: "kc-hint" }, ...hints),
      h("ul", {}, one.rows.map((row) => finding(row, each))),
    );
  }

  // One finding, with the statements it leads to.
  function finding(one, each) {
    const row = rowOf({ table: one.table, key: one.row });
    const place = `${one.table} ${one.row} ${one.rule}`;
    const goTo = (statement) =>
      button(
        statement,
        () => {
          bench.choose(statement);
          bench.show("statement");
          bench.say(`${statement} is chosen. Alt+2 goes to its words.`);
        },
        { class: "kc-quiet", "aria-label": `Go to ${statement}`, "data-field": `${place} ${statement}` },
      );
    return h(
      "li",
      { class: `kc-fault kc-${each.severity}` },
      h("b", { class: "kc-place" }, one.table === "documents" ? "this page" : row),
      each.message ? h("span", { class: "kc-message" }, one.message) : "",
      each.hint ? h("span", { class: "kc-hint" }, one.hint) : "",
      one.statements.length ? h("span", {}, "Go to") : "",
      one.statements.map(goTo),
      one.signs
        ? [
            h("blockquote", { class: "kc-toread" }, one.reads),
            one.errors ? reasonOf(one, place) : "",
            button("Sign", (event) => bench.review.approve(one, event.target.closest("li").querySelector("input")), {
              class: "kc-quiet",
              "aria-label": `Sign ${one.signs}`,
              "data-field": `${place} approve`,
            }),
          ]
        : "",
      bench.findings.ways(one),
      one.signs ? "" : bench.findings.waiver({ ...one, label: `${one.rule} of ${one.row}` }),
    );
  }

  const reasonOf = (one, place) =>
    h("input", {
      "aria-label": `Why ${one.signs} may be signed with ${counted(one.errors, "error")}`,
      placeholder: `Why it may be signed with ${counted(one.errors, "error")}`,
      "data-kept": `${place} reason`,
      "data-field": `${place} reason`,
      value: bench.fields.value(`${place} reason`),
    });

  async function lookAgain() {
    if (await bench.tell("judge")) bench.say("The whole page was looked at.");
  }

  function focus() {
    element.querySelector("details").open = true;
    element.querySelector("summary").focus();
  }

  return { element, draw, focus };
}
