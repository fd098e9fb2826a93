// Typing where the page is read. The fields of a statement are folded away, and the words of the one
// that is opened stand in a box in its place: the same field as among the others (words.js), so that
// what holds for it there holds here. Its source is typed: no link, emphasis or citation can be lost.

import { controlsOf, noBreak } from "./controls.js";
import { button, counted, differs, h, redline } from "./elements.js";
import { discussionOf } from "./discussion.js";

export function readingOf(bench) {
  const { state, root } = bench;
  const box = h("div", { class: "kc-typing", role: "group", "aria-label": "Type where it is read" });
  let on = false; // whether the fields are folded away
  let opened = ""; // what is typed in: a statement, heading:…, title:…
  let was = ""; // what its cell said when it was opened
  let heading = null; // what the kernel said of the heading that is opened
  const controls = controlsOf(bench, { row: () => heading.row, prefix: "here-" });
  const changes = h("div", { class: "kc-changes" });
  const talk = h("summary", { "data-field": "talk" });
  const said = h("details", { class: "kc-said" }, talk);
  const saveButton = button("Save", save, { class: "kc-primary", title: "Ctrl+Enter", "data-field": "here save" });
  const backButton = button("Put back", putBack, { title: "Esc", "data-field": "here back" });
  const tools = h(
    "div",
    { class: "kc-tools" },
    saveButton,
    backButton,
    button("All fields", unfold, { "data-field": "here fields" }),
    h("span", { class: "kc-hint" }, "Ctrl+Enter saves, Esc puts back."),
  );

  const isHeading = (key = opened) => key.includes(":");
  const cellOf = () => (isHeading() ? [heading.row, heading.column] : [opened, "text"]);
  const now = () => bench.rows.cell(...cellOf());
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

  // Type in a sentence, a heading or the title: behind the words that are read `before`, else at the end.
  function open(key, before = null) {
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
    } else if (before === null) bench.words.focusEnd();
    else bench.words.focusAt(behind(before));
    if (!isHeading(key) && !bench.words.editable()) box.querySelector("button, textarea")?.focus();
  }

  // A heading as it is known before the kernel has said more of it.
  function headingOf(key) {
    const [kind, name] = [key.slice(0, key.indexOf(":")), key.slice(key.indexOf(":") + 1)];
    const isTitle = kind === "title";
    return {
      statement: key,
      row: isTitle ? `documents:${name}` : `sections:${state.page.document}/${name}`,
      column: kind,
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
    if (opened && !isHeading() && now() !== was) bench.preview.leave(opened, now());
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
    if (now() !== was) {
      const [row, column] = cellOf();
      bench.tell("put_back", { statement: row, column, words: was }, { expects: new Map([[row, { [column]: was }]]) });
      bench.rows.asExpected(row, column);
      bench.say("Put back as it was. Ctrl+Z brings what you typed.");
    }
    close();
  }

  // What the kernel did to the words otherwise than as they were typed, or saved, is what Escape goes
  // back to.
  function told(rows) {
    const [row, column] = opened ? cellOf() : [];
    const cell = rows?.[row]?.[column];
    if (cell !== undefined) was = cell;
  }

  // What a save did to what is looked at, for the place where it stands.
  function noteSaved(rows) {
    const key = isHeading() ? opened : state.chosen;
    const name = isHeading() ? heading.row : `statements:${state.page.document}/${key}`;
    const row = rows.find((one) => `${one.table}:${one.key}` === name);
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
    const control = h("textarea", { rows: 1, onkeydown: noBreak, spellcheck: "true", lang: state.page.language, dir: "auto", class: "kc-plain" });
    const name = heading.column === "title" ? "Title of the page" : "Heading";
    bench.fields.redraw(box, controls.field(heading.column, name, control), changes, tools, talkPart(bench.headingTalk.element));
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

  const showTalk = () => {
    said.open = true;
  };
  return {
    box, fold, open, close, follow, unfold, rename, save, noteSaved, told, putBack, take, parts, refresh, refreshHeading, showTalk, focus,
    on: () => on,
    opened: () => opened,
    heading: () => (opened && isHeading() ? opened : ""),
    headingRow: () => heading?.row || "",
  };
}
