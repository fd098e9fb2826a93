// The bar that stays on top: what page it is and how it stands, what can be done, and, where there is
// room for one pane alone, which one is shown.

import { button, counted, h } from "./elements.js";
import { worst } from "./names.js";

const PANES = [
  ["list", "List"],
  ["statement", "Statement"],
  ["section", "As read"],
];

export function barOf(bench, acts) {
  const { root, state } = bench;
  const title = h("strong", { class: "kc-title" });
  const counts = h("span", { class: "kc-counts" });
  const saveButton = button("Save", acts.save, { class: "kc-primary", title: "Ctrl+S" });
  const undoButton = button("Undo", () => bench.tell("undo"), { title: "Ctrl+Z" });
  const redoButton = button("Redo", () => bench.tell("redo"), { title: "Ctrl+Shift+Z" });
  const modeButton = button("Review", () => bench.review.set(!bench.review.on()), {
    "aria-pressed": "false",
    title: "Alt+R",
  });
  const helpButton = button("Shortcuts", acts.help.toggle, { "aria-expanded": "false", title: "Alt+H" });
  const moreButton = button("More", more, { class: "kc-narrow", "aria-expanded": "false" });
  const panes = PANES.map(([pane, name]) => button(name, () => show(pane), { "aria-pressed": "false", "data-pane": pane }));
  const splitButton = button("Split", acts.split, { title: "Split at the cursor (Alt+S)" });
  const joinButton = button("Join", acts.join, { title: "Join with the next (Alt+J)" });
  const outButton = button("Level up", () => bench.structure.level("out"), { title: "A section at the first level, an item in the list above (Alt+Shift+←)" });
  const inButton = button("Level down", () => bench.structure.level("in"), { title: "A section under the one before it, an item in a list within (Alt+Shift+→)" });
  const backButton = button("Bring back", () => bench.structure.bringBack(), { title: "Put it on the page again" });
  const editTools = h(
    "div",
    { class: "kc-tools kc-wide", role: "group", "aria-label": "Change what is chosen" },
    button("Add", () => acts.add(), { title: "Add a statement after this one (Alt+Enter)" }),
    button("Add section", () => bench.structure.addSection(), { title: "Add a section after this one (Alt+N)" }),
    splitButton,
    joinButton,
    button("Up", () => acts.move("up"), { title: "Move up (Alt+Shift+↑)" }),
    button("Down", () => acts.move("down"), { title: "Move down (Alt+Shift+↓)" }),
    outButton,
    inButton,
    button("Move to …", () => bench.structure.moveTo(), { title: "Move to a place (Alt+O)" }),
    button("Cut", acts.cut, { title: "Take off the page (Alt+Delete)" }),
    backButton,
  );
  bench.signer.element.classList.add("kc-wide");
  const element = h(
    "div",
    { class: "kc-bar", role: "group", "aria-label": "Workbench" },
    h("div", { class: "kc-name" }, title, " ", counts),
    h("div", { class: "kc-tools kc-narrow", role: "group", "aria-label": "Pane" }, panes),
    editTools,
    bench.signer.element,
    h(
      "div",
      { class: "kc-tools kc-wide" },
      modeButton,
      button("Bring in", bench.bringIn.open, { title: "Bring in a page (Alt+B)" }),
      button("Rows", bench.form.openTables, { title: "The rows of all tables (Alt+T)" }),
      helpButton,
    ),
    h("div", { class: "kc-tools" }, moreButton, undoButton, redoButton, saveButton),
  );

  // Show one pane, where there is no room for another.
  function show(pane) {
    root.dataset.pane = pane;
    for (const one of panes) one.setAttribute("aria-pressed", String(one.dataset.pane === pane));
    if (pane === "list") bench.list.markChosen();
    // What had the focus may be out of sight now.
    const active = document.activeElement;
    if (!root.contains(active) || active.checkVisibility()) return;
    if (pane === "statement") bench.focusMiddle();
    else acts.paneOf[pane].focus({ preventScroll: true });
  }

  function more() {
    const isOpen = element.classList.toggle("kc-more");
    if (!isOpen) moreButton.focus({ preventScroll: true });
    moreButton.setAttribute("aria-expanded", String(isOpen));
  }

  // The tools change what is chosen: a statement, several, or a section whose form is open.
  function showTools(andGo = true) {
    const reviewing = bench.review.on();
    const row = bench.form.row();
    const section = row.startsWith("sections:");
    modeButton.setAttribute("aria-pressed", String(reviewing));
    root.classList.toggle("kc-reviewing", reviewing);
    editTools.hidden = reviewing || bench.bringIn.isOpen() || (bench.form.isOpen() && !section && !row.startsWith("documents:"));
    const one = !section && !bench.several.isOpen() && !bench.form.isOpen();
    for (const tool of [splitButton, joinButton]) tool.hidden = !one;
    const isCut = section && state.listing.find((each) => row.endsWith(`/${each.section}`))?.cut;
    backButton.hidden = !isCut;
    if (bench.form.isOpen() && andGo) show("statement");
  }

  function draw() {
    const { unsaved = 0, undo = "", redo = "", conflicts: open = [], kept: safe = true } = state.status;
    title.textContent = state.page.title || "";
    const all = state.listing.flatMap((one) => one.statements).filter((one) => !one.cut);
    const sum = (n) => all.reduce((total, one) => total + one.faults[n], 0);
    const signed = all.filter((one) => ["valid", undefined].includes(worst(one))).length;
    counts.textContent =
      `${counted(sum(0), "error")} here, ${state.onPage} on the page as a whole · ${counted(sum(1), "warning")} · ` +
      `${counted(sum(2), "piece")} of advice · ${signed} of ${counted(all.length, "statement")} signed in full` +
      (safe ? "" : " · the draft file cannot be written");
    counts.title = counts.textContent;
    const rest = open.length ? "Not saved" : "Saved";
    showTools(false);
    saveButton.textContent = unsaved ? `Save ${counted(unsaved, "change")}` : rest;
    saveButton.setAttribute("aria-disabled", String(!unsaved));
    for (const [one, name, what] of [
      [undoButton, undo, "Undo"],
      [redoButton, redo, "Redo"],
    ]) {
      one.setAttribute("aria-disabled", String(!name));
      one.title = name ? `${what}: ${name}` : `Nothing to ${what.toLowerCase()}`;
    }
  }

  show("list");
  const isMore = () => element.classList.contains("kc-more");
  return { element, draw, show, showTools, more, isMore, helpButton };
}
