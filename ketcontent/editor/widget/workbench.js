// The workbench in the browser. The kernel holds the page; what is typed belongs to the browser until
// the kernel has it. This puts the parts together, and is the frame around the panes.

import { answeringOf } from "./answering.js";
import { askingOf } from "./asking.js";
import { barOf } from "./bar.js";
import { bringInOf } from "./bring_in.js";
import { conflictsOf } from "./conflict.js";
import { copiesOf } from "./copies.js";
import { detailOf } from "./detail.js";
import { aboutChosen, discussionOf } from "./discussion.js";
import { doingOf } from "./doing.js";
import { h } from "./elements.js";
import { evidenceOf } from "./evidence.js";
import { fieldsOf } from "./fields.js";
import { findingsOf } from "./findings.js";
import { formOf } from "./form.js";
import { helpOf } from "./help.js";
import { kernelOf } from "./kernel.js";
import { keysOf } from "./keys.js";
import { listOf } from "./list.js";
import { messagesOf } from "./messages.js";
import { pageFindingsOf } from "./page_findings.js";
import { pastingOf } from "./pasting.js";
import { previewOf } from "./preview.js";
import { readingOf } from "./reading.js";
import { reviewOf } from "./review.js";
import { rowsOf } from "./rows.js";
import { sendingOf } from "./sending.js";
import { severalOf } from "./several.js";
import { signerOf } from "./signer.js";
import { structureOf } from "./structure.js";
import { supplierOf } from "./supplier.js";
import { whereOf } from "./where.js";
import { wordsOf } from "./words.js";

// The workbench of a page; where another page is opened, that of the other one.
export function render({ model, el }) {
  let end = null;
  const begin = () => {
    const isOther = Boolean(end);
    end?.();
    el.replaceChildren();
    end = show({ model, el, isOther });
  };
  begin();
  model.on("change:place", begin);
  return () => {
    model.off("change:place", begin);
    end();
  };
}

function show({ model, el, isOther }) {
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

  const root = h("div", { class: "kc-workbench", onkeydown: (event) => keys(event), onfocusin: ownKeys });
  const middle = h("div", {
    class: "kc-middle",
    role: "group",
    "aria-label": "The chosen statement",
    tabindex: "0",
  });
  // Do something after a pause, or nothing where the same is put off again meanwhile.
  function later(name, pause, act) {
    clearTimeout(timers[name]);
    if (act) timers[name] = setTimeout(act, pause);
  }
  Object.assign(bench, {
    root,
    middle,
    later,
    fields: fieldsOf(root, bench.place),
    here: () => ({ statement: state.chosen }),
    focusMiddle: () => {
      if (bench.reading.on()) bench.reading.focus();
      else (bench.form.isOpen() ? bench.form : bench.several.isOpen() ? bench.several.element : middle).focus({ preventScroll: true });
    },
    onReview: () => inMiddle(),
    onForm: (andGo) => inMiddle(andGo),
    onBringIn: () => inMiddle(),
    onSeveral: () => inMiddle(false),
    addAfter: (after) => bench.doing.add(after),
    show: (pane) => bench.bar.show(pane),
    onSelection: () => (bench.reading.heading() ? bench.headingTalk : bench.discussion).onSelection(),
  });
  const sending = sendingOf(bench);
  const { ask, tell, flush, typed, look, act, acted, inOneStep } = sending;
  const answering = answeringOf(bench, { renameRun: sending.rename });
  const { choose, stand, foresee, newRow, renamed: rename } = answering;
  Object.assign(bench, { tell, flush, typed, look, act, acted, inOneStep, choose, stand, foresee, newRow, rename });
  bench.doing = doingOf(bench);
  bench.openPage = bench.doing.openPage;
  const messages = messagesOf(bench);
  Object.assign(bench, { say: messages.say, note: messages.note, told: messages.saved, closeNote: messages.close });
  bench.copies = copiesOf(bench);
  bench.rows = rowsOf(bench, {
    onChange: (statement, theirsFirst) => {
      if ([state.chosen, bench.words.row()].includes(statement) && state.detail) bench.words.refresh(theirsFirst);
      if (statement === bench.form.row()) bench.form.refresh();
      if (bench.reading.heading() && statement === bench.reading.headingRow()) bench.reading.refreshHeading();
    },
  });
  bench.kernel = kernelOf(bench, {
    onAnswer: answering.take,
    onLost: messages.lose,
    onOthers: () => later("others", 300, () => ask("look")),
    onRest: () => {
      if (bench.rows.unsent().length) later("send", 0, sending.send);
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
  bench.structure = structureOf(bench, bench.doing);
  bench.list = listOf(bench);
  bench.supplier = supplierOf(bench);
  bench.discussion = discussionOf(bench, () => aboutChosen(bench));
  bench.detail = detailOf(bench);
  bench.reading = readingOf(bench);
  bench.preview = previewOf(bench);
  bench.bringIn = bringInOf(bench);
  bench.conflicts = conflictsOf(bench);
  // It takes room from the list, in which the chosen statement stays in sight.
  bench.whole = pageFindingsOf(bench, {
    onFold: (isOpen) => {
      panes.classList.toggle("kc-unfolded", isOpen);
      bench.list.markChosen();
    },
  });

  // Something else takes the place of the fields: they are not folded away any more.
  function inMiddle(andGo) {
    bench.reading.fold(false);
    bench.bar.showTools(andGo);
  }

  // --- the frame -----------------------------------------------------------------------------

  const help = helpOf(bench);
  const { save, split, join } = bench.doing;
  const { add, cut, move } = bench.structure;
  const acts = { save, add, cut, move, split, join, help };
  bench.bar = barOf(bench, { ...acts, paneOf: { list: bench.list.list, section: bench.preview.element } });
  const panes = h(
    "div",
    { class: "kc-panes" },
    h(
      "div",
      { class: "kc-left", role: "group", "aria-label": "Statements" },
      bench.list.find,
      bench.list.matching,
      bench.list.list,
      bench.whole.element,
    ),
    middle,
    bench.form.element,
    bench.several.element,
    bench.preview.element,
  );
  root.append(
    bench.bar.element,
    messages.over,
    messages.lost,
    bench.asking.element,
    bench.conflicts.element,
    bench.supplier.element,
    help.element,
    bench.bringIn.element,
    panes,
    messages.live,
  );
  el.append(root);

  // JupyterLab would take letters as commands (x cuts the cell). It looks for this mark from what
  // has the focus upward, and stops at the first element that a binding names.
  function ownKeys(event) {
    event.target.setAttribute("data-lm-suppress-shortcuts", "true");
  }

  const keys = keysOf(bench, {
    ...acts,
    focusSection: () => {
      bench.show("section");
      bench.preview.element.focus();
    },
    focusWhole: () => {
      bench.show("list");
      bench.whole.focus();
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
    if (isOther) bench.list.list.focus({ preventScroll: true }); // where somebody pressed a button that is gone
  });

  return () => {
    flush();
    bench.kernel.stop();
    where.stop();
    for (const one of Object.values(timers)) clearTimeout(one);
  };
}
