// The words of the chosen statement, in a field over a mirror that underlines what was found.

import { controlsOf, noBreak } from "./controls.js";
import { button, counted, h } from "./elements.js";
import { emphasized, linked } from "./emphasis.js";
import { SEVERITIES } from "./names.js";
import { moved, same } from "./merge.js";
import { cleaned } from "./rows.js";

const MARKS = { bold: ["Bold", "Ctrl+B"], italics: ["Italics", "Ctrl+I"], link: ["Link", "Ctrl+K"] };

export function wordsOf(bench) {
  const { me, state } = bench;
  let editor = null;
  let mirror = null;
  // The words of a notice stand in a row of their own, once for all places that show it.
  const row = () => {
    const notice = bench.rows.cell(state.chosen, "notice");
    return notice ? `notices:${notice}/${state.page.language}` : state.chosen;
  };
  const notice = controlsOf(bench, { row, prefix: "notice-" });

  const value = () => (editor ? editor.value : "");
  const caret = () => editor.selectionStart;
  // The words that are selected, and where they begin; null where none are.
  function selection() {
    const [start, end] = editor ? [editor.selectionStart, editor.selectionEnd] : [0, 0];
    return start < end ? { start, words: editor.value.slice(start, end) } : null;
  }
  const typing = () => Boolean(editor) && document.activeElement === editor;
  const editable = () => Boolean(editor);

  function panel() {
    const { row: cells, supplied } = state.detail;
    editor = mirror = null;
    notice.forget();
    if (!cells.position) {
      return h(
        "div",
        {},
        h("p", {}, "This statement is off the page."),
        supplied ? [h("h3", {}, "Supplied words"), h("blockquote", {}, supplied)] : "",
        button("Bring it back", () => bench.structure.bringBack()),
      );
    }
    if (cells.notice) return noticePanel(cells.notice);
    mirror = h("div", { class: "kc-mirror", "aria-hidden": "true" });
    editor = h("textarea", {
      class: "kc-editor",
      id: `${me}-words`,
      "data-field": "text",
      "data-sent": "",
      rows: 1,
      spellcheck: "true",
      lang: state.page.language,
      dir: "auto",
      "aria-describedby": `${me}-faults`,
      oninput: typed,
      onkeyup: atCaret,
      onclick: atCaret,
      onkeydown: noBreak,
      onpaste: bench.pasting.onPaste,
    });
    editor.value = bench.rows.cell(state.chosen, "text");
    return h(
      "div",
      {},
      h(
        "div",
        { class: "kc-words-head" },
        h("label", { class: "kc-label", for: editor.id }, "Words"),
        Object.entries(MARKS).map(([kind, [name, key]]) => button(name, () => mark(kind), { class: "kc-quiet", title: key, "data-field": `mark ${kind}` })),
      ),
      h("div", { class: "kc-page" }, mirror, editor),
    );
  }

  function noticePanel(name) {
    const given = { rows: 1, onkeydown: noBreak, spellcheck: "true", lang: state.page.language, dir: "auto", class: "kc-plain" };
    const { places = 1 } = state.detail.notice || {};
    const others = places > 1 ? ` and ${counted(places - 1, "other place")} that show it` : "";
    const hint = `Written once, as the notice “${name}”: what you type here changes this place${others}.`;
    const way = button("All about the notice", () => bench.form.open(row(), "needs"), { "data-field": "notice form", class: "kc-quiet" });
    return h("div", {}, notice.field("text", "Words of the notice", h("textarea", given), hint), way);
  }

  function typed() {
    const clean = cleaned(editor.value);
    if (clean !== editor.value) {
      const at = editor.selectionStart;
      editor.value = clean;
      editor.setSelectionRange(at, at);
    }
    bench.typed(state.chosen, "text", editor.value);
    drawMirror();
  }

  // Show the words as an answer has left them, the caret where it was in them.
  function refresh(theirsFirst = false) {
    notice.refresh();
    if (!editor) return;
    const text = bench.rows.cell(state.chosen, "text");
    if (same(text, editor.value)) return;
    const [start, end] = [editor.selectionStart, editor.selectionEnd].map((at) =>
      moved(at, editor.value, text, theirsFirst),
    );
    const isTyping = typing();
    editor.value = text;
    if (isTyping) editor.setSelectionRange(start, end);
    drawMirror();
  }

  function drawMirror() {
    if (!mirror) return;
    const text = editor.value;
    const spans = state.detail.faults
      .flatMap((one) => (one.marks || []).map(([start, end]) => ({ start, end, severity: one.severity })))
      .filter((one) => one.end <= text.length && one.end > one.start);
    // Faults may lie within each other: each stretch shows the worst of those that cover it.
    const edges = [...new Set(spans.flatMap((one) => [one.start, one.end]))].sort((a, b) => a - b);
    const parts = [];
    let at = 0;
    for (const edge of edges) {
      const over = spans.filter((one) => one.start <= at && one.end >= edge);
      const worst = Object.keys(SEVERITIES).find((each) => over.some((one) => one.severity === each));
      const stretch = text.slice(at, edge);
      parts.push(worst ? h("mark", { class: `kc-under-${worst}` }, stretch) : stretch);
      at = edge;
    }
    parts.push(`${text.slice(at)}\u200b`);
    mirror.replaceChildren(...parts);
  }

  function goTo(one) {
    editor.focus();
    editor.setSelectionRange(one.start, one.end);
    atCaret();
  }

  // Put words in the place of those that a finding points at, as if they were typed.
  function replace(one, words) {
    editor.focus();
    editor.setRangeText(words, one.start, one.end, "end");
    typed();
  }

  // Mark the words that are selected, or take the mark away: a step of its own to undo.
  function mark(kind) {
    if (!editor) return;
    const given = [editor.value, editor.selectionStart, editor.selectionEnd];
    const marked = kind === "link" ? linked(...given) : emphasized(...given, kind);
    editor.focus();
    if (!marked) {
      bench.note("No words were marked.", "Select those that are meant, with both ends of what is marked already or with none.", "kc-bad");
      return;
    }
    bench.inOneStep(() => {
      editor.value = marked.text;
      editor.setSelectionRange(marked.start, marked.end);
      typed();
    });
  }

  const atCaret = () => bench.findings.markCaret(editor.selectionStart);

  function focus() {
    if (bench.reading.on()) {
      bench.reading.open(state.chosen);
      if (bench.reading.on()) return;
    }
    (editor || bench.middle.querySelector("textarea, button") || bench.middle).focus();
  }

  function focusEnd() {
    if (!editor) notice.focus("text");
    if (!editor) return;
    editor.focus();
    editor.setSelectionRange(editor.value.length, editor.value.length);
  }

  function focusAt(at) {
    if (!editor) return;
    editor.focus({ preventScroll: true });
    editor.setSelectionRange(at, at);
  }

  function off() {
    editor = mirror = null;
    notice.forget();
  }

  return { panel, row, value, caret, selection, typing, editable, refresh, drawMirror, goTo, replace, mark, focus, focusEnd, focusAt, off };
}
