// What the editor does to statements: saves, adds, cuts, moves, splits and joins them. What that will
// do to the list and to the words is shown at once, before the kernel has answered.

import { counted } from "./elements.js";
import { neighbour, nextInSection, withCut, withFirst, withNew } from "./expected.js";

export function doingOf(bench) {
  const { state } = bench;

  function save() {
    bench.tell("save");
  }

  // Another page in the place of this one. What is unsaved here is in its draft, and waits there.
  async function openPage(document) {
    const { unsaved = 0 } = bench.state.status;
    if (unsaved) {
      const told = [`${counted(unsaved, "change")} of this page ${unsaved === 1 ? "is" : "are"} not saved. What you typed is kept, and is here again when you open this page again; others do not see it until you save.`];
      if (!(await bench.asking.confirm({ what: "Open the other page", told }))) return;
    }
    bench.tell("open_page", { document });
  }

  // A new row after a statement: it is there at once, and the kernel gives it a key.
  function add(after = state.chosen, text = null) {
    const made = bench.rows.create();
    const predict = (listing, question) => withNew(listing, question.statement, made);
    bench.tell("add", { statement: after }, { made, predict });
    if (text !== null) bench.typed(made, "text", text);
    else {
      bench.stand(made);
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
    bench.stand(made);
    bench.words.focusEnd();
  }

  function cut() {
    const key = state.chosen;
    const next = neighbour(state.listing, key);
    const typing = bench.words.typing();
    const told = bench.structure.act("cut", { statement: key }, { predict: (listing, question) => withCut(listing, question.statement) });
    if (next) bench.stand(next);
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
    bench.tell("split", bench.here(), { made, at, expects, predict });
    bench.rows.asExpected(state.chosen, "text", first);
    bench.words.refresh();
  }

  function join() {
    const next = nextInSection(state.listing, state.chosen);
    if (!next || !bench.words.editable()) {
      bench.tell("join", bench.here());
      return;
    }
    bench.flush();
    const text = `${bench.words.value().trimEnd()} ${bench.rows.cell(next, "text")}`.trim();
    const predict = (listing) => withCut(listing, next);
    bench.tell("join", bench.here(), { expects: new Map([[state.chosen, { text }]]), predict });
    bench.rows.asExpected(state.chosen, "text", text);
    bench.words.refresh();
  }

  return { save, openPage, add, addIn, cut, move, split, join };
}
