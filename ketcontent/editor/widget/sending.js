// What the browser tells and asks the kernel, in the order in which it arose: words as they are typed,
// run by run, and before each question those that were not sent yet.

import { before } from "./expected.js";

const PAUSE_SEND = 60; // ms after a key until the words are sent
const PAUSE_LOOK = 450; // ms until the rest is asked for: section, redlines, what reads the page
const RUN_OF_TYPING = 1500; // ms without a key that end a run of typing: one step to undo

export function sendingOf(bench) {
  const { state, later } = bench;
  let run = { cell: "", number: 0, at: 0 };
  let runs = 0;
  let acted = 0; // what the editor did so far: an answer chooses no statement if something came between

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
    if (predict) bench.foresee();
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
    later("send");
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

  // The editor did something that is not typing: what is typed next is a step of its own.
  const act = () => {
    acted += 1;
  };
  // What is done is one step to undo, apart from the typing before and after it.
  function inOneStep(change) {
    flush();
    run.at = 0;
    change();
    flush();
    run.at = 0;
  }

  // The kernel has given a key to the row that is typed in.
  function rename(old, key) {
    if (run.cell.startsWith(`${old} `)) run.cell = run.cell.replace(old, key);
  }

  return { ask, tell, flush, send, typed, look, act, inOneStep, rename, acted: () => acted };
}
