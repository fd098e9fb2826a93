// The chosen statement: its words, what was found in them, its facts, what changed, its evidence.

import { controlsOf, noBreak } from "./controls.js";
import { above, button, h, differs, options, redline } from "./elements.js";
import { ANSWERS, CERTAINTIES, COLUMNS, FORMS, GRADE_REASONS, KINDS, SIGNED } from "./names.js";

const NAMED = 4; // sign-offs that a save voids, each named

export function detailOf(bench) {
  const { state, me, middle } = bench;
  const head = h("div", { class: "kc-head" });
  const changes = h("div", { class: "kc-changes" });
  const answer = h("div", { class: "kc-answer" });
  const controls = controlsOf(bench, { row: () => state.chosen });
  let home = null; // the menu of sections
  let drawn = ""; // which statement is drawn, and how
  let wasReviewing = false;
  let labelling = ""; // the statement that is given a label where it is read

  const onPage = () => state.listing.filter((one) => !one.cut);

  // The menu says where the statement stands, whatever became of the question.
  async function moveTo(section) {
    await bench.structure.act("move", { ...bench.here(), section });
    refresh();
  }

  // What makes another drawing necessary; all else is brought up to date in its place.
  const shape = () => {
    const { row, pending, reads, standings, supplied } = state.detail;
    const place = [bench.reading.on(), bench.reading.opened()];
    const sections = onPage().map((one) => one.section).join();
    const reviewed = bench.review.on() && [bench.review.capacity(), bench.signer.person(), state.status.key, state.detail.faults.length, pending, reads, standings, row.certainty_reasons, row.grade_reasons];
    return JSON.stringify([place, state.chosen, reviewed, Boolean(row.position), row.position ? state.detail.notice?.places : supplied, row.notice, sections]);
  };

  function draw() {
    middle.setAttribute("aria-busy", String(Boolean(state.detail.pending)));
    bench.reading.follow();
    if (drawn === shape()) refresh();
    else redraw();
  }

  function redraw() {
    const other = middle.dataset.statement !== state.chosen;
    const wasTyping = bench.words.typing();
    const at = wasTyping && !other ? bench.words.caret() : null;
    if (other) bench.evidence.forget();
    middle.dataset.statement = state.chosen;
    drawn = shape();
    controls.forget();
    home = null;
    const { element: findings } = bench.findings;
    const decision = bench.supplier.chosen;
    if (bench.reading.on()) {
      middle.replaceChildren();
      redrawWhereRead(findings, wasTyping, at);
      return;
    }
    const parts = bench.review.on()
      ? [head, decision, bench.review.panel(), h("h3", {}, "What was found"), findings, changes, bench.discussion.element, bench.evidence.element]
      : [head, decision, bench.words.panel(), bench.pasting.element, findings, changes, bench.discussion.element, answerPanel(), factsPanel(), bench.evidence.element];
    bench.fields.redraw(middle, parts);
    // Of another statement, or as another who reads it: the beginning, where the panel of the review is.
    if (other || wasReviewing !== bench.review.on()) middle.scrollTop = 0;
    wasReviewing = bench.review.on();
    if (wasTyping && at === null) bench.words.focusEnd();
    refresh();
  }

  // The words stand where they are read, where they are opened there, and the fields are folded away.
  function redrawWhereRead(findings, wasTyping, at) {
    const { reading } = bench;
    if (!reading.opened() || reading.heading()) bench.words.off();
    else bench.fields.redraw(reading.box, reading.parts([labelPart(), bench.words.panel(), bench.pasting.element], findings, [bench.supplier.chosen, changes]));
    if (bench.state.preview) bench.preview.draw();
    if (wasTyping && at === null) bench.words.focusEnd();
    else if (wasTyping && !bench.words.typing()) bench.words.focusAt(at);
    refresh();
  }

  // What can change while the editor types: all but the fields themselves, and those as an answer
  // has left them.
  function refresh() {
    bench.words.refresh();
    controls.refresh();
    if (home && state.detail.row.section) home.value = state.detail.row.section;
    answer.hidden = !state.detail.supplied && !value("answer") && !value("answered_by") && !value("answer_reason");
    drawHead();
    bench.supplier.drawChosen();
    bench.pasting.draw();
    bench.findings.draw();
    drawChanges();
    bench.discussion.draw();
    bench.evidence.draw();
    bench.reading.refresh();
  }

  function drawHead() {
    const { row, standings } = state.detail;
    head.replaceChildren(
      h("h2", {}, h("code", {}, bench.rows.isNew(state.chosen) ? "new statement" : state.chosen)),
      h("span", { class: "kc-mark" }, row.kind || "kind not set"),
      row.certainty ? h("span", { class: "kc-mark" }, `${row.certainty.replace("-", " ")} certainty`) : "",
      ...standings.map((each) =>
        h("span", { class: `kc-mark kc-${each.state}` }, `${SIGNED[each.state].mark} ${each.capacity}: ${each.state}`),
      ),
    );
  }

  const { field } = controls;
  const value = (name) => bench.rows.cell(state.chosen, name);
  const input = (name) => h("input", { value: value(name), autocomplete: "off" });
  const select = (names, name, empty) => h("select", {}, options(names, value(name), empty));

  // A list of keys with spaces between them, and the keys that there are, with what they mean.
  function keys(name, meanings) {
    const control = input(name);
    const known = meanings.map(([key, meaning]) => h("option", { value: key }, meaning));
    const list = h("datalist", { id: `${me}-${name}-known` }, known);
    control.setAttribute("list", list.id);
    return [control, list];
  }

  // What became of the supplied sentence; there, and seen only where one was received, so that no
  // field is made or taken away under a hand that types.
  function answerPanel() {
    const all = state.listing.flatMap((one) => one.statements).map((one) => [one.statement, one.words]);
    const [byInput, byKnown] = keys("answered_by", all);
    const reason = h("textarea", {
      rows: 4,
      value: value("answer_reason"),
      onkeydown: noBreak,
    });
    answer.replaceChildren(
      h("h3", {}, "What became of the supplied sentence"),
      h(
        "div",
        { class: "kc-facts" },
        field("answer", COLUMNS.answer, select(ANSWERS, "answer", "not said yet")),
        field("answered_by", COLUMNS.answered_by, byInput),
        byKnown,
        field("answer_reason", COLUMNS.answer_reason, reason),
      ),
    );
    return answer;
  }

  // The label stands before the words where they are read; it is typed there too.
  function labelPart() {
    if (!onPage().length || !state.detail.row.position) return "";
    if (value("label") || labelling === state.chosen) return field("label", "Label", input("label"));
    const add = () => {
      labelling = state.chosen;
      redraw();
      controls.focus("label");
    };
    return button("Add a label", add, { class: "kc-quiet", "data-field": "here label" });
  }

  function factsPanel() {
    const { row } = state.detail;
    const { notices = [], topics = [], people = [] } = state.choices;
    if (!row.position) return h("div");
    const sections = onPage().map((one) => [one.section, one.title]);
    home = h(
      "select",
      {
        id: `${me}-section`,
        "data-field": "section",
        onchange: () => moveTo(home.value),
      },
      options(sections, row.section),
    );
    const [topicsInput, topicsKnown] = keys("topics", topics.map((one) => [one.key, one.question]));
    const [reasonsInput, reasonsKnown] = keys("grade_reasons", Object.entries(GRADE_REASONS));
    const names = people.map((one) => [one.key, one.name]);
    return h(
      "div",
      { class: "kc-facts" },
      field("label", "Label", input("label")),
      field("kind", "Kind", select(KINDS, "kind", "not set")),
      field("certainty", "Certainty", select(CERTAINTIES, "certainty", "not graded")),
      field("certainty_reasons", COLUMNS.certainty_reasons, input("certainty_reasons")),
      field("grade_reasons", COLUMNS.grade_reasons, reasonsInput),
      reasonsKnown,
      field("topics", "Topics it answers", topicsInput),
      topicsKnown,
      field("notice", "Notice", select(notices, "notice", "none")),
      field("form", "Shown as", select(FORMS, "form")),
      field("layer", COLUMNS.layer, select([["more", "when they unfold the section"]], "layer", "at once")),
      h("div", { class: "kc-field" }, h("label", { for: home.id }, "Section"), home),
      people.length ? field("author", "Writer", select(names, "author", "not said")) : "",
    );
  }

  function drawChanges() {
    const { row, redlines, voids, supplied, pending } = state.detail;
    const rows = [];
    const { notice } = state.detail;
    if (pending) {
      changes.replaceChildren();
      return;
    }
    if (voids.length) {
      const many = voids.length === 1 ? "a sign-off: " : `${voids.length} sign-offs: `;
      // Those on what stands within its words, too: rows under a header, items within an item.
      const on = (one) => (one.statement === state.chosen ? "" : `${one.statement}: `);
      const who = voids.slice(0, NAMED).map((one) => `${on(one)}${one.name} (${one.capacity}, ${one.signed_on})`);
      if (voids.length > NAMED) who.push(`and ${voids.length - NAMED} more`);
      rows.push(h("div", { class: "kc-note kc-warn" }, h("span", {}, "Saving this voids ", many, who.join(", "), ".")));
    }
    const { saved } = state;
    if (notice && differs(notice.redline)) {
      rows.push(above(bench, "Against the saved words of the notice"), h("p", { class: "kc-redline" }, redline(notice.redline)));
    } else if (differs(redlines.saved)) {
      rows.push(above(bench, "Against the saved words"), h("p", { class: "kc-redline" }, redline(redlines.saved)));
    } else if (saved?.key === state.chosen) {
      // In the same place: what a save did is not looked for elsewhere, and nothing moves.
      rows.push(above(bench, "✓ Saved", { class: "kc-fine" }), h("p", { class: "kc-redline" }, redline(saved.redline)));
    }
    // Of a statement that is off the page, the supplied words stand above already.
    if (supplied && row.position && !bench.reading.on()) {
      rows.push(
        h("h3", {}, "Supplied words"),
        h("p", { class: "kc-supplied" }, supplied),
        h("h3", {}, "Against the supplied words"),
        differs(redlines.supplied)
          ? h("p", { class: "kc-redline" }, redline(redlines.supplied))
          : h("p", { class: "kc-hint" }, "The words are as supplied."),
      );
    }
    changes.replaceChildren(...rows);
  }

  // The kernel has given a key to the statement that is shown.
  function rename(old, key) {
    if (middle.dataset.statement !== old) return;
    middle.dataset.statement = key;
    drawn = shape();
  }

  function focus(column) {
    bench.reading.fold(false);
    return controls.focus(column);
  }

  return { draw, rename, focus };
}
