// The list as a tree (WAI-ARIA): where the keyboard is, which statements are chosen together, what is
// folded, and what is dragged where. A node has the name of its row: a statement by its key, a section
// or the page with its table. A table or a list of the page is a node that stands for its statements.

import { counted } from "./elements.js";
import { isRun } from "./runs.js";

const RUN = 700; // ms in which letters typed belong together
const MOVES = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10, Home: -1e6, End: 1e6 };

export const isSection = (node) => node.startsWith("sections:");
const isStatement = (node) => !node.includes(":");
export const keyOf = (node) => node.slice(node.lastIndexOf("/") + 1);

export function treeOf(bench, { list, draw, idOf, runs }) {
  const { state } = bench;
  let at = ""; // the node at which the keyboard is
  let roams = false; // whether it went there without choosing (Ctrl and an arrow)
  let anchor = ""; // from where Shift chooses
  let picked = []; // the statements chosen together, in reading order; none where one is shown
  let dragged = null;
  let sought = ""; // the letters typed to find a line
  let soughtAt = 0;
  const folded = new Set(); // the keys of sections, and the names of tables and lists

  const items = () => [...list.querySelectorAll("[role=treeitem]")];
  const nodes = () => items().map((one) => one.dataset.node);
  const statements = () => nodes().filter(isStatement);
  const element = (node) => document.getElementById(idOf(node));
  // In review only what waits to be signed is stepped through.
  const stops = () => (bench.review.on() ? statements() : nodes());

  const isFolded = (node) => isRun(node) && folded.has(node);
  const ofRun = (node) => runs().find((one) => one.node === node)?.statements.map((one) => one.statement) || [];

  // Those that are listed, and those of tables and lists that are folded.
  function held() {
    return new Set([...statements(), ...nodes().filter(isFolded).flatMap(ofRun)]);
  }

  // The statements that a node stands for: its own, or those in it that are on the page.
  function within(node) {
    if (isStatement(node)) return [node];
    if (isRun(node)) return ofRun(node);
    const section = state.listing.find((one) => one.section === keyOf(node));
    const listed = held();
    return (section?.statements || []).filter((one) => !one.cut && listed.has(one.statement)).map((one) => one.statement);
  }

  function go(node) {
    if (!node) return;
    unpick();
    anchor = node;
    if (isRun(node)) {
      at = node;
      pick(within(node));
    } else if (isStatement(node)) bench.choose(node);
    else {
      bench.form.open(node, "", false);
      mark();
    }
  }

  // Of several, the one at which the keyboard is.
  function one() {
    go(isStatement(at) ? at : picked[0]);
  }

  function unpick() {
    roams = false;
    if (!picked.length) return;
    picked = [];
    bench.several.close();
  }

  function pick(keys) {
    const order = state.listing.flatMap((one) => one.statements.map((each) => each.statement));
    // What is cut is chosen with its like alone: nothing is done to both.
    const shown = keys.filter((one) => !element(one)?.classList.contains("kc-off"));
    const wanted = [...new Set(shown.length ? shown : keys)].sort((one, other) => order.indexOf(one) - order.indexOf(other));
    roams = false;
    if (wanted.length < 2) {
      unpick();
      go(wanted[0] || state.chosen);
      return;
    }
    bench.form.close(false);
    picked = wanted;
    mark();
    bench.several.open(picked);
    bench.say(`${counted(picked.length, "statement")} chosen.`);
  }

  function toggle(node) {
    const alone = bench.form.isOpen() ? [] : [state.chosen].filter(Boolean);
    const now = picked.length ? picked : alone.filter((one) => roams || one !== node);
    const own = within(node);
    const all = own.every((one) => now.includes(one));
    anchor = node;
    at = node;
    pick(all ? now.filter((one) => !own.includes(one)) : [...now, ...own]);
  }

  function reach(node) {
    const order = nodes();
    const ends = [order.indexOf(anchor || state.chosen), order.indexOf(node)].sort((one, other) => one - other);
    at = node;
    const reached = order.slice(Math.max(0, ends[0]), ends[1] + 1);
    pick(reached.flatMap((one) => (isStatement(one) || isFolded(one) ? within(one) : [])));
    at = node;
    mark();
  }

  // Mark what is chosen, and where the keyboard is; it stays in sight.
  function mark() {
    const row = bench.form.row();
    if (!picked.length && !roams) at = row && element(row) ? row : state.chosen;
    const chosen = new Set(picked.length ? picked : [roams ? state.chosen : at]);
    for (const one of items()) {
      const { node } = one.dataset;
      const whole = isRun(node) && picked.length > 1 && within(node).every((each) => chosen.has(each));
      const now = String(whole || chosen.has(node));
      if (one.getAttribute("aria-selected") !== now) one.setAttribute("aria-selected", now);
      one.classList.toggle("kc-cursor", node === at);
    }
    const found = at && element(at);
    if (!found) {
      list.removeAttribute("aria-activedescendant");
      return;
    }
    list.setAttribute("aria-activedescendant", found.id);
    const box = found.getBoundingClientRect();
    const frame = list.getBoundingClientRect();
    if (box.top < frame.top || box.bottom > frame.bottom) list.scrollTop += box.top - frame.top - frame.height / 3;
  }

  // After the list was drawn anew: what is not listed any more is not chosen.
  function drawn() {
    const listed = held();
    const left = picked.filter((one) => listed.has(one));
    if (left.length !== picked.length) {
      picked = left.length > 1 ? left : [];
      if (picked.length) bench.several.open(picked);
      else bench.several.close();
    }
    mark();
  }

  function fold(section, isFolded = !folded.has(section)) {
    if (isFolded) folded.add(section);
    else folded.delete(section);
    draw();
  }

  // What is chosen from elsewhere is not left in a folded section.
  function reveal(statement) {
    const place = state.listing.findIndex((one) => one.statements.some((each) => each.statement === statement));
    if (place < 0) return;
    const above = state.listing.slice(0, place + 1).reverse().find((one) => one.level === 1);
    const hidden = [state.listing[place], above].filter((one) => one && folded.has(one.section));
    const run = runs().find((one) => folded.has(one.node) && one.statements.some((each) => each.statement === statement));
    for (const one of hidden) folded.delete(one.section);
    if (run) folded.delete(run.node);
    if (hidden.length || run) draw();
  }

  // Step through the statements, wherever the focus is.
  function step(by) {
    const keys = statements();
    const place = keys.indexOf(state.chosen);
    const next = place < 0 ? 0 : Math.min(keys.length - 1, Math.max(0, place + by));
    if (keys.length && next !== place) go(keys[next]);
  }

  function beside(by) {
    const order = stops();
    const place = order.indexOf(at);
    return order[place < 0 ? 0 : Math.min(order.length - 1, Math.max(0, place + by))];
  }

  // One step out of a node, or into it: fold, unfold, or go there.
  function sideways(into) {
    const found = element(at);
    if (!found || bench.review.on()) return;
    const open = found.getAttribute("aria-expanded");
    if ((isSection(at) || isRun(at)) && open === String(!into)) fold(keyOf(at), !into);
    else if (into && open === "true") go(beside(1));
    else if (!into) {
      const level = Number(found.getAttribute("aria-level"));
      const above = items().slice(0, items().indexOf(found)).reverse();
      const parent = above.find((one) => Number(one.getAttribute("aria-level")) < level);
      if (parent) go(parent.dataset.node);
    }
  }

  function edit() {
    if (isRun(at)) {
      fold(at);
      return;
    }
    bench.show("statement");
    if (isStatement(at)) bench.words.focus();
    else bench.form.open(at, isSection(at) ? "heading" : "title");
  }

  function key(event) {
    if (event.altKey) return;
    const command = event.ctrlKey || event.metaKey;
    const isReviewing = bench.review.on();
    const by = MOVES[event.key];
    const acts = {
      " ": () => toggle(at),
      Enter: edit,
      F2: isStatement(at) ? edit : isReviewing || isRun(at) ? null : () => bench.structure.rename(at),
      ArrowLeft: () => sideways(false),
      ArrowRight: () => sideways(true),
      Delete: isReviewing ? null : bench.structure.cut,
      Escape: picked.length ? one : null,
    };
    let act = command && event.key !== " " ? null : acts[event.key];
    // What is below an open table or list is reached one by one.
    const onto = (node) => (isRun(node) && !isFolded(node) ? beside(by + Math.sign(by)) : node);
    if (by && event.shiftKey) act = () => reach(onto(beside(by)));
    else if (by && command)
      act = () => {
        at = beside(by);
        roams = true;
        mark();
      };
    else if (by) act = () => go(beside(by));
    else if (command && event.key.toLowerCase() === "a") act = () => pick(statements().filter((one) => !element(one).classList.contains("kc-off")));
    if (!act && !command && event.key.length === 1) act = () => seek(event.key);
    if (!act) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  }

  // Letters typed in a run go to the next line that begins with them.
  function seek(letter) {
    sought = Date.now() - soughtAt < RUN ? sought + letter.toLowerCase() : letter.toLowerCase();
    soughtAt = Date.now();
    const order = items();
    const from = order.findIndex((one) => one.dataset.node === at) + (sought.length > 1 ? 0 : 1);
    const begins = (one) => (one.querySelector(".kc-words, .kc-title-words")?.textContent || "").toLowerCase().startsWith(sought);
    const found = [...order.slice(from), ...order.slice(0, from)].find(begins);
    if (found && found.dataset.node !== at) go(found.dataset.node);
  }

  function click(event) {
    const found = event.target.closest("[role=treeitem]");
    if (!found) return;
    const { node } = found.dataset;
    if (event.target.closest(".kc-twist")) fold(keyOf(node));
    else if (event.shiftKey) reach(node);
    else if (event.ctrlKey || event.metaKey) toggle(node);
    else {
      go(node);
      bench.show("statement");
    }
  }

  // --- dragging ------------------------------------------------------------------------------

  // Where what is dragged would go: before, after or under the node that it is over.
  function target(event) {
    const over = dragged && event.target.closest?.("[role=treeitem]");
    if (!over || bench.review.on() || dragged.includes(over.dataset.node)) return null;
    const { node } = over.dataset;
    const box = over.getBoundingClientRect();
    const share = (event.clientY - box.top) / box.height;
    const half = share < 0.5 ? "before" : "after";
    if (!isSection(dragged[0])) {
      if (isSection(node)) return { over, node, where: "under" };
      const beside = within(node).at(half === "before" ? 0 : -1); // of a table or a list the first or last
      return beside && !dragged.includes(beside) ? { over, node: beside, where: half } : null;
    }
    if (!isSection(node)) return null;
    return { over, node, where: share > 0.3 && share < 0.7 && over.dataset.level === "1" ? "under" : half };
  }

  function unmark() {
    for (const one of list.querySelectorAll("[data-drop]")) delete one.dataset.drop;
  }

  list.addEventListener("keydown", key);
  list.addEventListener("click", click);
  list.addEventListener("dragstart", (event) => {
    const { node } = event.target.dataset;
    dragged = picked.includes(node) ? picked : isRun(node) ? within(node) : [node];
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", dragged.join(" "));
  });
  list.addEventListener("dragover", (event) => {
    unmark();
    const found = target(event);
    if (!found) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = "move";
    found.over.dataset.drop = found.where;
  });
  list.addEventListener("dragleave", unmark);
  list.addEventListener("drop", (event) => {
    const found = target(event);
    unmark();
    if (!found) return;
    event.preventDefault();
    event.stopPropagation();
    bench.structure.drop(dragged, found.node, found.where);
  });
  list.addEventListener("dragend", () => {
    dragged = null;
    unmark();
  });

  return { go, one, unpick, mark, drawn, step, reveal, statements, picked: () => picked, folded, at: () => at };
}
