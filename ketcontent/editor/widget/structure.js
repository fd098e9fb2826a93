// What is done to the structure of the page, and to several statements at once: what it applies to, what
// is asked before, what is said after. The kernel decides.

import { counted, h, options } from "./elements.js";
import { isSection, keyOf } from "./tree.js";

export function structureOf(bench, { cut: cutOne, move: moveOne, addIn }) {
  const { state } = bench;

  // What the tools apply to: statements chosen together, the section that is chosen, or the statement.
  function subject() {
    const picked = bench.list.tree.picked();
    if (picked.length) return { statements: picked };
    const row = bench.form.row();
    if (isSection(row)) return { section: keyOf(row) };
    if (row.startsWith("documents:")) return { page: true };
    return { statements: [state.chosen] };
  }

  const sectionOf = (statement) => state.listing.find((one) => one.statements.some((each) => each.statement === statement));
  const titleOf = (section) => state.listing.find((one) => one.section === section)?.title || section;
  const called = ({ statements, section }) =>
    section ? `the section “${titleOf(section)}”` : statements.length > 1 ? counted(statements.length, "statement") : statements[0];

  // Ask the kernel; where it would void something, ask the editor first.
  async function act(verb, given, more) {
    let answer = await bench.tell(verb, given, more);
    while (answer?.ask) {
      if (!(await bench.asking.confirm(answer.ask))) {
        bench.say("Nothing was changed.");
        return null;
      }
      const { yes, of } = answer.ask;
      answer = await bench.tell(verb, { ...given, ...(of ? { statement: of } : {}), yes });
    }
    // What has news of its own did not do what was asked, and the news is shown.
    return answer?.news ? null : answer;
  }

  async function done(asked, said) {
    if (await asked) bench.say(`${said} Undo takes it back.`);
  }

  // Its form closes first: in what may be gone no word is typed any more.
  async function cutSection(now) {
    const said = `Cut ${called(now)}.`;
    bench.form.close(false);
    bench.list.list.focus({ preventScroll: true });
    if (await act("cut_section", now)) bench.say(`${said} Undo takes it back.`);
    else bench.list.tree.go(nodeOf(now.section));
  }

  const nodeOf = (section) => `sections:${state.page.document}/${section}`;

  function cut() {
    const now = subject();
    if (now.page) return;
    if (now.section) {
      cutSection(now);
    } else if (now.statements.length > 1) done(act("cut", now), `Cut ${called(now)}.`);
    else cutOne(now.statements[0]);
  }

  function move(direction) {
    const now = subject();
    if (now.page) return;
    if (now.section) done(act("move_section", { section: now.section, direction }), `Moved ${called(now)} ${direction}.`);
    else if (now.statements.length > 1) done(act("move", { ...now, direction }), `Moved ${called(now)} ${direction}.`);
    else moveOne(direction);
  }

  // A section under the one before it, an item into a list within its own; or out of it.
  function level(inOrOut) {
    const now = subject();
    if (now.page) return;
    const way = inOrOut === "in" ? "a level down" : "a level up";
    const given = { ...now, level: inOrOut };
    done(act(now.section ? "move_section" : "move", given), `Set ${called(now)} ${way}.`);
  }

  function bringBack() {
    const now = subject();
    const said = `Brought back ${called(now)}.`;
    done(act("bring_back", now.section ? { section: now.section } : now), said);
  }

  // --- places --------------------------------------------------------------------------------

  const place = (section, where) => {
    const target = { section, ...where };
    const beside = where.before || where.after;
    return { target, said: `to “${titleOf(section)}”${beside ? `, ${where.before ? "before" : "after"} ${beside}` : ""}` };
  };

  function moveTo() {
    const now = subject();
    if (now.page) return;
    if (now.section) moveSectionTo(now.section);
    else moveStatementsTo(now);
  }

  const named = (one) => `${one.level === 2 ? "   " : ""}${one.title}`;

  async function moveStatementsTo(now) {
    const sections = state.listing.filter((one) => !one.cut);
    const home = sectionOf(now.statements[0])?.section;
    const where = h("select", { "aria-label": "Section", onchange: fillPlaces }, options(sections.map((one) => [one.section, named(one)]), home));
    const places = h("select", { "aria-label": "Place in the section" });
    function fillPlaces() {
      const { statements } = sections.find((one) => one.section === where.value);
      const others = statements.filter((one) => !one.cut && !now.statements.includes(one.statement));
      const first = others.length ? [[`before ${others[0].statement}`, "at the start"]] : [];
      places.replaceChildren(...options([["", "at the end"], ...first, ...others.map((one) => [`after ${one.statement}`, `after: ${one.words.slice(0, 60)}`])], ""));
    }
    fillPlaces();
    const chosen = await bench.asking.fill(`Move ${called(now)} to`, [where, places], "Move", () => [where.value, places.value.split(" ")]);
    if (!chosen) return;
    const [section, [side, beside]] = chosen;
    lay(now, place(section, beside ? { [side]: beside } : {}));
  }

  function lay(now, { target, said }) {
    done(act("move", { statements: now.statements, ...target }), `Moved ${called(now)} ${said}.`);
  }

  async function moveSectionTo(section) {
    const others = state.listing.filter((one) => !one.cut && one.section !== section);
    const which = h("select", { "aria-label": "Section" }, options(others.map((one) => [one.section, named(one)]), others[0]?.section));
    const where = h("select", { "aria-label": "Where" }, options([["after", "after"], ["before", "before"], ["under", "under"]], "after"));
    const chosen = await bench.asking.fill(`Move ${called({ section })}`, [where, which], "Move", () => ({ target: which.value, where: where.value }));
    if (chosen) laySection(section, chosen);
  }

  function laySection(section, { target, where }) {
    done(act("move_section", { section, target, where }), `Moved ${called({ section })} ${where} “${titleOf(target)}”.`);
  }

  // What was dragged is dropped on a node of the tree.
  function drop(dragged, node, where) {
    if (isSection(dragged[0])) {
      laySection(keyOf(dragged[0]), { target: keyOf(node), where });
      return;
    }
    const now = { statements: dragged };
    if (!isSection(node)) {
      lay(now, place(sectionOf(node).section, { [where]: node }));
      return;
    }
    const first = state.listing.find((one) => one.section === keyOf(node)).statements.find((one) => !one.cut && !dragged.includes(one.statement));
    lay(now, place(keyOf(node), first ? { before: first.statement } : {}));
  }

  // --- new ones ------------------------------------------------------------------------------

  async function addSection() {
    const now = subject();
    const after = now.page ? "" : now.section || sectionOf(now.statements[0])?.section || "";
    const heading = h("input", { "aria-label": "Heading of the new section", placeholder: "Heading", autocomplete: "off", dir: "auto", "data-kept": "add section heading", value: bench.fields.value("add section heading") });
    const title = after ? `Add a section after “${titleOf(after)}”` : "Add a section at the end";
    const words = await bench.asking.fill(title, [heading], "Add the section", () => heading.value.trim() || null);
    if (!words) return;
    const answer = await act("add_section", { after, heading: words });
    if (!answer) return;
    bench.fields.forget("add section heading");
    bench.say(`Added the section “${words}”. Alt+Enter adds a statement in it.`);
    bench.list.tree.go(nodeOf(answer.section));
    bench.list.list.focus({ preventScroll: true });
  }

  // Another heading of a section, or title of the page, by the name of its row.
  async function rename(row) {
    const isTitle = !isSection(row);
    const was = isTitle ? state.page.title : state.listing.find((one) => one.section === keyOf(row)).heading;
    const kept = `rename ${row}`;
    const field = h("input", { "aria-label": isTitle ? "Title" : "Heading", autocomplete: "off", dir: "auto", "data-kept": kept, value: bench.fields.value(kept) || was });
    const asked = bench.asking.fill(isTitle ? "The title of the page" : `The heading of ${keyOf(row)}`, [field], "Rename", () => ({ words: field.value }));
    field.select();
    const given = await asked;
    if (!given || given.words === was) {
      bench.fields.forget(kept);
      return;
    }
    if (!(await act("rename", { row, ...given }))) return;
    bench.fields.forget(kept);
    bench.say(`Renamed to “${given.words}”. Undo takes it back.`);
  }

  // Other words in the place of some, in all statements that are listed.
  async function replaceWords(found) {
    const old = h("input", { "aria-label": "Words that stand now", value: found, autocomplete: "off", dir: "auto" });
    const words = h("input", { "aria-label": "Words in their place", placeholder: "Words in their place", autocomplete: "off", dir: "auto", "data-kept": "replace words", value: bench.fields.value("replace words") });
    const whole = h("input", { type: "checkbox", checked: true });
    const statements = bench.list.shown();
    const title = `Replace words in the ${counted(statements.length, "statement")} listed`;
    const asked = bench.asking.fill(title, [old, words, h("label", {}, whole, " Whole words only")], "Replace", () => ({ old: old.value, new: words.value, is_whole: whole.checked }));
    words.focus();
    const given = await asked;
    if (!given) return;
    const answer = await act("replace", { statements, person: bench.signer.person(), ...given });
    if (!answer) return;
    bench.fields.forget("replace words");
    bench.say(`Replaced “${given.old}”. Undo takes it back.`);
  }

  // A new statement: after the chosen one, or at the end of the chosen section.
  function add() {
    const { section, statements, page } = subject();
    if (page) {
      addSection();
      return;
    }
    const last = section && state.listing.find((one) => one.section === section)?.statements.filter((one) => !one.cut).at(-1);
    if (section && !last) addIn(section);
    else bench.addAfter(last ? last.statement : statements.at(-1));
  }

  return { act, add, addSection, rename, replaceWords, cut, move, moveTo, level, bringBack, drop, subject };
}
