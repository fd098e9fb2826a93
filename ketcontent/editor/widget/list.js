// The list of statements in reading order: find, filter, choose.

import { button, counted, h, options, unseen } from "./elements.js";
import { FILTERS, SEVERITIES, SIGNED, worst } from "./names.js";

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
      "aria-label": "Which statements to list",
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
    role: "listbox",
    tabindex: "0",
    "aria-label": "Statements in reading order",
    onkeydown: key,
  });

  const shown = () => [...list.querySelectorAll("[role=option]")].map((one) => one.dataset.statement);

  function mark(kind, name, ...inner) {
    return h("span", { class: `kc-mark ${kind}`, title: name }, inner);
  }

  function entry(one) {
    const marks = Object.keys(SEVERITIES).map((severity, n) => {
      const { name, mark: sign } = SEVERITIES[severity];
      if (!one.faults[n]) return "";
      const said = `${one.faults[n]} ${name.toLowerCase()}`;
      const hidden = h("span", { "aria-hidden": "true" }, sign);
      return mark(`kc-${severity}`, said, hidden, String(one.faults[n]), unseen(` ${name.toLowerCase()}, `));
    });
    if (one.certainty) marks.push(mark("", null, one.certainty, unseen(" certainty, ")));
    const signed = worst(one);
    if (signed) {
      const needed = Object.values(one.signoffs);
      const valid = needed.filter((each) => each === "valid").length;
      const hidden = h("span", { "aria-hidden": "true" }, `${SIGNED[signed].mark} `);
      const { name } = SIGNED[signed];
      marks.push(mark(`kc-${signed}`, name, hidden, `${valid}/${needed.length}`, unseen(` ${name}`)));
    }
    for (const [n, [name, sign]] of [["proposal", "✎"], ["comment", "“"]].entries()) {
      const said = counted(one.discussed[n], name);
      if (one.discussed[n]) marks.push(mark("", said, h("span", { "aria-hidden": "true" }, `${sign}${one.discussed[n]}`), unseen(` ${said}, `)));
    }
    if (one.changed) marks.push(mark("kc-changed", null, `● ${one.changed === "new" ? "new" : "unsaved"}`));
    if (one.cut) marks.push(mark("", null, "cut"));
    return h(
      "div",
      {
        role: "option",
        id: id(one.statement),
        class: one.cut ? "kc-entry kc-off" : "kc-entry",
        "data-statement": one.statement,
        "aria-selected": "false",
        onclick: () => {
          bench.choose(one.statement);
          bench.show("statement");
        },
      },
      h("span", { class: "kc-words" }, one.words),
      h("span", { class: "kc-marks" }, marks),
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
    const groups = state.listing
      .map((section) => [section, section.statements.filter(wanted)])
      .filter(([, some]) => some.length || !(narrowed() || bench.review.on()))
      .map(([section, some]) => {
        const heading = `${me}-h-${section.section}`;
        return h(
          "div",
          { role: "group", "aria-labelledby": heading, class: "kc-group" },
          h("div", { class: "kc-heading", id: heading, role: "presentation" }, section.title),
          some.map(entry),
        );
      });
    list.replaceChildren(...groups);
    drawMatching();
    list.scrollTop = top;
    markChosen();
  }

  function drawMatching() {
    const { listed, whole, narrowed: isNarrowed } = tally();
    const waiting = bench.review.on() ? ` that wait for a ${bench.review.capacity()} sign-off` : "";
    matching.hidden = !isNarrowed;
    matching.replaceChildren(
      h("span", {}, `${listed} of ${counted(whole, "statement")}${waiting} match${listed === 1 ? "es" : ""}. `),
      button("Clear the filter", clear, { class: "kc-quiet" }),
    );
    if (listed) {
      list.setAttribute("role", "listbox");
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
    if (old) old.replaceWith(entry(one));
  }

  function markChosen() {
    for (const one of list.querySelectorAll("[aria-selected=true]")) one.setAttribute("aria-selected", "false");
    const found = state.chosen && document.getElementById(id(state.chosen));
    if (!found) {
      list.removeAttribute("aria-activedescendant");
      return;
    }
    found.setAttribute("aria-selected", "true");
    list.setAttribute("aria-activedescendant", found.id);
    const box = found.getBoundingClientRect();
    const frame = list.getBoundingClientRect();
    if (box.top < frame.top || box.bottom > frame.bottom) {
      list.scrollTop += box.top - frame.top - frame.height / 3;
    }
  }

  // How far below the upper end of the list the chosen statement stands; null where it is not listed.
  function placeOfChosen() {
    const found = state.chosen && document.getElementById(id(state.chosen));
    return found ? found.getBoundingClientRect().top - list.getBoundingClientRect().top : null;
  }

  function step(by) {
    const keys = shown();
    const at = keys.indexOf(state.chosen);
    const next = at < 0 ? 0 : Math.min(keys.length - 1, Math.max(0, at + by));
    if (keys.length && next !== at) bench.choose(keys[next]);
  }

  function key(event) {
    const by = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10, Home: -1e6, End: 1e6 }[event.key];
    if (by && !event.altKey) {
      event.preventDefault();
      step(by);
    }
    if (event.key === "Enter") {
      event.preventDefault();
      bench.show("statement");
      bench.words.focus();
    }
  }

  return { find: h("div", { class: "kc-find" }, search, filterBox), matching, list, draw, mend, markChosen, step, shown, tally, narrowedBy, narrow, placeOfChosen };
}
