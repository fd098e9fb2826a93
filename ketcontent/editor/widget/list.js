// The page as a tree: its title, its sections and their levels, its statements in reading order, what
// is cut. Find and filter; what is chosen in it is the tree's own (tree.js).

import { button, counted, h, options, unseen } from "./elements.js";
import { FILTERS, SEVERITIES, SIGNED, worst } from "./names.js";
import { isItem, nameOf, runsOf } from "./runs.js";
import { treeOf } from "./tree.js";

const TABLED = { caption: "table", header: "header", row: "row" };

export function listOf(bench) {
  const { state, me } = bench;
  const id = (statement) => `${me}-${statement}`;
  let filter = "all";
  let words = "";

  const search = h("input", {
    type: "search",
    class: "kc-search",
    placeholder: "Find words",
    "aria-label": "Find statements by their words",
    oninput: () => {
      words = search.value.toLowerCase();
      bench.later("filter", 80, draw);
    },
  });
  const filterBox = h(
    "select",
    {
      "aria-label": "Which statements are listed",
      onchange: () => {
        filter = filterBox.value;
        draw();
      },
    },
    options(Object.entries(FILTERS).map(([key, [name]]) => [key, name]), "all"),
  );
  const matching = h("div", { class: "kc-matching" });
  const list = h("div", {
    class: "kc-list",
    role: "tree",
    tabindex: "0",
    "aria-label": "The page: sections and statements in reading order",
    "aria-multiselectable": "true",
  });
  const tree = treeOf(bench, { list, draw, idOf: id, runs: () => state.listing.flatMap((one) => runsOf(one.statements)) });

  function mark(kind, name, ...inner) {
    return h("span", { class: `kc-mark ${kind}`, title: name }, inner);
  }

  // How many proposals and comments are open.
  function talk({ discussed = [0, 0] }) {
    return [["proposal", "✎"], ["comment", "“"]].map(([name, sign], n) => {
      const said = counted(discussed[n], name);
      return discussed[n] ? mark("", said, h("span", { "aria-hidden": "true" }, `${sign}${discussed[n]}`), unseen(` ${said}, `)) : "";
    });
  }

  // How deep a statement stands in its section: items of lists within lists, rows under their caption.
  const depthOf = (one, above) =>
    Number(one.form.match(/^item-([0-9])$/)?.[1] || 1) + Number(["header", "row"].includes(one.form) && above === "caption");

  // The statements of a section that are listed, each with its depth. Where all are, those of a table or
  // a list stand below a node of their own.
  function laid(section, some, few) {
    let above = ""; // the form of what a row stands under
    const depths = new Map();
    for (const one of section.statements) {
      if (!["header", "row"].includes(one.form)) above = one.form;
      depths.set(one.statement, depthOf(one, above));
    }
    const runs = few ? [] : runsOf(section.statements);
    const homes = new Map(runs.flatMap((run) => run.statements.map((one) => [one.statement, run])));
    return some.flatMap((one) => {
      const run = homes.get(one.statement);
      const depth = depths.get(one.statement);
      if (!run) return entry(one, section.level, depth);
      const isOpen = !tree.folded.has(run.node);
      const first = run.statements[0] === one ? [runEntry(run, section.level, isOpen)] : [];
      return isOpen ? [...first, entry(one, section.level, isItem(one.form) ? depth + 1 : 2)] : first;
    });
  }

  // The line of a table or a list as a whole.
  function runEntry(run, level, isOpen) {
    return h(
      "div",
      {
        role: "treeitem",
        id: id(run.node),
        class: "kc-run",
        "data-node": run.node,
        "aria-level": String(level + 2),
        "aria-expanded": String(isOpen),
        "aria-selected": "false",
        draggable: "true",
      },
      h("span", { class: "kc-twist", "aria-hidden": "true" }, isOpen ? "▾" : "▸"),
      h("span", { class: "kc-title-words" }, nameOf(run)),
    );
  }

  function entry(one, level, depth = 1) {
    const marks = Object.keys(SEVERITIES).map((severity, n) => {
      const { name, mark: sign } = SEVERITIES[severity];
      if (!one.faults[n]) return "";
      const said = `${one.faults[n]} ${name.toLowerCase()}`;
      const hidden = h("span", { "aria-hidden": "true" }, sign);
      return mark(`kc-${severity}`, said, hidden, String(one.faults[n]), unseen(` ${name.toLowerCase()}, `));
    });
    if (TABLED[one.form]) marks.push(mark("", null, TABLED[one.form], unseen(", ")));
    if (one.certainty) marks.push(mark("", null, one.certainty, unseen(" certainty, ")));
    const signed = worst(one);
    if (signed) {
      const needed = Object.values(one.signoffs);
      const valid = needed.filter((each) => each === "valid").length;
      const hidden = h("span", { "aria-hidden": "true" }, `${SIGNED[signed].mark} `);
      const { name } = SIGNED[signed];
      marks.push(mark(`kc-${signed}`, name, hidden, `${valid}/${needed.length}`, unseen(` ${name}`)));
    }
    marks.push(...talk(one));
    if (one.changed) marks.push(mark("kc-changed", null, `● ${one.changed === "new" ? "new" : "unsaved"}`));
    if (one.cut) marks.push(mark("", null, "cut"));
    return h(
      "div",
      {
        role: "treeitem",
        id: id(one.statement),
        class: one.cut ? "kc-entry kc-off" : "kc-entry",
        "data-node": one.statement,
        "data-statement": one.statement,
        "data-depth": String(depth),
        "aria-level": String(level + 1 + depth),
        "aria-selected": "false",
        draggable: one.cut ? null : "true",
      },
      h("span", { class: "kc-words" }, one.words),
      h("span", { class: "kc-marks" }, marks),
    );
  }

  // The line of a section, or of the page as a whole.
  function headingOf(node, title, { level, isOpen, cut, changed, discussed, holds = 0 }) {
    const marks = talk({ discussed }).filter(Boolean);
    if (isOpen === false) marks.push(mark("", null, counted(holds, "statement")));
    if (changed) marks.push(mark("kc-changed", null, `● ${changed === "new" ? "new" : "unsaved"}`));
    if (cut) marks.push(mark("", null, "cut"));
    const twist = h("span", { class: "kc-twist", "aria-hidden": "true" }, isOpen === undefined ? "" : isOpen ? "▾" : "▸");
    return h(
      "div",
      {
        role: "treeitem",
        id: id(node),
        class: `kc-heading kc-level-${level}${cut ? " kc-off" : ""}`,
        "data-node": node,
        "data-level": String(level),
        "aria-level": String(level + 1),
        "aria-expanded": isOpen === undefined ? null : String(isOpen),
        "aria-selected": "false",
        draggable: level && !cut ? "true" : null,
      },
      twist,
      h("span", { class: "kc-title-words" }, title),
      marks.length ? h("span", { class: "kc-marks" }, marks) : "",
    );
  }

  // Whether a statement waits for the reviewer's sign-off, or, in editing, passes the filter.
  const passes = (one) => (bench.review.on() ? bench.review.waits(one) : FILTERS[filter][1](one));
  const fits = (one) => !words || `${one.words} ${one.statement}`.toLowerCase().includes(words);
  const wanted = (one) => passes(one) && fits(one);
  const narrowed = () => Boolean(words) || (filter !== "all" && !bench.review.on());

  // How many statements are listed of how many that could be.
  function tally() {
    const all = state.listing.flatMap((one) => one.statements);
    const reviewing = bench.review.on();
    const whole = reviewing ? all.filter(bench.review.waits) : all;
    return { listed: all.filter(wanted).length, whole: whole.length, narrowed: narrowed() };
  }

  // By what the list is narrowed, as the words and the filter.
  const narrowedBy = () => [search.value, filter];
  function narrow([typed, key]) {
    search.value = typed;
    words = typed.toLowerCase();
    filterBox.value = filter = FILTERS[key] ? key : "all";
    draw();
  }

  function clear() {
    narrow(["", "all"]);
    list.focus();
    bench.say("The filter is cleared.");
  }

  function draw() {
    const top = list.scrollTop;
    const few = narrowed() || bench.review.on();
    const groups = [];
    let above = null; // the section of the first level that the next ones stand under
    for (const [place, section] of state.listing.entries()) {
      const some = section.statements.filter(wanted);
      if (section.level === 1) above = section;
      const isDiscussed = filter === "discussed" && !bench.review.on() && !words && section.discussed.some(Boolean);
      if (few ? !some.length && !isDiscussed : section !== above && tree.folded.has(above.section)) continue;
      const below = section.level === 1 && !section.cut && state.listing[place + 1]?.level === 2;
      const isOpen = few || !tree.folded.has(section.section);
      const holds = within(place).reduce((sum, one) => sum + one.statements.filter(wanted).length, 0);
      const given = { ...section, isOpen: some.length || below ? isOpen : undefined, holds };
      groups.push(
        h(
          "div",
          { role: "none", class: "kc-group" },
          headingOf(`sections:${state.page.document}/${section.section}`, section.title, given),
          isOpen ? laid(section, some, few) : [],
        ),
      );
    }
    const page = few ? [] : [headingOf(`documents:${state.page.document}`, state.page.title, { level: 0 })];
    list.replaceChildren(...page, ...groups);
    drawMatching();
    list.scrollTop = top;
    tree.drawn();
  }

  // A section with those that stand under it.
  function within(place) {
    const end = state.listing.findIndex((one, at) => at > place && (one.level === 1 || one.cut));
    const below = state.listing[place].level === 1 ? state.listing.slice(place + 1, end < 0 ? undefined : end) : [];
    return [state.listing[place], ...below];
  }

  function drawMatching() {
    const { listed, whole, narrowed: isNarrowed } = tally();
    const waiting = bench.review.on() ? ` that wait for a ${bench.review.capacity()} sign-off` : "";
    matching.hidden = !isNarrowed;
    matching.replaceChildren(
      h("span", {}, `${listed} of ${counted(whole, "statement")}${waiting} match${listed === 1 ? "es" : ""}. `),
      button("Clear the filter", clear, { class: "kc-quiet" }),
      words && listed && !bench.review.on() ? button("Replace …", () => bench.structure.replaceWords(search.value), { class: "kc-quiet" }) : "",
    );
    if (list.querySelector("[role=treeitem]")) {
      list.setAttribute("role", "tree");
      return;
    }
    list.removeAttribute("role");
    if (isNarrowed) return;
    const nothing = bench.review.on()
      ? `Nothing waits for a ${bench.review.capacity()} sign-off.`
      : "The page has no statements.";
    list.append(h("p", { class: "kc-empty" }, nothing));
  }

  // One entry anew, where the rest of the list stands.
  function mend(one) {
    for (const section of [...state.confirmed, ...state.listing]) {
      const place = section.statements.findIndex((each) => each.statement === one.statement);
      if (place >= 0) section.statements[place] = one;
    }
    const old = document.getElementById(id(one.statement));
    if (!old) return;
    const depth = Number(old.dataset.depth);
    old.replaceWith(entry(one, Number(old.ariaLevel) - 1 - depth, depth));
    tree.mark();
  }

  function markChosen() {
    if (state.chosen) tree.reveal(state.chosen);
    tree.mark();
  }

  // How far below the upper end of the list the chosen statement stands; null where it is not listed.
  function placeOfChosen() {
    const found = state.chosen && document.getElementById(id(state.chosen));
    return found ? found.getBoundingClientRect().top - list.getBoundingClientRect().top : null;
  }

  const shown = tree.statements;
  const { step } = tree;

  return { find: h("div", { class: "kc-find" }, search, filterBox), matching, list, tree, draw, mend, markChosen, step, shown, tally, narrowedBy, narrow, placeOfChosen };
}
