// Typing where the page is read. The fields of a statement are folded away, and the words of the one
// that is opened stand in a box in its place: the same field as among the others (words.js), so that
// what holds for it there holds here. Its source is typed: no link, emphasis or citation can be lost.

import { controlsOf, noBreak } from "./controls.js";
import { discussionOf } from "./discussion.js";
import { button, counted, differs, h, redline } from "./elements.js";
import { TABLES, column as nameOf } from "./names.js";

export function readingOf(bench) {
  const { state, root } = bench;
  const box = h("div", { class: "kc-typing", role: "group", "aria-label": "Type where it is read" });
  let on = false; // whether the fields are folded away
  let opened = ""; // what is typed in: a statement, heading:…, title:…, cell:<row>:<column>
  let was = []; // what its cells said when it was opened
  let heading = null; // what the kernel said of the heading that is opened
  const controls = controlsOf(bench, { row: () => heading.row, prefix: "here-" });
  const changes = h("div", { class: "kc-changes" });
  const talk = h("summary", { "data-field": "talk" });
  const said = h("details", { class: "kc-said" }, talk);
  const saveButton = button("Save", save, { class: "kc-primary", title: "Ctrl+Enter", "data-field": "here save" });
  const backButton = button("Put back", putBack, { title: "Esc", "data-field": "here back" });
  const how = h("span", { class: "kc-hint" });
  const tools = h(
    "div",
    { class: "kc-tools" },
    saveButton,
    backButton,
    button("All fields", unfold, { "data-field": "here fields" }),
    how,
  );

  const isHeading = (key = opened) => key.includes(":");
  const isCell = () => opened.startsWith("cell:");
  // What is typed in: the words of a notice stand once, for all that show them.
  const cellsOf = () => {
    if (isHeading()) return [[heading.row, heading.column]];
    return [[bench.words.row(), "text"], [opened, "label"]];
  };
  const now = () => cellsOf().map((one) => bench.rows.cell(...one));
  const differ = () => now().some((one, at) => one !== was[at]);
  const about = () => ({ ...heading, key: heading.statement, canType: !heading.pending, selection });
  bench.headingTalk = discussionOf(bench, about);

  function selection() {
    const control = box.querySelector("textarea");
    const [start, end] = control ? [control.selectionStart, control.selectionEnd] : [0, 0];
    return start < end ? { start, words: control.value.slice(start, end) } : null;
  }

  // --- opening and closing -------------------------------------------------------------------

  // Fold the fields away, or show them again.
  function fold(turnOn) {
    if (on === turnOn) return;
    const within = box.contains(document.activeElement);
    settle();
    on = turnOn;
    root.classList.toggle("kc-reading", on);
    opened = "";
    redraw();
    if (on || within) bench.show("section");
    if (within) bench.preview.focus();
  }

  // Type in a sentence, a heading, the title or another cell: behind the words that are read `before`,
  // else at the end, or in the label of a sentence.
  function open(key, before = null, column = "text") {
    bench.form.close(false);
    if (state.preview?.locked) {
      fold(false); // its fields are another place
      return;
    }
    if (key !== opened) settle();
    if (!isHeading(key) && key !== state.chosen) bench.choose(key);
    on = true;
    root.classList.add("kc-reading");
    bench.show("section");
    if (key !== opened) {
      opened = key;
      heading = isHeading(key) ? headingOf(key) : null;
      state.saved = null;
      was = now();
    }
    redraw();
    if (isHeading(key)) {
      controls.focus(heading.column);
      bench.tell("heading", { statement: key }).then((answer) => answer || (opened === key && close()));
    } else if (column === "label") box.querySelector("[data-field=label]")?.focus();
    else if (before === null) bench.words.focusEnd();
    else bench.words.focusAt(behind(before));
    if (!isHeading(key) && !bench.words.editable()) (box.querySelector("textarea") || box.querySelector("button"))?.focus();
  }

  // A heading as it is known before the kernel has said more of it.
  function headingOf(key) {
    const [, kind, name] = key.match(/^(heading|title|cell):(.*)$/);
    const row = { title: `documents:${name}`, heading: `sections:${state.page.document}/${name}`, cell: name.replace(/:[a-z_]+$/, "") }[kind];
    return {
      statement: key,
      row,
      column: kind === "cell" ? name.slice(row.length + 1) : kind,
      redline: [],
      faults: [],
      voids: [],
      proposals: [],
      comments: [],
      pending: true,
    };
  }

  // Where in the source the words end that are read before a place.
  function behind(before) {
    const source = bench.words.value();
    const trimmed = before.trimStart();
    if (source.startsWith(trimmed)) return trimmed.length;
    const tail = trimmed.slice(-12);
    const at = source.indexOf(tail, Math.max(0, trimmed.length - tail.length - 2));
    return tail && at >= 0 ? at + tail.length : source.length;
  }

  // The page goes on to be drawn without what was typed last, until an answer comes.
  function settle() {
    if (opened && !isHeading() && differ()) bench.preview.leave(opened, now()[0]);
  }

  // The statement that is chosen has become another: the box goes with it.
  function follow() {
    if (!opened || isHeading() || opened === state.chosen) return;
    settle();
    opened = state.chosen;
    was = now();
  }

  function close(andFocus = true) {
    if (!opened) return;
    const key = opened;
    settle();
    opened = "";
    redraw();
    if (andFocus) bench.preview.focusOn(key);
  }

  function unfold() {
    if (isHeading()) {
      const { row, column } = heading;
      fold(false);
      bench.form.open(row, column);
      return;
    }
    const at = bench.words.typing() ? bench.words.caret() : null;
    fold(false);
    bench.show("statement");
    if (at === null) bench.words.focusEnd();
    else bench.words.focusAt(at);
  }

  function redraw() {
    if (isHeading()) drawHeading();
    if (state.detail) bench.detail.draw();
    if (state.preview) bench.preview.draw();
  }

  function rename(old, key) {
    if (opened === old) opened = key;
  }

  // --- doing ---------------------------------------------------------------------------------

  // Save, and show what that did where the words stand. What is typed meanwhile keeps the box open.
  async function save() {
    const key = opened;
    const saving = bench.tell("save");
    const acted = bench.acted();
    if ((await saving) && key && opened === key && acted === bench.acted() && !state.status.conflicts.length) close();
  }

  // The words as they were when the box was opened, or last saved. An undo brings back what was typed.
  function putBack() {
    const isOther = differ();
    for (const [at, [row, column]] of cellsOf().entries()) {
      if (now()[at] === was[at]) continue;
      bench.tell("put_back", { statement: row, column, words: was[at] }, { expects: new Map([[row, { [column]: was[at] }]]) });
      bench.rows.asExpected(row, column);
    }
    if (isOther) bench.say("Put back as it was. Ctrl+Z brings what you typed.");
    close();
  }

  // What the kernel did to the words otherwise than as they were typed, or saved, is what Escape goes
  // back to.
  function told(rows) {
    for (const [at, [row, column]] of opened ? cellsOf().entries() : []) was[at] = rows?.[row]?.[column] ?? was[at];
  }

  // What a save did to what is looked at, for the place where it stands.
  function noteSaved(rows) {
    const key = isHeading() ? opened : state.chosen;
    const names = isHeading() ? [heading.row] : [bench.words.row(), `statements:${state.page.document}/${key}`];
    const row = rows.find((one) => names.includes(`${one.table}:${one.key}`));
    const words = row?.cells.find((one) => ["text", "heading", "title"].includes(one.column)) || row?.cells[0];
    state.saved = row && words ? { key, rows: rows.length, redline: words.redline } : null;
    if (opened) was = now();
  }

  // --- a heading, or the title ---------------------------------------------------------------

  function take(told) {
    if (told.statement !== opened) return;
    heading = told;
    refreshHeading();
  }

  function drawHeading() {
    controls.forget();
    const control = h("textarea", { rows: 1, onkeydown: noBreak, spellcheck: "true", lang: state.page.language, dir: "auto", class: isCell() ? "kc-plain" : "kc-plain kc-heading-words" });
    const [table, key] = heading.row.split(/[:/]/);
    const name = isCell() ? `${nameOf(heading.column)} of the ${TABLES[table]} ${key}` : heading.column === "title" ? "Title of the page" : "Heading";
    bench.fields.redraw(box, controls.field(heading.column, name, control), changes, tools, isCell() ? "" : talkPart(bench.headingTalk.element));
    refreshHeading();
  }

  function refreshHeading() {
    controls.refresh();
    const voids = heading.voids.length ? h("p", { class: "kc-note kc-warn" }, `Saving voids ${counted(heading.voids.length, "sign-off")}: ${[...new Set(heading.voids.map((one) => one.name))].join(", ")}.`) : "";
    const found = heading.faults.map((one) => h("p", { class: `kc-fault kc-${one.severity}` }, `${one.message} `, h("span", { class: "kc-hint" }, one.hint)));
    changes.replaceChildren(...[voids, ...found, differs(heading.redline) ? h("p", { class: "kc-redline" }, redline(heading.redline)) : ""].filter(Boolean));
    bench.headingTalk.draw();
    refresh();
  }

  // --- what stands in the box beside the words -----------------------------------------------

  function talkPart(element) {
    said.replaceChildren(talk, element);
    return said;
  }

  function refresh() {
    const { proposals = [], comments = [] } = (isHeading() ? heading : state.detail) || {};
    const open = comments.filter((one) => !one.resolved).length;
    const { unsaved = 0 } = state.status;
    saveButton.textContent = unsaved > 1 ? `Save all ${unsaved} changes` : "Save";
    how.textContent = `Ctrl+Enter saves${unsaved > 1 ? " all" : ""}, Esc puts back what is typed here.`;
    talk.textContent = proposals.length || open ? `${counted(proposals.length, "proposal")}, ${counted(open, "comment")}` : "Propose or comment";
    if (!opened) said.open = false;
  }

  // What the pane of a statement has, in a box where it is read.
  const parts = (words, findings, changed) => [words, findings, changed, tools, talkPart(bench.discussion.element)];

  const focus = () => {
    const part = opened && (box.querySelector("textarea") || box.querySelector("button"));
    if (part) part.focus({ preventScroll: true });
    else bench.preview.focus();
  };

  // Where one types, for a reload of the page; and back to that.
  const place = () => (on ? { opened, was } : null);
  function comeBack(to) {
    if (!to) return;
    fold(true);
    const isThere = to.opened.includes(":") ? bench.rows.isThere(headingOf(to.opened).row) : to.opened === state.chosen;
    if (!to.opened || !isThere) return;
    open(to.opened);
    if (opened) was = to.was;
  }

  const showTalk = () => {
    said.open = true;
  };
  return {
    box, fold, open, close, follow, unfold, rename, save, noteSaved, told, putBack, take, parts, refresh, refreshHeading, showTalk, focus, place, comeBack,
    on: () => on,
    opened: () => opened,
    differs: () => Boolean(opened) && differ(),
    heading: () => (opened && isHeading() ? opened : ""),
    headingRow: () => heading?.row || "",
  };
}
