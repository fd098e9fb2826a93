// Which statement is shown, and what an answer of the kernel changes on the screen.

import { before } from "./expected.js";
import { named } from "./names.js";

const FOLLOWED = ["open", "undo", "redo", "settle", "cut", "bring_back"]; // they choose a statement
const READ = ["heading", "form", "look", "open"]; // they tell of words, and change none

export function answeringOf(bench, { renameRun }) {
  const { state, root } = bench;

  function choose(statement) {
    if (!statement) return;
    bench.act();
    bench.list.tree.unpick();
    state.saved = null;
    bench.form.close(false);
    if (bench.reading.heading()) bench.reading.close(false);
    bench.flush();
    stand(statement);
    bench.look();
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

  function take(question, answer) {
    const within = root.contains(document.activeElement);
    const isTyped = bench.reading.differs(); // in the box where one types
    for (const part of ["detail", "faults", "whole", "form", "heading", "error", "status", "incoming", "tables"]) named(answer[part]);
    // A row was taken away (a step undone) while newer words were typed in it: they get another.
    const homeless = bench.rows
      .take(question, answer)
      .map(([statement, text]) => ({ statement, text, after: before(state.listing, statement) }));
    for (const name of ["page", "choices", "preview", "status", "undecided"]) {
      // Of a section whose form is open, what is read comes with the form, which is asked for again.
      const isLater = name === "preview" && !answer.form && bench.form.row().startsWith("sections:");
      if (answer[name] !== undefined && !isLater) state[name] = answer[name];
    }
    if (answer.listing) state.confirmed = answer.listing;
    if (answer.listing || question.predict) foresee();
    for (const { statement, text, after } of homeless) {
      const made = bench.doing.add(after, text);
      if (state.chosen === statement) stand(made);
    }
    if (answer.whole) bench.whole.draw(answer.whole);
    if (answer.incoming !== undefined) bench.bringIn.take(answer, question.verb);
    bench.signer.draw();
    if (question.verb !== "edit" && !(isTyped && READ.includes(question.verb))) bench.reading.told(answer.rows);
    if (answer.preview?.locked) bench.reading.close(false);
    if (answer.saved) bench.reading.noteSaved(answer.saved);
    if (answer.form) bench.form.take(answer.form, question.verb);
    else if (answer.heading) bench.reading.take(answer.heading);
    else if (answer.listing && (bench.form.row() || bench.reading.heading())) bench.look();
    takeDetail(question, answer);
    bench.bar.draw();
    bench.reading.refresh();
    if (answer.listing) bench.several.refresh();
    bench.conflicts.draw();
    bench.supplier.draw();
    if (answer.saved) bench.told(answer.saved, !bench.reading.on() || !state.saved || answer.saved.length > 1);
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
    if (detail && (gone || (FOLLOWED.includes(question.verb) && question.acted === bench.acted()))) {
      state.chosen = detail.statement;
    }
    if (detail && detail.statement === state.chosen) {
      state.detail = detail;
      bench.detail.draw();
      bench.list.markChosen();
      bench.preview.draw();
    } else if (gone && known.includes(question.statement)) choose(question.statement);
    else if (answer.listing && state.chosen) bench.look();
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
    renameRun(old, key);
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

  return { choose, stand, newRow, take, foresee, renamed };
}
