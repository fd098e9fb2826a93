// The workbench in the browser. The kernel holds the page; what is typed belongs to the browser until
// the kernel has it. This is the frame around the panes, the keys, and what an answer changes.

import { askingOf } from "./asking.js";
import { barOf } from "./bar.js";
import { bringInOf } from "./bring_in.js";
import { conflictsOf } from "./conflict.js";
import { copiesOf } from "./copies.js";
import { detailOf } from "./detail.js";
import { aboutChosen, discussionOf } from "./discussion.js";
import { h } from "./elements.js";
import { evidenceOf } from "./evidence.js";
import { before, neighbour, nextInSection, withCut, withFirst, withNew } from "./expected.js";
import { fieldsOf } from "./fields.js";
import { findingsOf } from "./findings.js";
import { formOf } from "./form.js";
import { kernelOf } from "./kernel.js";
import { keysOf } from "./keys.js";
import { listOf } from "./list.js";
import { messagesOf } from "./messages.js";
import { SHORTCUTS } from "./names.js";
import { pageFindingsOf } from "./page_findings.js";
import { pastingOf } from "./pasting.js";
import { previewOf } from "./preview.js";
import { readingOf } from "./reading.js";
import { reviewOf } from "./review.js";
import { rowsOf } from "./rows.js";
import { severalOf } from "./several.js";
import { signerOf } from "./signer.js";
import { structureOf } from "./structure.js";
import { supplierOf } from "./supplier.js";
import { whereOf } from "./where.js";
import { wordsOf } from "./words.js";

const PAUSE_SEND = 60; // ms after a key until the words are sent
const PAUSE_LOOK = 450; // ms until the rest is asked for: section, redlines, what reads the page
const RUN_OF_TYPING = 1500; // ms without a key that end a run of typing: one step to undo
const FOLLOWED = ["open", "undo", "redo", "settle", "cut", "bring_back"]; // they choose a statement

export function render({ model, el }) {
  const timers = {};
  const state = {
    page: {},
    choices: {},
    confirmed: [], // the list as the kernel last said
    listing: [], // the list with what was asked meanwhile
    chosen: "",
    detail: null,
    preview: null,
    status: {},
    saved: null, // what the last save did to what was looked at
    onPage: 0, // errors that belong to no statement
    undecided: [], // what the supplier changed or withdrew
  };
  const bench = { model, me: Math.random().toString(36).slice(2, 10), place: model.get("place"), state };
  let run = { cell: "", number: 0, at: 0 };
  let runs = 0;
  let acted = 0; // what the editor did so far: an answer chooses no statement if something came between

  const root = h("div", { class: "kc-workbench", onkeydown: (event) => keys(event), onfocusin: ownKeys });
  const middle = h("div", {
    class: "kc-middle",
    role: "group",
    "aria-label": "The chosen statement",
    tabindex: "0",
  });
  function later(name, pause, act) {
    clearTimeout(timers[name]);
    timers[name] = setTimeout(act, pause);
  }
  Object.assign(bench, {
    root,
    middle,
    later,
    tell,
    choose,
    flush,
    typed,
    fields: fieldsOf(root, bench.place),
    here: () => ({ statement: state.chosen }),
    acted: () => acted,
    endRun: () => (run.at = 0),
    focusMiddle: () => {
      if (bench.reading.on()) bench.reading.focus();
      else (bench.form.isOpen() ? bench.form : bench.several.isOpen() ? bench.several.element : middle).focus({ preventScroll: true });
    },
    onReview: () => inMiddle(),
    onForm: (andGo) => inMiddle(andGo),
    onBringIn: () => inMiddle(),
    onSeveral: () => inMiddle(false),
    addAfter: (after) => add(after),
    show: (pane) => bar.show(pane),
    onSelection: () => (bench.reading.heading() ? bench.headingTalk : bench.discussion).onSelection(),
    newRow,
    rename: renamed,
  });
  const messages = messagesOf(bench);
  Object.assign(bench, { say: messages.say, note: messages.note });
  bench.copies = copiesOf(bench);
  bench.rows = rowsOf(bench, {
    onChange: (statement, theirsFirst) => {
      if (statement === state.chosen && state.detail) bench.words.refresh(theirsFirst);
      if (statement === bench.form.row()) bench.form.refresh();
      if (bench.reading.heading() && statement === bench.reading.headingRow()) bench.reading.refreshHeading();
    },
  });
  bench.kernel = kernelOf(bench, {
    onAnswer: take,
    onLost: messages.lose,
    onOthers: () => later("others", 300, () => ask("look")),
    onRest: () => {
      if (bench.rows.unsent().length) later("send", 0, send);
    },
  });
  bench.askAside = bench.kernel.askAside;
  bench.signer = signerOf(bench);
  bench.form = formOf(bench);
  bench.findings = findingsOf(bench);
  bench.pasting = pastingOf(bench);
  bench.words = wordsOf(bench);
  bench.evidence = evidenceOf(bench);
  bench.review = reviewOf(bench);
  bench.asking = askingOf(bench);
  bench.several = severalOf(bench);
  bench.structure = structureOf(bench, { cut, move, addIn });
  bench.list = listOf(bench);
  bench.supplier = supplierOf(bench);
  bench.discussion = discussionOf(bench, () => aboutChosen(bench));
  bench.detail = detailOf(bench);
  bench.reading = readingOf(bench);
  bench.preview = previewOf(bench);
  bench.bringIn = bringInOf(bench);
  const conflicts = conflictsOf(bench);
  // It takes room from the list, in which the chosen statement stays in sight.
  const whole = pageFindingsOf(bench, {
    onFold: (isOpen) => {
      panes.classList.toggle("kc-unfolded", isOpen);
      bench.list.markChosen();
    },
  });

  // Something else takes the place of the fields: they are not folded away any more.
  function inMiddle(andGo) {
    bench.reading.fold(false);
    bar.showTools(andGo);
  }

  // --- the frame -----------------------------------------------------------------------------

  const paneOf = { list: bench.list.list, section: bench.preview.element };
  const bar = barOf(bench, { save, add: bench.structure.add, cut: bench.structure.cut, move: bench.structure.move, split, join, toggleHelp, paneOf });
  const shortcut = ([keyed, what]) => h("div", {}, h("dt", {}, h("kbd", {}, keyed)), h("dd", {}, what));
  const helpBox = h(
    "div",
    { class: "kc-note kc-help", hidden: true, tabindex: "0", role: "group", "aria-label": "Shortcuts" },
    h("strong", {}, "Shortcuts"),
    h("dl", {}, SHORTCUTS.map(shortcut)),
  );
  const panes = h(
    "div",
    { class: "kc-panes" },
    h(
      "div",
      { class: "kc-left", role: "group", "aria-label": "Statements" },
      bench.list.find,
      bench.list.matching,
      bench.list.list,
      whole.element,
    ),
    middle,
    bench.form.element,
    bench.several.element,
    bench.preview.element,
  );
  root.append(
    bar.element,
    messages.over,
    messages.lost,
    bench.asking.element,
    conflicts.element,
    bench.supplier.element,
    helpBox,
    bench.bringIn.element,
    panes,
    messages.live,
  );
  el.append(root);

  // --- asking --------------------------------------------------------------------------------

  // Ask when it is its turn. `expects` are the cells as they will then be, `predict` changes the list
  // as the kernel will, `made` is a row that the kernel has yet to give a key.
  function ask(verb, given = {}, { expects, predict, made, at } = {}) {
    const question = { verb, statement: given.statement, expects, predict, made, at, acted };
    question.given = () => ({
      ...given,
      ...(question.statement === undefined ? {} : { statement: question.statement }),
      ...(question.at === undefined ? {} : { at: question.at }),
      ...(verb === "edit" ? { cells: question.expects.get(question.statement), person: bench.signer.person() } : {}),
      ...(bench.rows.isNew(state.chosen) ? {} : { chosen: state.chosen }),
    });
    const answered = bench.kernel.ask(question);
    if (predict) foresee();
    return answered;
  }

  // Send what was typed, then ask.
  function tell(verb, given = {}, more = {}) {
    acted += 1;
    flush();
    run.at = 0;
    return ask(verb, given, more);
  }

  // Send what was typed and not sent yet. Anything else that is asked comes after it.
  function flush() {
    clearTimeout(timers.send);
    for (const [statement, cells] of bench.rows.unsent()) {
      const burst = run.cell.startsWith(`${statement} `) ? run.number : ++runs;
      ask("edit", { statement, burst: `${bench.me}-${burst}` }, { expects: new Map([[statement, cells]]) });
    }
  }

  // As words are typed they are sent one state after another, each once the one before is answered.
  function send() {
    if (!bench.kernel.questions.length) flush();
  }

  function typed(statement, column, text) {
    acted += 1;
    const cell = `${statement} ${column}`;
    const now = Date.now();
    if (run.cell !== cell || now - run.at > RUN_OF_TYPING) run = { cell, number: ++runs, at: now };
    run.at = now;
    bench.rows.type(statement, column, text, before(state.listing, statement));
    later("send", PAUSE_SEND, send);
    later("look", PAUSE_LOOK, look);
  }

  // Ask for the chosen statement and its section.
  function look() {
    flush();
    const statement = bench.form.row();
    bench.kernel.forgo("choose");
    bench.kernel.forgo("form");
    bench.kernel.forgo("heading");
    if (statement) ask("form", { statement });
    else if (bench.reading.heading()) ask("heading", { statement: bench.reading.heading() });
    else ask("choose");
  }

  function choose(statement) {
    if (!statement) return;
    acted += 1;
    bench.list.tree.unpick();
    state.saved = null;
    bench.form.close(false);
    if (bench.reading.heading()) bench.reading.close(false);
    flush();
    stand(statement);
    look();
  }

  // Show a statement with what is here of it; the rest comes with an answer.
  function stand(statement) {
    if (state.chosen !== statement || !state.detail) {
      state.chosen = statement;
      state.detail = {
        statement,
        pending: true,
        row: bench.rows.row(statement),
        reads: "",
        supplied: "",
        faults: [],
        voids: [],
        standings: [],
        evidence: [],
      };
    }
    bench.detail.draw();
    bench.list.markChosen();
  }

  // A row of which the kernel has said nothing: where the browser made it, it is on the page.
  function newRow(statement) {
    const position = bench.rows.isNew(statement) ? "1" : "";
    return { section: "", position, text: "", label: "", notice: "", kind: "", certainty: "" };
  }

  // --- answers -------------------------------------------------------------------------------

  function take(question, answer) {
    const within = root.contains(document.activeElement);
    // A row was taken away (a step undone) while newer words were typed in it: they get another.
    const homeless = bench.rows
      .take(question, answer)
      .map(([statement, text]) => ({ statement, text, after: before(state.listing, statement) }));
    for (const name of ["page", "choices", "preview", "status", "undecided"]) {
      if (answer[name] !== undefined) state[name] = answer[name];
    }
    if (answer.listing) state.confirmed = answer.listing;
    if (answer.listing || question.predict) foresee();
    for (const { statement, text, after } of homeless) {
      const made = add(after, text);
      if (state.chosen === statement) stand(made);
    }
    if (answer.whole) whole.draw(answer.whole);
    if (answer.incoming !== undefined) bench.bringIn.take(answer, question.verb);
    bench.signer.draw();
    if (question.verb !== "edit") bench.reading.told(answer.rows);
    if (answer.preview?.locked) bench.reading.close(false);
    if (answer.saved) bench.reading.noteSaved(answer.saved);
    if (answer.form) bench.form.take(answer.form, question.verb);
    else if (answer.heading) bench.reading.take(answer.heading);
    else if (answer.listing && (bench.form.row() || bench.reading.heading())) look();
    takeDetail(question, answer);
    bar.draw();
    if (answer.listing) bench.several.refresh();
    conflicts.draw();
    bench.supplier.draw();
    if (answer.saved) messages.saved(answer.saved, !bench.reading.on() || !state.saved || answer.saved.length > 1);
    if (answer.news) bench.note(answer.news);
    if (answer.error) bench.note(answer.error.message, answer.error.hint, "kc-bad");
    // What had the focus may be gone; the keyboard must not fall out of the workbench.
    if (within && !root.contains(document.activeElement)) bench.focusMiddle();
  }

  // Show the statement that the answer tells of, if it is still the one that is looked at.
  function takeDetail(question, answer) {
    const { detail, faults } = answer;
    const known = state.listing.flatMap((one) => one.statements.map((each) => each.statement));
    const gone = !known.includes(state.chosen);
    if (detail) bench.list.mend(detail.entry);
    if (detail && (gone || (FOLLOWED.includes(question.verb) && question.acted === acted))) {
      state.chosen = detail.statement;
    }
    if (detail && detail.statement === state.chosen) {
      state.detail = detail;
      bench.detail.draw();
      bench.list.markChosen();
      bench.preview.draw();
    } else if (gone && known.includes(question.statement)) choose(question.statement);
    else if (answer.listing && state.chosen) look();
    const words = question.expects?.get(state.chosen)?.text;
    if (faults && question.statement === state.chosen && bench.rows.cell(state.chosen, "text") === words) {
      state.detail.faults = faults;
      bench.findings.draw();
    }
  }

  // The list as it will be once all that was asked is done.
  function foresee() {
    state.listing = state.confirmed.map((one) => ({ ...one, statements: [...one.statements] }));
    for (const question of bench.kernel.questions) question.predict?.(state.listing, question);
    bench.list.draw();
  }

  function renamed(old, key) {
    if (run.cell.startsWith(`${old} `)) run.cell = run.cell.replace(old, key);
    bench.reading.rename(old, key);
    for (const one of [...state.confirmed, ...state.listing].flatMap((each) => each.statements)) {
      if (one.statement === old) one.statement = key;
    }
    bench.pasting.rename(old, key);
    if (state.chosen !== old) return;
    state.chosen = key;
    if (state.detail) state.detail.statement = key;
    bench.detail.rename(old, key);
  }

  // --- doing ---------------------------------------------------------------------------------

  function save() {
    tell("save");
  }

  // A new row after a statement: it is there at once, and the kernel gives it a key.
  function add(after = state.chosen, text = null) {
    const made = bench.rows.create();
    const predict = (listing, question) => withNew(listing, question.statement, made);
    tell("add", { statement: after }, { made, predict });
    if (text !== null) typed(made, "text", text);
    else {
      stand(made);
      if (bench.reading.on()) bench.reading.open(made);
      bench.words.focusEnd();
    }
    return made;
  }

  // The first statement of a section that has none.
  function addIn(section) {
    const made = bench.rows.create();
    const predict = (listing) => withFirst(listing, section, made);
    bench.structure.act("add_first", { section }, { made, predict });
    bench.form.close(false);
    stand(made);
    bench.words.focusEnd();
  }

  function cut() {
    const key = state.chosen;
    const next = neighbour(state.listing, key);
    const typing = bench.words.typing();
    const told = bench.structure.act("cut", { statement: key }, { predict: (listing, question) => withCut(listing, question.statement) });
    if (next) stand(next);
    if (typing) bench.words.focusEnd();
    told.then((answer) => answer && bench.say(`${key} is cut. Undo brings it back.`));
  }

  async function move(direction) {
    if (await bench.structure.act("move", { ...bench.here(), direction })) bench.say(`Moved ${direction}.`);
  }

  // The words on both sides of the cursor are there at once as two statements.
  function split() {
    if (!bench.words.editable()) return;
    const at = bench.words.caret();
    const text = bench.words.value();
    const [first, second] = [text.slice(0, at).trim(), text.slice(at).trim()];
    if (!first || !second) {
      bench.note("The statement cannot be split there: one side would have no words.", "Put the cursor between two sentences.", "kc-bad");
      return;
    }
    const made = bench.rows.create();
    bench.flush();
    const expects = new Map([[state.chosen, { text: first }], [made, { text: second }]]);
    const predict = (listing, question) => withNew(listing, question.statement, made, second);
    tell("split", bench.here(), { made, at, expects, predict });
    bench.rows.asExpected(state.chosen, "text", first);
    bench.words.refresh();
  }

  function join() {
    const next = nextInSection(state.listing, state.chosen);
    if (!next || !bench.words.editable()) {
      tell("join", bench.here());
      return;
    }
    bench.flush();
    const text = `${bench.words.value().trimEnd()} ${bench.rows.cell(next, "text")}`.trim();
    const predict = (listing) => withCut(listing, next);
    tell("join", bench.here(), { expects: new Map([[state.chosen, { text }]]), predict });
    bench.rows.asExpected(state.chosen, "text", text);
    bench.words.refresh();
  }

  function toggleHelp() {
    helpBox.hidden = !helpBox.hidden;
    bar.helpButton.setAttribute("aria-expanded", String(!helpBox.hidden));
    if (!helpBox.hidden) bench.say("The shortcuts are shown above the list.");
  }

  // JupyterLab would take letters as commands (x cuts the cell). It looks for this mark from what
  // has the focus upward, and stops at the first element that a binding names.
  function ownKeys(event) {
    event.target.setAttribute("data-lm-suppress-shortcuts", "true");
  }

  const keys = keysOf(bench, {
    save,
    add: bench.structure.add,
    cut: bench.structure.cut,
    move: bench.structure.move,
    split,
    join,
    toggleHelp,
    focusSection: () => {
      bar.show("section");
      bench.preview.element.focus();
    },
    focusWhole: () => {
      bar.show("list");
      whole.focus();
    },
  });

  // --- start ---------------------------------------------------------------------------------

  const left = bench.copies.all();
  const kept = left.map(({ name, at, ...copy }) => copy);
  const where = whereOf(bench);
  const was = where.take();
  ask("open", { kept, ...(was ? { was: was.chosen } : {}) }).then((answer) => {
    if (answer && answer.status.kept) for (const { name } of left) bench.copies.drop(name);
    if (answer && was) where.restore(was);
  });

  return () => {
    flush();
    bench.kernel.stop();
    where.stop();
    for (const one of Object.values(timers)) clearTimeout(one);
  };
}
