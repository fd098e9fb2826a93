// The form of a row of any table, made of what the descriptor says of it, and the way to every row. It
// takes the place of the statement's pane. What is typed goes the way of the words of a statement.

import { controlsOf, noBreak } from "./controls.js";
import { button, counted, h, options } from "./elements.js";
import { noteFocus } from "./focus.js";
import { SEVERITIES, TABLES, column as nameOf, rowOf, table as tableName } from "./names.js";

const MOST = 60; // rows that are listed at once

export function formOf(bench) {
  const element = h("div", {
    class: "kc-form",
    role: "group",
    "aria-label": "A row of a table",
    tabindex: "0",
    hidden: true,
  });
  const voids = h("div");
  const stakes = h("div"); // what other words here would void, told before they are typed
  const faults = h("ul", { class: "kc-faults" });
  let opened = ""; // the row that is shown, as the kernel names it; "tables" is the way to all
  let form = null; // what the kernel said of it
  let wanted = ""; // the column to go to when it is drawn
  let tables = [];
  let pages = []; // the others of the project
  let table = "sources";
  let words = "";
  let drawn = "";
  let goBack = null; // to what had the focus before it was opened
  const controls = controlsOf(bench, { row: () => opened, prefix: "row-" });

  const isOpen = () => Boolean(opened);
  const row = () => (opened === "tables" ? "" : opened);

  function show(name, andGo = true) {
    if (!opened) goBack = noteFocus(bench.root);
    opened = name;
    element.hidden = !name;
    bench.middle.hidden = Boolean(name);
    bench.onForm(andGo);
  }

  // Show the form of a row; the focus goes there, unless the list only steps over it.
  function open(name, column = "", andGo = true) {
    bench.flush();
    wanted = andGo ? column || "row" : "";
    if (form?.name === name && opened === name) {
      if (andGo) draw();
      return null;
    }
    form = null;
    drawn = "";
    show(name, andGo);
    element.replaceChildren(h("p", { class: "kc-hint" }, "One moment …"));
    if (andGo) element.focus({ preventScroll: true });
    return bench.tell("form", { statement: name }).then((answer) => answer || (opened === name && close()));
  }

  async function openTables() {
    const answer = await bench.tell("tables");
    if (!answer) return;
    ({ tables, pages } = answer);
    show("tables");
    drawTables();
    element.querySelector("select").focus();
  }

  // The chosen statement again. What was typed is with the kernel, or on its way.
  function close(andFocus = true) {
    if (!isOpen()) return;
    const isSection = opened.startsWith("sections:");
    bench.flush();
    controls.forget();
    show("");
    drawn = "";
    if (andFocus === false) return;
    goBack(bench.focusMiddle);
    if (isSection) bench.look(); // its words as they are read were those of the section
  }

  // An answer tells of the form that is shown, or of a row that was added on the way to it.
  function take(told, verb) {
    if (told.name !== opened && !(opened === "tables" && verb === "add_row")) return;
    form = told;
    if (opened !== told.name) show(told.name);
    draw();
  }

  const shape = () => JSON.stringify([form.name, form.fields, form.links, form.removable]);

  function draw() {
    if (drawn !== shape()) redraw();
    refresh();
    if (!wanted) return;
    if (wanted === "row" || !controls.focus(wanted)) element.focus({ preventScroll: true });
    wanted = "";
  }

  function redraw() {
    drawn = shape();
    controls.forget();
    const kind = TABLES[form.table] || form.table;
    bench.fields.redraw(
      element,
      h("div", { class: "kc-head" }, h("h2", {}, `${kind[0].toUpperCase()}${kind.slice(1)} `, h("code", {}, Object.values(form.key).join(" / ")))),
      h(
        "div",
        { class: "kc-tools" },
        button("Back to the statement", close, { title: "Esc", "data-field": "row back" }),
        button("Other rows", openTables, { title: "Alt+T", "data-field": "row others" }),
        form.removable ? button("Remove this row", remove, { "data-field": "row remove" }) : "",
      ),
      form.links.length
        ? h("p", {}, "Look it up: ", form.links.map((href) => [h("a", { href, target: "_blank", rel: "noopener noreferrer" }, href), " "]))
        : "",
      stakes,
      faults,
      voids,
      h("div", { class: "kc-facts kc-rowfacts" }, form.fields.map(fieldOf)),
    );
  }

  function fieldOf(one) {
    const { column, type, description, required, choices } = one;
    let control;
    if (choices.length) control = h("select", {}, options(choices, "", "not said"));
    else if (one.words) control = h("textarea", { rows: 1, onkeydown: noBreak, spellcheck: "true", dir: "auto" });
    else if (type === "date") control = h("input", { type: "date" });
    else control = h("input", { autocomplete: "off", inputmode: type === "integer" ? "numeric" : "text" });
    if (required) control.setAttribute("aria-required", "true");
    if (one.fixed) return readOnly(one);
    return controls.field(column, `${nameOf(column)}${required ? " (required)" : ""}`, control, description);
  }

  // What is not changed by hand says why.
  function readOnly({ column, fixed, choices }) {
    const id = `${bench.me}-fixed-${column}`;
    const says = bench.rows.cell(form.name, column);
    const value = Object.fromEntries(choices)[says] || says || "none";
    const control = h("input", { id, value, readonly: true, "aria-describedby": `${id}-why`, "data-field": column });
    return h("div", { class: `kc-field kc-f-${column}` }, h("label", { for: id }, nameOf(column)), control, h("p", { class: "kc-hint", id: `${id}-why` }, fixed));
  }

  // What can change while the editor types: all but the fields themselves.
  function refresh() {
    if (!form) return;
    if (!bench.rows.isThere(form.name)) {
      close();
      bench.say("The row is not there any more.");
      return;
    }
    controls.refresh();
    stakes.replaceChildren(
      form.stakes.length ? h("p", { class: "kc-hint kc-stakes" }, "If you change these words: ", form.stakes.join(" ")) : "",
    );
    const who = form.voids.map((one) => `${one.statement}: ${one.name} (${one.capacity}, ${one.signed_on})`);
    voids.replaceChildren(
      who.length
        ? h("div", { class: "kc-note kc-warn" }, `Saving what is unsaved voids ${counted(who.length, "sign-off")}: ${who.join("; ")}.`)
        : "",
    );
    bench.fields.redraw(faults, form.faults.map(fault));
  }

  function fault(one) {
    const { name, mark } = SEVERITIES[one.severity];
    return h(
      "li",
      { class: `kc-fault kc-${one.severity}` },
      h("span", { class: "kc-severity" }, h("span", { "aria-hidden": "true" }, `${mark} `), name),
      h("span", { class: "kc-message" }, one.message),
      h("span", { class: "kc-hint" }, one.hint),
      bench.findings.acts(one),
      button(`Go to ${nameOf(one.column)}`, () => controls.focus(one.column), { class: "kc-quiet", "data-field": `go ${one.rule}` }),
      bench.findings.waiver(one),
    );
  }

  async function remove() {
    const gone = rowOf({ table: form.table, key: Object.values(form.key) });
    if (await bench.tell("remove_row", { statement: form.name })) bench.say(`The ${gone} is removed. Undo brings it back.`);
  }

  // --- the way to every row ------------------------------------------------------------------

  function drawTables() {
    const found = tables.find((one) => one.table === table) || tables[0];
    const fits = (one) => one.words.toLowerCase().includes(words.toLowerCase());
    const rows = found.rows.filter(fits);
    const which = h(
      "select",
      {
        "aria-label": "Table",
        "data-field": "table",
        onchange: () => {
          table = which.value;
          drawTables();
        },
      },
      options(tables.map((one) => [one.table, tableName(one.table)]), table),
    );
    const search = h("input", {
      type: "search",
      value: words,
      placeholder: "Find a row",
      "aria-label": "Find a row",
      "data-field": "find row",
      oninput: () => {
        words = search.value;
        drawTables();
      },
    });
    bench.fields.redraw(
      element,
      h("div", { class: "kc-head" }, h("h2", {}, "Rows of all tables")),
      h("div", { class: "kc-tools" }, button("Back to the statement", close, { title: "Esc", "data-field": "row back" })),
      h("div", { class: "kc-row" }, which, search),
      h("p", { class: "kc-hint" }, `${counted(rows.length, "row")}${rows.length > MOST ? `, the first ${MOST} of them` : ""}`),
      h(
        "ul",
        { class: "kc-rows" },
        rows.slice(0, MOST).map((one) => h("li", {}, button(one.words, () => open(one.name), { class: "kc-quiet", "data-field": one.name }))),
      ),
      found.adds ? adder(found) : "",
      table === "documents" && pages.length
        ? [
            h("h3", {}, "Other pages"),
            h("ul", { class: "kc-rows" }, pages.map((one) => h("li", {}, button(`Open “${one.title}”`, () => bench.openPage(one.document), { class: "kc-quiet", "data-field": `page ${one.document}` })))),
          ]
        : "",
    );
  }

  function adder(found) {
    const kept = `add row ${found.table}`;
    const inputs = found.key.map(({ column, description }) => {
      const name = `${kept} ${column}`;
      return h("input", {
        required: true,
        "aria-label": nameOf(column),
        placeholder: nameOf(column),
        title: description,
        value: bench.fields.value(name) || (column === "language" ? bench.state.page.language : ""),
        "data-kept": name,
        "data-field": name,
      });
    });
    const submitted = async (event) => {
      event.preventDefault();
      const key = inputs.map((one) => one.value.trim());
      wanted = "row";
      if (await bench.tell("add_row", { table: found.table, key })) bench.fields.forget(kept);
    };
    const kind = TABLES[found.table];
    return [
      h("h3", {}, `Add a ${kind}`),
      found.key.map((one) => h("p", { class: "kc-hint" }, h("b", {}, nameOf(one.column)), `: ${one.description}`)),
      h("form", { class: "kc-row", onsubmit: submitted }, inputs, h("button", { type: "submit" }, `Add the ${kind}`)),
    ];
  }

  const focus = () => element.focus({ preventScroll: true });
  return { element, open, openTables, close, take, refresh, isOpen, row, focus };
}
