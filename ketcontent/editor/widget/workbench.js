// The workbench in the browser. The kernel holds the page: this shows what it says, and says what
// the editor did. Every word that comes from a table becomes a text node.

import { h, unseen, counted, options, redline, differs } from "./elements.js";
import { SEVERITIES, KINDS, CERTAINTIES, FORMS, ROLES, CAPACITIES, SIGNED, FILTERS, SHORTCUTS, worst, column } from "./names.js";
import { grown } from "./reader.js";

const PAUSE_JUDGE = 60; // ms after a key until the kernel is asked what is wrong with the sentence
const PAUSE_LOOK = 450; // ms until the rest is asked for: section, redlines, what reads the page
const PATIENCE = 10000; // ms until a question counts as unanswered

export function render({ model, el }) {
  const me = Math.random().toString(36).slice(2, 10);
  const place = model.get("place");
  const waiting = new Map();
  const timers = {};
  let asked = 0;
  let state = { page: {}, choices: {}, listing: [], detail: null, preview: null, status: {} };
  let reviewing = false;
  let capacity = "clinical";
  let person = "";
  let filter = "all";
  let words = "";
  let burst = { statement: "", number: 0, at: 0 };
  let opened = false;
  let saying = [];

  // --- talking -------------------------------------------------------------------------------

  function ask(verb, given = {}) {
    const id = `${me}-${++asked}`;
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        waiting.delete(id);
        lose(true);
        resolve(null);
      }, PATIENCE);
      waiting.set(id, { resolve, timer });
      try {
        model.send({ id, do: verb, ...given });
      } catch {
        clearTimeout(timer);
        waiting.delete(id);
        lose(true);
        resolve(null);
      }
    });
  }

  function hear(answer) {
    const mine = waiting.get(answer.id);
    if (!mine) {
      // Another view of the same page did something: look again when it rests.
      if (opened && !String(answer.id).startsWith(me)) later("refresh", 300, () => tell("choose"));
      return;
    }
    clearTimeout(mine.timer);
    waiting.delete(answer.id);
    lose(false);
    mine.resolve(answer);
  }

  function later(name, pause, act) {
    clearTimeout(timers[name]);
    timers[name] = setTimeout(act, pause);
  }

  // Ask, then show what the answer holds; an answer without an error is returned.
  async function tell(verb, given = {}) {
    flush();
    if (verb === "choose" && !given.statement) {
      if (!state.detail) return null;
      given = { ...given, statement: state.detail.statement };
    }
    const answer = await ask(verb, given);
    if (!answer) return null;
    show(answer);
    return answer.error ? null : answer;
  }

  function lose(lost) {
    lostBox.hidden = !lost;
    if (lost) say("No answer from the kernel. What you type is kept in this browser.");
  }

  // What is said within a moment is one announcement: the second would silence the first.
  function say(text) {
    if (!text) return;
    saying = [...saying, text];
    live.textContent = "";
    later("say", 50, () => {
      live.textContent = saying.join(" ");
      saying = [];
    });
  }

  // --- words that no kernel has yet ----------------------------------------------------------

  function kept() {
    const found = [];
    try {
      for (let n = 0; n < localStorage.length; n++) {
        const name = localStorage.key(n);
        if (name.startsWith(`${place}:`)) found.push({ name, ...JSON.parse(localStorage[name]) });
      }
    } catch {
      return []; // a browser that keeps nothing: the draft file does
    }
    return found.sort((one, other) => one.at - other.at);
  }

  function keep(statement, text) {
    try {
      const base = state.detail.row.text;
      const name = `${place}:${me}:${statement}`;
      const first = localStorage[name] ? JSON.parse(localStorage[name]).base : base;
      localStorage[name] = JSON.stringify({ statement, text, base: first, at: Date.now() });
    } catch {
      return;
    }
  }

  function drop(name, text) {
    try {
      if (text === undefined || JSON.parse(localStorage[name]).text === text) {
        localStorage.removeItem(name);
      }
    } catch {
      return;
    }
  }

  // --- the frame -----------------------------------------------------------------------------

  const button = (text, act, given = {}) =>
    h("button", { type: "button", onclick: act, ...given }, text);
  const live = h("div", { class: "kc-unseen", role: "status", "aria-live": "polite" });
  const title = h("strong", { class: "kc-title" });
  const counts = h("span", { class: "kc-counts" });
  const saveButton = button("Save", () => save(), { class: "kc-primary", title: "Ctrl+S" });
  const undoButton = button("Undo", () => tell("undo"), { title: "Ctrl+Z" });
  const redoButton = button("Redo", () => tell("redo"), { title: "Ctrl+Shift+Z" });
  const modeButton = button("Review", () => setReviewing(!reviewing), {
    "aria-pressed": "false",
    title: "Alt+R",
  });
  const helpButton = button("Shortcuts", () => toggleHelp(), {
    "aria-expanded": "false",
    title: "Alt+H",
  });
  const editTools = h(
    "div",
    { class: "kc-tools", role: "group", "aria-label": "Change the statement" },
    button("Add", () => add(), { title: "Add a statement after this one (Alt+Enter)" }),
    button("Split", () => split(), { title: "Split at the cursor (Alt+S)" }),
    button("Join", () => tell("join", here()), { title: "Join with the next (Alt+J)" }),
    button("Up", () => move("up"), { title: "Move up (Alt+Shift+↑)" }),
    button("Down", () => move("down"), { title: "Move down (Alt+Shift+↓)" }),
    button("Cut", () => cut(), { title: "Take off the page (Alt+Delete)" }),
  );
  const bar = h(
    "div",
    { class: "kc-bar", role: "group", "aria-label": "Workbench" },
    h("div", { class: "kc-name" }, title, counts),
    editTools,
    h(
      "div",
      { class: "kc-tools" },
      undoButton,
      redoButton,
      modeButton,
      helpButton,
      saveButton,
    ),
  );
  const lostBox = h(
    "div",
    { class: "kc-note kc-bad", hidden: true },
    "No answer from the kernel. What you type is kept in this browser. When the kernel runs again, ",
    "run the notebook's cells: your words will be there.",
  );
  const noteBox = h("div", { class: "kc-notes" });
  const conflictBox = h("div", { class: "kc-notes" });
  const helpBox = h(
    "div",
    { class: "kc-note kc-help", hidden: true },
    h("strong", {}, "Shortcuts"),
    h(
      "dl",
      {},
      SHORTCUTS.map(([keys, what]) => h("div", {}, h("dt", {}, h("kbd", {}, keys)), h("dd", {}, what))),
    ),
  );

  const search = h("input", {
    type: "search",
    class: "kc-search",
    placeholder: "Find words",
    "aria-label": "Find statements by their words",
    oninput: () => {
      words = search.value.toLowerCase();
      later("filter", 80, drawList);
    },
  });
  const filterBox = h(
    "select",
    {
      "aria-label": "Which statements to list",
      onchange: () => {
        filter = filterBox.value;
        drawList();
      },
    },
    options(Object.entries(FILTERS).map(([key, [name]]) => [key, name]), "all"),
  );
  const list = h("div", {
    class: "kc-list",
    role: "listbox",
    tabindex: "0",
    "aria-label": "Statements in reading order",
    onkeydown: listKey,
  });
  const wholeBox = h("div", { class: "kc-whole" });
  // It takes room from the list, in which the chosen statement stays in sight.
  const unfold = () => {
    panes.classList.toggle("kc-unfolded", wholeBox.firstChild.open);
    markChosen();
  };
  wholeBox.addEventListener("toggle", unfold, { capture: true });
  const left = h(
    "div",
    { class: "kc-left", role: "group", "aria-label": "Statements" },
    h("div", { class: "kc-find" }, search, filterBox),
    list,
    wholeBox,
  );
  const middle = h("div", {
    class: "kc-middle",
    role: "group",
    "aria-label": "The chosen statement",
    tabindex: "0",
  });
  const right = h("div", {
    class: "kc-right",
    role: "group",
    "aria-label": "The section as a reader sees it",
    tabindex: "0",
  });
  const panes = h("div", { class: "kc-panes" }, left, middle, right);
  const root = h(
    "div",
    { class: "kc-workbench", onkeydown: keys, onfocusin: ownKeys },
    bar,
    lostBox,
    noteBox,
    conflictBox,
    helpBox,
    panes,
    live,
  );
  el.append(root);

  // --- showing -------------------------------------------------------------------------------

  function show(answer) {
    const within = root.contains(document.activeElement);
    const before = state.detail && state.detail.statement;
    for (const name of ["page", "choices", "listing", "detail", "preview", "status"]) {
      if (answer[name] !== undefined) state[name] = answer[name];
    }
    if (answer.listing) drawList();
    if (answer.whole) drawWhole(answer.whole);
    if (answer.detail) {
      mend(answer.detail.entry);
      const words = editor ? editor.value.trimEnd() : null;
      const same = answer.detail.statement === before && !answer.listing && headBox;
      if (same && words !== null && (typing() || words === answer.detail.row.text)) refreshDetail();
      else drawDetail();
      markChosen();
    }
    if (answer.faults && state.detail) {
      state.detail.faults = answer.faults;
      drawFaults();
    }
    if (answer.preview) drawPreview();
    drawStatus();
    if (answer.saved) drawSaved(answer.saved);
    if (answer.news) note(answer.news);
    if (answer.error) note(answer.error.message, answer.error.hint, "kc-bad");
    // What had the focus may be gone; the keyboard must not fall out of the workbench.
    if (within && !root.contains(document.activeElement)) middle.focus({ preventScroll: true });
  }

  function closing(box) {
    box.remove();
    middle.focus({ preventScroll: true });
  }

  function note(text, hint = "", kind = "") {
    const box = h(
      "div",
      { class: `kc-note ${kind}` },
      h("span", {}, text, hint ? h("span", { class: "kc-hint" }, ` ${hint}`) : ""),
      button("Close", () => closing(box), { class: "kc-quiet", "aria-label": "Close the message" }),
    );
    noteBox.replaceChildren(box);
    say(`${text} ${hint}`);
  }

  function drawSaved(rows) {
    const box = h(
      "div",
      { class: "kc-note kc-saved" },
      h(
        "div",
        {},
        h("strong", {}, rows.length === 1 ? "Saved 1 row." : `Saved ${rows.length} rows.`),
        h(
          "ul",
          {},
          rows.map((row) =>
            h(
              "li",
              {},
              h("code", {}, `${row.table} ${row.key}`),
              ` ${row.what}`,
              row.what === "changed"
                ? row.cells.map((cell) =>
                    h("div", { class: "kc-redline" }, h("b", {}, `${column(cell.column)}: `), redline(cell.redline)),
                  )
                : "",
            ),
          ),
        ),
      ),
      button("Close", () => closing(box), { class: "kc-quiet", "aria-label": "Close what was saved" }),
    );
    noteBox.replaceChildren(box);
    say(rows.length === 1 ? "Saved 1 row." : `Saved ${rows.length} rows.`);
  }

  function drawStatus() {
    const { unsaved = 0, undo = "", redo = "", conflicts = [], kept: safe = true } = state.status;
    title.textContent = state.page.title || "";
    const all = state.listing.flatMap((one) => one.statements).filter((one) => !one.cut);
    const sum = (n) => all.reduce((total, one) => total + one.faults[n], 0);
    const signed = all.filter((one) => ["valid", undefined].includes(worst(one))).length;
    counts.textContent =
      `In ${counted(all.length, "statement")}: ${counted(sum(0), "error")} · ${counted(sum(1), "warning")} · ` +
      `${sum(2)} advice · ` +
      `${signed} signed in full` +
      (safe ? "" : " · the draft file cannot be written");
    const rest = conflicts.length ? "Not saved" : "Saved";
    saveButton.textContent = unsaved ? `Save (${unsaved})` : rest;
    saveButton.setAttribute("aria-disabled", String(!unsaved));
    for (const [one, name, what] of [
      [undoButton, undo, "Undo"],
      [redoButton, redo, "Redo"],
    ]) {
      one.setAttribute("aria-disabled", String(!name));
      one.title = name ? `${what}: ${name}` : `Nothing to ${what.toLowerCase()}`;
    }
    drawConflicts(conflicts);
  }

  function drawConflicts(conflicts) {
    const drawn = JSON.stringify(conflicts);
    if (conflictBox.dataset.drawn === drawn) return;
    conflictBox.dataset.drawn = drawn;
    conflictBox.replaceChildren(
      ...conflicts.map((one) => {
        const settle = (choice, text = "") =>
          tell("settle", { table: one.table, key: one.key, choice, text });
        const own = h("textarea", { rows: 3, "aria-label": "Words to keep instead" });
        own.value = one.text;
        return h(
          "div",
          { class: "kc-note kc-conflict", role: "group", "aria-label": "Two wordings" },
          h("p", {}, h("strong", {}, "Somebody else changed this row: "), h("code", {}, `${one.table} ${one.key.join("/")}`)),
          one.deleted.theirs ? h("p", {}, "Theirs: the row was removed.") : "",
          one.deleted.mine ? h("p", {}, "Mine: the row was removed.") : "",
          one.cells.map((cell) =>
            h(
              "dl",
              { class: "kc-versions" },
              h("div", {}, h("dt", {}, `${column(cell.column)} when you opened it`), h("dd", {}, cell.base || "(empty)")),
              h("div", {}, h("dt", {}, "Theirs"), h("dd", { class: "kc-redline" }, redline(cell.theirs))),
              h("div", {}, h("dt", {}, "Mine"), h("dd", { class: "kc-redline" }, redline(cell.mine))),
            ),
          ),
          one.table === "statements" && !one.deleted.mine ? h("label", {}, "Or words of both: ", own) : "",
          h(
            "div",
            { class: "kc-tools" },
            button("Keep mine", () => settle("mine")),
            button("Take theirs", () => settle("theirs")),
            one.table === "statements" && !one.deleted.mine
              ? button("Keep the words above", () => settle("edit", own.value))
              : "",
          ),
        );
      }),
    );
  }

  // --- the list ------------------------------------------------------------------------------

  const listed = () => [...list.querySelectorAll("[role=option]")];

  function entry(one) {
    const marks = [];
    Object.keys(SEVERITIES).forEach((severity, n) => {
      const { name, mark } = SEVERITIES[severity];
      if (one.faults[n]) {
        marks.push(
          h(
            "span",
            { class: `kc-mark kc-${severity}`, title: `${one.faults[n]} ${name.toLowerCase()}` },
            h("span", { "aria-hidden": "true" }, mark),
            String(one.faults[n]),
            unseen(` ${name.toLowerCase()}, `),
          ),
        );
      }
    });
    if (one.certainty) marks.push(h("span", { class: "kc-mark" }, one.certainty, unseen(" certainty, ")));
    const signed = worst(one);
    if (signed) {
      const needed = Object.values(one.signoffs);
      const valid = needed.filter((each) => each === "valid").length;
      marks.push(
        h(
          "span",
          { class: `kc-mark kc-${signed}`, title: SIGNED[signed].name },
          h("span", { "aria-hidden": "true" }, `${SIGNED[signed].mark} `),
          `${valid}/${needed.length}`,
          unseen(` ${SIGNED[signed].name}`),
        ),
      );
    }
    if (one.changed) marks.push(h("span", { class: "kc-mark kc-changed" }, `● ${one.changed === "new" ? "new" : "unsaved"}`));
    if (one.cut) marks.push(h("span", { class: "kc-mark" }, "cut"));
    return h(
      "div",
      {
        role: "option",
        id: `${me}-${one.statement}`,
        class: one.cut ? "kc-entry kc-off" : "kc-entry",
        "data-statement": one.statement,
        "aria-selected": "false",
        onclick: () => choose(one.statement),
      },
      h("span", { class: "kc-words" }, one.words),
      h("span", { class: "kc-marks" }, marks),
    );
  }

  function wanted(one) {
    const passes = reviewing
      ? one.signoffs[capacity] && one.signoffs[capacity] !== "valid" && !one.cut
      : FILTERS[filter][1](one);
    return passes && (!words || `${one.words} ${one.statement}`.toLowerCase().includes(words));
  }

  function drawList() {
    const top = list.scrollTop;
    const groups = state.listing
      .map((section) => [section, section.statements.filter(wanted)])
      .filter(([section, some]) => some.length || (!words && filter === "all" && !reviewing))
      .map(([section, some]) => {
        const id = `${me}-h-${section.section}`;
        return h(
          "div",
          { role: "group", "aria-labelledby": id, class: "kc-group" },
          h("div", { class: "kc-heading", id, role: "presentation" }, section.title),
          some.map(entry),
        );
      });
    list.replaceChildren(...groups);
    if (!listed().length) {
      list.removeAttribute("role");
      list.append(h("p", { class: "kc-empty" }, reviewing ? `Nothing waits for a ${capacity} sign-off.` : "No statement fits."));
    } else list.setAttribute("role", "listbox");
    list.scrollTop = top;
    markChosen();
  }

  // What belongs to no statement (balance, topics, sources, help lines). Only a look at the whole
  // page finds it, so it is as it was at the last one: when the page was opened, saved or waived.
  function drawWhole(groups) {
    const drawn = JSON.stringify(groups);
    if (wholeBox.dataset.drawn === drawn) return;
    const first = wholeBox.dataset.drawn === undefined;
    wholeBox.dataset.drawn = drawn;
    const unfolded = [...wholeBox.querySelectorAll("details[open]")].map((one) => one.dataset.field);
    const within = wholeBox.contains(document.activeElement) ? document.activeElement.dataset.field : null;
    const top = wholeBox.scrollTop;
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
    const said = sums.map(({ severity, number }) => howMany(severity, number)).join(", ") || "no faults";
    wholeBox.replaceChildren(
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
            button("Look again", lookAgain, { class: "kc-quiet", "data-field": "whole again" }),
          ),
          sums.map(({ severity, own, number }) => [
            h(
              "h2",
              { class: `kc-${severity}` },
              h("span", { class: "kc-severity" }, h("span", { "aria-hidden": "true" }, `${SEVERITIES[severity].mark} `), howMany(severity, number)),
            ),
            own.map((one) => {
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
            }),
          ]),
        ),
      ),
    );
    wholeBox.scrollTop = top;
    if (within !== null) {
      const again = wholeBox.querySelector(`[data-field="${CSS.escape(within)}"]`);
      (again || wholeBox.querySelector("summary")).focus({ preventScroll: true });
    }
    if (!first) say(`The page as a whole: ${said}.`);
  }

  const howMany = (severity, number) =>
    severity === "advice" ? `${number} advice` : counted(number, severity);

  // One finding on the whole page, with the statements it leads to.
  function finding(one, each) {
    const name = one.table === "documents" ? "this page" : `${one.table.replace("_", " ").replace(/s$/, "")} ${one.row}`;
    const place = `${one.table} ${one.row} ${one.rule}`;
    return h(
      "li",
      { class: `kc-fault kc-${each.severity}` },
      h("b", { class: "kc-place" }, name),
      each.message ? h("span", { class: "kc-message" }, one.message) : "",
      each.hint ? h("span", { class: "kc-hint" }, one.hint) : "",
      one.statements.length ? h("span", {}, "Go to") : "",
      one.statements.map((statement) =>
        button(
          statement,
          async () => {
            await choose(statement);
            say(`${statement} is chosen. Alt+2 goes to its words.`);
          },
          { class: "kc-quiet", "aria-label": `Go to ${statement}`, "data-field": `${place} ${statement}` },
        ),
      ),
      button("Waive…", (event) => waive(one, event.target), {
        class: "kc-quiet",
        "aria-label": `Waive ${one.rule} of ${one.row}`,
        "data-field": `${place} waive`,
      }),
    );
  }

  async function lookAgain() {
    if (await tell("judge")) say("The whole page was looked at.");
  }

  function focusWhole() {
    wholeBox.querySelector("details").open = true;
    wholeBox.querySelector("summary").focus();
  }

  // One entry anew, where the rest of the list stands.
  function mend(one) {
    for (const section of state.listing) {
      const place = section.statements.findIndex((each) => each.statement === one.statement);
      if (place < 0) continue;
      section.statements[place] = one;
      const old = document.getElementById(`${me}-${one.statement}`);
      if (old) old.replaceWith(entry(one));
    }
  }

  function markChosen() {
    const key = state.detail && state.detail.statement;
    for (const one of list.querySelectorAll("[aria-selected=true]")) one.setAttribute("aria-selected", "false");
    const found = key && document.getElementById(`${me}-${key}`);
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

  async function choose(statement) {
    if (!statement) return;
    await tell("choose", { statement });
  }

  function step(by) {
    const keys = listed().map((one) => one.dataset.statement);
    const at = keys.indexOf(state.detail ? state.detail.statement : "");
    const next = at < 0 ? 0 : Math.min(keys.length - 1, Math.max(0, at + by));
    if (keys.length && next !== at) return choose(keys[next]);
    return null;
  }

  function listKey(event) {
    const by = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10, Home: -1e6, End: 1e6 }[event.key];
    if (by && !event.altKey) {
      event.preventDefault();
      step(by);
    }
    if (event.key === "Enter") {
      event.preventDefault();
      focusWords();
    }
  }

  // --- the statement -------------------------------------------------------------------------

  const here = () => ({ statement: state.detail ? state.detail.statement : "" });
  let editor = null;
  let mirror = null;
  let faultList = null;
  let changeBox = null;
  let evidenceBox = null;
  let headBox = null;
  let proposed = []; // sources found or pasted, to be cited

  const typing = () => editor && document.activeElement === editor;

  function drawDetail() {
    const one = state.detail;
    const focused = document.activeElement && root.contains(document.activeElement)
      ? document.activeElement.dataset.field
      : "";
    const caret = editor && typing() ? editor.selectionStart : null;
    const scroll = middle.dataset.statement === one.statement ? middle.scrollTop : 0;
    if (middle.dataset.statement !== one.statement) proposed = [];
    middle.dataset.statement = one.statement;
    headBox = h("div", { class: "kc-head" });
    faultList = h("ul", { class: "kc-faults", id: `${me}-faults` });
    changeBox = h("div", { class: "kc-changes" });
    evidenceBox = h("div", { class: "kc-evidence" });
    const parts = reviewing
      ? [headBox, reviewPanel(), h("h3", {}, "What the judges found"), faultList, changeBox, evidenceBox]
      : [headBox, wordsPanel(), faultList, changeBox, factsPanel(), evidenceBox];
    middle.replaceChildren(...parts);
    refreshDetail();
    middle.scrollTop = scroll;
    const again = focused && middle.querySelector(`[data-field="${CSS.escape(focused)}"]`);
    if (again) {
      again.focus({ preventScroll: true });
      if (again === editor && caret !== null) editor.setSelectionRange(caret, caret);
    }
  }

  // What can change while the editor types: all but the fields themselves.
  function refreshDetail() {
    drawHead();
    drawFaults();
    drawChanges();
    if (!evidenceBox.contains(document.activeElement)) drawEvidence();
  }

  function drawHead() {
    const one = state.detail;
    headBox.replaceChildren(
      h("h2", {}, h("code", {}, one.statement)),
      h("span", { class: "kc-mark" }, one.row.kind || "kind not set"),
      one.row.certainty ? h("span", { class: "kc-mark" }, `${one.row.certainty} certainty`) : "",
      ...one.standings.map((each) =>
        h(
          "span",
          { class: `kc-mark kc-${each.state}` },
          `${SIGNED[each.state].mark} ${each.capacity}: ${each.state}`,
        ),
      ),
    );
  }

  function wordsPanel() {
    const one = state.detail;
    if (!one.row.position) {
      editor = mirror = null;
      return h(
        "div",
        {},
        h("p", {}, "This statement is off the page."),
        one.supplied
          ? [h("h3", {}, "Supplied words"), h("blockquote", {}, one.supplied)]
          : "",
        button("Bring it back", () => tell("bring_back", here())),
      );
    }
    if (one.row.notice) {
      editor = mirror = null;
      return h(
        "div",
        {},
        h("p", { class: "kc-hint" }, "The words of the notice ", h("code", {}, one.row.notice), ", written once for all places that use it."),
        h("blockquote", {}, one.reads),
      );
    }
    mirror = h("div", { class: "kc-mirror", "aria-hidden": "true" });
    editor = h("textarea", {
      class: "kc-editor",
      id: `${me}-words`,
      "data-field": "text",
      rows: 1,
      spellcheck: "true",
      lang: state.page.language,
      dir: "auto",
      "aria-describedby": `${me}-faults`,
      oninput: typed,
      onkeyup: atCaret,
      onclick: atCaret,
      onkeydown: (event) => {
        if (event.key === "Enter" && !event.altKey && !event.isComposing) event.preventDefault();
      },
    });
    editor.value = one.row.text;
    return h(
      "div",
      {},
      h("label", { class: "kc-label", for: editor.id }, "Words"),
      h("div", { class: "kc-page" }, mirror, editor),
    );
  }

  function typed() {
    if (/[\n\r]/.test(editor.value)) {
      const at = editor.selectionStart;
      editor.value = editor.value.replace(/[\n\r]/g, " ");
      editor.setSelectionRange(at, at);
    }
    const { statement } = state.detail;
    const now = Date.now();
    if (burst.statement !== statement || now - burst.at > 1500) {
      burst = { statement, number: burst.number + 1, at: now };
    }
    burst.at = now;
    keep(statement, editor.value);
    drawMirror();
    later("judge", PAUSE_JUDGE, flush);
    later("look", PAUSE_LOOK, look);
  }

  // Send what was typed and not sent yet. Anything else that is asked comes after it.
  function flush() {
    clearTimeout(timers.judge);
    if (!editor || !state.detail || editor.value.trimEnd() === state.detail.row.text) return;
    const { statement } = state.detail;
    const text = editor.value;
    const name = `${place}:${me}:${statement}`;
    state.detail.row.text = text.trimEnd();
    ask("edit", { statement, cells: { text }, burst: `${me}-${burst.number}` }).then((answer) => {
      if (!answer) return;
      if (!answer.error) drop(name, text);
      state.status = answer.status;
      const current = state.detail && state.detail.statement === statement && editor;
      if (current && editor.value === text && answer.faults) show({ faults: answer.faults });
      else drawStatus();
      if (answer.error) note(answer.error.message, answer.error.hint, "kc-bad");
    });
  }

  async function look() {
    const before = editor && editor.value;
    const answer = await ask("choose", here());
    // Words typed meanwhile have questions of their own on the way.
    if (!answer || !editor || editor.value !== before) return;
    show(answer);
  }

  function drawMirror() {
    if (!mirror) return;
    const text = editor.value;
    const spans = state.detail.faults.filter(
      (one) => one.start !== undefined && one.end <= text.length && one.end > one.start,
    );
    // Faults may lie within each other: each stretch shows the worst of those that cover it.
    const edges = [...new Set(spans.flatMap((one) => [one.start, one.end]))].sort((a, b) => a - b);
    const parts = [];
    let at = 0;
    for (const edge of edges) {
      const over = spans.filter((one) => one.start <= at && one.end >= edge);
      const worstOf = Object.keys(SEVERITIES).find((each) => over.some((one) => one.severity === each));
      const stretch = text.slice(at, edge);
      parts.push(worstOf ? h("mark", { class: `kc-under-${worstOf}` }, stretch) : stretch);
      at = edge;
    }
    parts.push(`${text.slice(at)}\u200b`);
    mirror.replaceChildren(...parts);
  }

  function drawFaults() {
    const found = state.detail.faults;
    faultList.replaceChildren(
      ...found.map((one) => {
        const { name, mark } = SEVERITIES[one.severity];
        const at = one.start !== undefined && editor ? editor.value.slice(one.start, one.end) : "";
        return h(
          "li",
          { class: `kc-fault kc-${one.severity}`, "data-start": one.start, "data-end": one.end },
          h("span", { class: "kc-severity" }, h("span", { "aria-hidden": "true" }, `${mark} `), name),
          at ? button(`“${at}”`, () => goTo(one), { class: "kc-quiet kc-at", "aria-label": `Go to “${at}”` }) : "",
          h("span", { class: "kc-message" }, one.message),
          h("span", { class: "kc-hint" }, one.hint),
          button("Waive…", (event) => waive(one, event.target), {
            class: "kc-quiet",
            "aria-label": `Waive ${one.rule}`,
          }),
        );
      }),
    );
    if (!found.length && state.detail.row.position) faultList.append(h("li", { class: "kc-fine" }, "✓ No faults in this statement."));
    drawMirror();
    const errors = found.filter((one) => one.severity === "error").length;
    const heard = found.length ? `${counted(found.length, "fault")}, ${counted(errors, "error")}.` : "No faults.";
    if (typing() && faultList.dataset.heard !== heard) later("faults", 900, () => say(heard));
    faultList.dataset.heard = heard;
  }

  function goTo(one) {
    editor.focus();
    editor.setSelectionRange(one.start, one.end);
    atCaret();
  }

  function atCaret() {
    const at = editor.selectionStart;
    for (const item of faultList.querySelectorAll("[data-start]")) {
      const inside = at >= Number(item.dataset.start) && at <= Number(item.dataset.end);
      item.classList.toggle("kc-here", inside);
    }
  }

  function nextFault() {
    if (!editor) return;
    const spans = state.detail.faults.filter((one) => one.start !== undefined);
    spans.sort((one, other) => one.start - other.start);
    const next = spans.find((one) => one.start > editor.selectionStart) || spans[0];
    if (!next) return;
    goTo(next);
    say(`${SEVERITIES[next.severity].name}: ${next.message} ${next.hint}`);
  }

  function waive(one, from) {
    const item = from.closest("li");
    if (item.querySelector("form")) {
      item.querySelector("form").remove();
      from.focus();
      return;
    }
    const reason = h("input", { required: true, "aria-label": "Why it may stand", placeholder: "Why it may stand" });
    const until = h("input", { type: "date", required: true, "aria-label": "Until which day", min: state.page.day });
    item.append(
      h(
        "form",
        {
          class: "kc-row",
          onsubmit: (event) => {
            event.preventDefault();
            const finding = { table: one.table, row: one.row, rule: one.rule, reason: reason.value, until: until.value };
            tell("waive", { finding });
          },
        },
        reason,
        until,
        h("button", { type: "submit" }, "Waive"),
      ),
    );
    reason.focus();
  }

  function field(name, text, control) {
    control.dataset.field = name;
    control.id = `${me}-${name}`;
    control.addEventListener("change", () => {
      tell("edit", { ...here(), cells: { [name]: control.value } }).then(() => tell("choose"));
    });
    return h("div", { class: `kc-field kc-f-${name}` }, h("label", { for: control.id }, text), control);
  }

  function factsPanel() {
    const { row } = state.detail;
    const { notices = [], topics = [], people = [] } = state.choices;
    if (!row.position) return h("div");
    const input = (name) => h("input", { value: row[name], autocomplete: "off" });
    const select = (names, name, empty) => h("select", {}, options(names, row[name], empty));
    const home = h("select", {
      id: `${me}-section`,
      "data-field": "section",
      onchange: () => tell("move", { ...here(), section: home.value }),
    }, options(state.listing.map((one) => [one.section, one.title]), row.section));
    const topicsInput = input("topics");
    const known = h("datalist", { id: `${me}-topics-known` }, topics.map((one) => h("option", { value: one.key }, one.question)));
    topicsInput.setAttribute("list", known.id);
    return h(
      "div",
      { class: "kc-facts" },
      field("label", "Label", input("label")),
      field("kind", "Kind", select(KINDS, "kind", "not set")),
      field("certainty", "Certainty", select(CERTAINTIES, "certainty", "not graded")),
      field("certainty_reasons", "Reasons for the grade", input("certainty_reasons")),
      field("topics", "Topics it answers", topicsInput),
      known,
      field("notice", "Notice", select(notices, "notice", "none")),
      field("form", "Shown as", select(FORMS, "form")),
      h("div", { class: "kc-field" }, h("label", { for: home.id }, "Section"), home),
      people.length ? field("author", "Writer", select(people.map((one) => [one.key, one.name]), "author", "not said")) : "",
    );
  }

  function drawChanges() {
    const { row, redlines, voids, supplied } = state.detail;
    const rows = [];
    if (voids.length) {
      rows.push(
        h(
          "div",
          { class: "kc-note kc-warn" },
          h("span", {}, "Saving this voids ", voids.length === 1 ? "a sign-off: " : `${voids.length} sign-offs: `,
            voids.map((one) => `${one.person} (${one.capacity}, ${one.signed_on})`).join(", "), "."),
        ),
      );
    }
    if (differs(redlines.saved)) {
      rows.push(h("h3", {}, "Against the saved words"), h("p", { class: "kc-redline" }, redline(redlines.saved)));
    }
    // Of a statement that is off the page, the supplied words stand above already.
    if (supplied && row.position) {
      rows.push(
        h("h3", {}, "Supplied words"),
        h("p", { class: "kc-supplied" }, supplied),
        h("h3", {}, "Against the supplied words"),
        differs(redlines.supplied)
          ? h("p", { class: "kc-redline" }, redline(redlines.supplied))
          : h("p", { class: "kc-hint" }, "The words are as supplied."),
      );
    }
    changeBox.replaceChildren(...rows);
  }

  // --- evidence ------------------------------------------------------------------------------

  const titled = (one) =>
    h(
      "span",
      { class: "kc-source" },
      h("strong", {}, one.title || one.source),
      h("span", { class: "kc-hint" }, [one.authors.split(";")[0].replace(/[{}]/g, ""), one.issued.slice(0, 4), one.container_title].filter(Boolean).join(" · ")),
      one.unconfirmed ? h("span", { class: "kc-hint" }, `not confirmed: ${one.unconfirmed}`) : "",
    );

  function drawEvidence() {
    const one = state.detail;
    if (!one.row.position) {
      evidenceBox.replaceChildren();
      return;
    }
    const cards = one.evidence.map((each) => citedCard(each));
    const parts = [
      h("h3", { tabindex: "-1", "data-field": "evidence" }, `Evidence (${one.evidence.length})`),
      ...cards,
      one.evidence.length ? "" : h("p", { class: "kc-hint" }, "No source says anything on this statement yet."),
    ];
    if (!reviewing && !one.row.notice) parts.push(finder());
    evidenceBox.replaceChildren(...parts.filter(Boolean));
  }

  function citedCard(each) {
    if (reviewing) {
      return h("div", { class: "kc-card" }, titled(each),
        h("p", {}, h("span", { class: `kc-mark kc-role-${each.role}` }, each.role || "no finding"), ` ${each.finding}`, each.locator ? ` (${each.locator})` : ""));
    }
    const form = evidenceForm(each, each.role ? "Change" : "Say what it found");
    return h(
      "div",
      { class: "kc-card" },
      titled(each),
      h("code", {}, `@${each.source}`),
      each.cited ? "" : h("span", { class: "kc-hint" }, " not cited in the words"),
      form,
      button("Remove", () => tell("uncite", { ...here(), source: each.source }), {
        class: "kc-quiet",
        "aria-label": `Remove ${each.source}`,
      }),
    );
  }

  function evidenceForm(each, act) {
    const role = h("select", { "aria-label": `Role of ${each.source}`, "data-field": `role-${each.source}` }, options(ROLES, each.role || "supports"));
    const finding = h("input", { required: true, value: each.finding || "", "aria-label": `What ${each.source} found`, placeholder: "What it found, in a sentence", "data-field": `finding-${each.source}` });
    const locator = h("input", { value: each.locator || "", "aria-label": `Where in ${each.source}`, placeholder: "Where (page, table)", class: "kc-short" });
    return h(
      "form",
      {
        class: "kc-row",
        onsubmit: async (event) => {
          event.preventDefault();
          const cells = { source: each.source, role: role.value, finding: finding.value, locator: locator.value };
          document.activeElement.blur();
          proposed = proposed.filter((one) => one.source !== each.source);
          if (await tell("cite", { ...here(), cells })) say(`${each.source} is cited.`);
          focusEvidence();
        },
      },
      role,
      finding,
      locator,
      h("button", { type: "submit" }, act),
    );
  }

  function finder() {
    const results = h("div", { class: "kc-results" });
    const drawResults = () => {
      const known = new Set(state.detail.evidence.map((one) => one.source));
      results.replaceChildren(
        ...proposed
          .filter((one) => !known.has(one.source))
          .map((one) =>
            h("div", { class: "kc-card" }, titled(one), h("code", {}, `@${one.source}`), evidenceForm(one, "Cite")),
          ),
      );
    };
    const query = h("input", {
      type: "search",
      "data-field": "source-search",
      placeholder: "Find a source by any words: author, title, year, DOI",
      "aria-label": "Find a source",
      oninput: () => later("search", 120, async () => {
        if (!query.value.trim()) {
          proposed = [];
          drawResults();
          return;
        }
        const answer = await ask("search", { words: query.value });
        if (!answer || answer.error) return;
        proposed = answer.found;
        drawResults();
        say(`${answer.found.length} sources.`);
      }),
    });
    const pasted = h("textarea", { rows: 4, "aria-label": "CSL-JSON, RIS or BibTeX", placeholder: "CSL-JSON, RIS or BibTeX" });
    drawResults();
    return h(
      "div",
      { class: "kc-finder" },
      query,
      results,
      h(
        "details",
        {},
        h("summary", {}, "Add a source that is not there yet"),
        pasted,
        button("Add the source", async () => {
          const answer = await tell("paste", { text: pasted.value });
          if (!answer) return;
          proposed = answer.found;
          drawEvidence();
          evidenceBox.querySelector(".kc-results input")?.focus();
          note(`Added: ${answer.found.map((one) => one.source).join(", ")}. Say below what it found.`);
        }),
      ),
    );
  }

  function focusEvidence() {
    const found = evidenceBox.querySelector("[data-field=source-search]") || evidenceBox.querySelector("h3");
    if (found) found.focus();
  }

  // --- reviewing -----------------------------------------------------------------------------

  function setReviewing(on) {
    flush();
    reviewing = on;
    editor = mirror = null;
    modeButton.setAttribute("aria-pressed", String(on));
    root.classList.toggle("kc-reviewing", on);
    editTools.hidden = on;
    drawList();
    const first = listed()[0];
    const there = state.detail && document.getElementById(`${me}-${state.detail.statement}`);
    if (on && first && !there) choose(first.dataset.statement);
    else if (state.detail) drawDetail();
    say(on ? `Review. ${listed().length} statements wait for a ${capacity} sign-off.` : "Edit.");
  }

  function reviewPanel() {
    editor = mirror = null;
    const one = state.detail;
    const { people = [] } = state.choices;
    const standing = one.standings.find((each) => each.capacity === capacity);
    const who = h(
      "select",
      { id: `${me}-who`, onchange: () => (person = who.value) },
      options(people.map((each) => [each.key, [each.name, each.credential].filter(Boolean).join(", ")]), person, "choose"),
    );
    const as = h(
      "select",
      {
        id: `${me}-as`,
        "data-field": "capacity",
        onchange: () => {
          capacity = as.value;
          setReviewing(true);
        },
      },
      options(CAPACITIES, capacity),
    );
    const comment = h("textarea", { rows: 2, id: `${me}-comment`, "data-field": "comment" });
    const parts = [
      h(
        "div",
        { class: "kc-row kc-who" },
        h("label", { for: who.id }, "I am "),
        who,
        h("label", { for: as.id }, " and sign as "),
        as,
      ),
      people.length ? "" : h("p", { class: "kc-note kc-warn" }, "Nobody is named in the table of people yet, so nobody can sign."),
      h("blockquote", { class: "kc-toread", tabindex: "0" }, one.reads),
      one.row.certainty_reasons
        ? h("p", { class: "kc-hint" }, `Reasons for the grade: ${one.row.certainty_reasons}`)
        : "",
    ];
    if (standing && standing.state === "stale") {
      parts.push(
        h("h3", {}, `What changed since ${standing.name} signed on ${standing.signed_on}`),
        differs(standing.since)
          ? h("p", { class: "kc-redline" }, redline(standing.since))
          : h("p", {}, "The words are the same; the grade, the sources or the links changed."),
      );
    }
    if (standing && standing.state === "refused") {
      parts.push(h("p", { class: "kc-note kc-warn" }, `${standing.name} asked for changes on ${standing.signed_on}: ${standing.comment}`));
    }
    if (!standing) parts.push(h("p", {}, `This statement needs no ${capacity} sign-off.`));
    else if (standing.state === "valid") parts.push(h("p", {}, `✓ ${standing.name} approved these words on ${standing.signed_on}.`));
    parts.push(
      h("label", { class: "kc-label", for: comment.id }, "Comment"),
      comment,
      h(
        "div",
        { class: "kc-tools" },
        button("Approve", () => sign("approved", comment.value), { class: "kc-primary", title: "Alt+A" }),
        button("Ask for changes", () => sign("changes-requested", comment.value)),
        button("Next", () => step(1), { title: "Alt+↓" }),
      ),
    );
    return h("div", { class: "kc-review" }, parts);
  }

  async function sign(verdict, comment) {
    if (!person) {
      note("Nobody has said who signs.", "Choose your name first.", "kc-bad");
      const who = document.getElementById(`${me}-who`);
      if (who) who.focus();
      return;
    }
    const keys = listed().map((one) => one.dataset.statement);
    const at = keys.indexOf(state.detail.statement);
    const next = keys[at + 1] || keys[at - 1];
    const answer = await tell("sign", { ...here(), person, capacity, verdict, comment });
    if (!answer) return;
    note(verdict === "approved" ? `Approved: ${keys[at]}.` : `Asked for changes: ${keys[at]}.`);
    if (next) await choose(next);
    middle.focus();
  }

  // --- the section ---------------------------------------------------------------------------

  function drawPreview() {
    const { html, sources, language, section } = state.preview;
    const top = right.dataset.section === section ? right.scrollTop : 0;
    right.dataset.section = section;
    const chosen = state.detail ? state.detail.statement : "";
    right.replaceChildren(
      h("p", { class: "kc-eyebrow" }, "As a reader sees it"),
      h("div", { class: "kc-reader", lang: language, dir: "auto" }, grown(html, chosen)),
    );
    if (sources.length) {
      right.append(
        h(
          "div",
          { class: "kc-reader kc-sources" },
          h("h3", {}, "Sources"),
          sources.map((one) => h("p", {}, h("b", {}, `${one.number}. `), one.text)),
        ),
      );
    }
    right.scrollTop = top;
    for (const one of right.querySelectorAll("[data-statement]")) {
      one.addEventListener("click", () => choose(one.dataset.statement));
    }
    const now = right.querySelector(".kc-here");
    if (now) {
      const box = now.getBoundingClientRect();
      const frame = right.getBoundingClientRect();
      if (box.top < frame.top || box.bottom > frame.bottom) right.scrollTop += box.top - frame.top - 80;
    }
  }

  // --- doing ---------------------------------------------------------------------------------

  async function save() {
    await tell("save");
  }

  async function add() {
    if (await tell("add", here())) focusWords();
  }

  async function cut() {
    const key = here().statement;
    if (await tell("cut", here())) say(`${key} is cut. Undo brings it back.`);
  }

  async function move(direction) {
    if (await tell("move", { ...here(), direction })) say(`Moved ${direction}.`);
  }

  async function split() {
    if (!editor) return;
    const at = editor.selectionStart;
    await tell("split", { ...here(), at });
  }

  function focusWords() {
    const target = editor || middle.querySelector("textarea, button") || middle;
    target.focus();
  }

  function toggleHelp() {
    helpBox.hidden = !helpBox.hidden;
    helpButton.setAttribute("aria-expanded", String(!helpBox.hidden));
    if (!helpBox.hidden) say("The shortcuts are shown above the list.");
  }

  // JupyterLab would take letters as commands (x cuts the cell). It looks for this mark from what
  // has the focus upward, and stops at the first element that a binding names.
  function ownKeys(event) {
    event.target.setAttribute("data-lm-suppress-shortcuts", "true");
  }

  function keys(event) {
    const command = event.ctrlKey || event.metaKey;
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    let act = null;
    if (command && !event.altKey) {
      act = { s: save, z: event.shiftKey ? () => tell("redo") : () => tell("undo"), y: () => tell("redo") }[key];
      // In any other field the browser undoes its own typing.
      const field = event.target.closest("input, textarea");
      if (field && field !== editor && act !== save) act = null;
    } else if (event.altKey && !command) {
      // On a Mac, Alt makes other letters: the key itself counts.
      const letter = event.code.replace(/^Key|^Digit/, "").toLowerCase();
      act = {
        ArrowDown: event.shiftKey ? () => move("down") : () => step(1),
        ArrowUp: event.shiftKey ? () => move("up") : () => step(-1),
        Enter: add,
        Delete: cut,
      }[event.key] || {
        s: split,
        j: () => tell("join", here()),
        r: () => setReviewing(!reviewing),
        h: toggleHelp,
        1: () => list.focus(),
        2: focusWords,
        3: focusEvidence,
        4: () => right.focus(),
        5: focusWhole,
        a: reviewing ? () => sign("approved", commentNow()) : null,
        c: reviewing ? () => document.getElementById(`${me}-comment`)?.focus() : null,
      }[letter];
    } else if (event.key === "F8") act = nextFault;
    if (!act) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  }

  const commentNow = () => document.getElementById(`${me}-comment`)?.value || "";

  // --- start ---------------------------------------------------------------------------------

  model.on("msg:custom", hear);
  const left_ = kept();
  ask("open", { kept: left_.map(({ statement, text, base }) => ({ statement, text, base })) }).then((answer) => {
    if (!answer) return;
    opened = true;
    if (!answer.error) for (const { name } of left_) drop(name);
    show(answer);
  });

  return () => {
    flush();
    model.off("msg:custom", hear);
    for (const one of Object.values(timers)) clearTimeout(one);
    for (const { timer } of waiting.values()) clearTimeout(timer);
  };
}
