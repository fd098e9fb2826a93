// The words of every statement: as the kernel last said, as the questions that are under way will
// leave them, and as they stand on the screen. The browser is the first owner of what is typed: an
// answer is brought into newer words (`take`), and never replaces them.

import { merged, moved, same } from "./merge.js";

// Columns of running words.
const RUNNING = ["text", "label", "certainty_reasons", "grade_reasons", "topics", "answered_by", "answer_reason"];
const UNKEPT = /[\p{Cc}\p{Cs}\p{Noncharacter_Code_Point}\u202a-\u202e\u2066-\u2069]/gu; // as the kernel

// Words as a field can hold them, each character in its place.
export const cleaned = (words) => words.replace(UNKEPT, " ");

export function rowsOf(bench, { onChange }) {
  const known = new Map(); // by statement: its cells as the kernel last said
  const live = new Map(); // by statement: the cells that were typed since
  const refused = new Map(); // by statement: typed cells that the kernel did not take
  let made = 0;

  const copies = bench.copies;
  const cells = (statement) => known.get(statement) || bench.newRow(statement);
  const said = (statement, column) => cells(statement)[column] ?? "";

  // What a cell will be when all that was asked is answered.
  function awaited(statement, column) {
    for (const question of [...bench.kernel.questions].reverse()) {
      const cell = question.expects?.get(statement)?.[column];
      if (cell !== undefined) return cell;
    }
    return said(statement, column);
  }

  const cell = (statement, column) => live.get(statement)?.[column] ?? awaited(statement, column);
  const row = (statement) =>
    Object.fromEntries(Object.keys(cells(statement)).map((column) => [column, cell(statement, column)]));

  function type(statement, column, text, after) {
    if (!live.has(statement)) live.set(statement, {});
    live.get(statement)[column] = text;
    refused.delete(statement);
    copies.keep({ statement, column, text, seen: said(statement, column), after });
  }

  // Show a cell as the question under way will leave it.
  function asExpected(statement, column) {
    const cells = live.get(statement);
    if (cells) delete cells[column];
  }

  // What was typed and not asked to be kept yet, by statement.
  function unsent() {
    const found = [];
    for (const [statement, cells] of live) {
      const changed = Object.entries(cells).filter(
        ([column, text]) =>
          !same(text, awaited(statement, column)) && refused.get(statement)?.[column] !== text,
      );
      if (changed.length) found.push([statement, Object.fromEntries(changed)]);
    }
    return found;
  }

  // Bring an answer into what was typed since its question was asked. `said` are the rows that it
  // tells of; a row that it removes while newer words stand in it is returned: they need another.
  function take(question, answer) {
    if (question.made && answer.new) rename(question.made, answer.new, question);
    if (question.verb === "edit" && answer.error) {
      for (const [statement, cells] of question.expects) {
        refused.set(statement, { ...cells });
        live.set(statement, { ...cells, ...live.get(statement) });
      }
      return [];
    }
    const told = answer.rows || {};
    const theirsFirst = ["undo", "redo"].includes(question.verb);
    const homeless = [];
    for (const statement of new Set([...Object.keys(told), ...(question.expects?.keys() || [])])) {
      const before = known.get(statement);
      const now = statement in told ? told[statement] : before;
      const expected = question.expects?.get(statement) || {};
      const columns = new Set([...Object.keys(now || {}), ...Object.keys(before || {}), ...Object.keys(expected)]);
      for (const column of columns) {
        const from = expected[column] ?? before?.[column] ?? "";
        const newer = live.get(statement)?.[column];
        // Of a row of another table, newer words make it anew: they are sent as any others.
        if (!now && column === "text" && !isRow(statement) && newer !== undefined && !same(newer, from)) homeless.push([statement, newer]);
        else follow({ statement, column, from, to: now?.[column] ?? "", theirsFirst });
      }
      if (now) known.set(statement, now);
      else {
        known.delete(statement);
        if (!isRow(statement)) live.delete(statement);
      }
      tidy(statement);
      onChange(statement, theirsFirst);
    }
    if (answer.status.kept) {
      copies.settle((statement, column) => same(cell(statement, column), said(statement, column)));
    }
    return homeless;
  }

  // A cell that was expected to be `from` has become `to`: so change what was built on it.
  function follow({ statement, column, from, to, theirsFirst }) {
    if (same(from, to)) return;
    const run = RUNNING.includes(column);
    const onto = (base, mine, theirs) => {
      if (run) return merged(base, mine, theirs, theirsFirst);
      return base === mine ? theirs : mine;
    };
    let [was, is] = [from, to];
    for (const question of bench.kernel.questions) {
      const cells = question.expects?.get(statement);
      if (cells?.[column] === undefined) continue;
      const mine = cells[column];
      cells[column] = onto(was, mine, is);
      if (question.at !== undefined && column === "text") question.at = moved(question.at, was, is);
      [was, is] = [mine, cells[column]];
    }
    const cells = live.get(statement);
    if (cells?.[column] === undefined) return;
    cells[column] = onto(was, cells[column], is);
    const copy = { statement, column, text: cells[column], seen: said(statement, column) };
    if (!same(cells[column], is)) copies.keep(copy);
  }

  // Forget what was typed where the kernel has it and nothing is under way.
  function tidy(statement) {
    const cells = live.get(statement);
    if (!cells) return;
    for (const column of Object.keys(cells)) {
      const awaits = bench.kernel.questions.some((one) => one.expects?.get(statement)?.[column] !== undefined);
      if (!awaits && same(cells[column], said(statement, column))) delete cells[column];
    }
    if (!Object.keys(cells).length) live.delete(statement);
  }

  // The kernel has given a key to a row that the browser made.
  function rename(old, key, answered) {
    for (const map of [live, known, refused]) {
      if (!map.has(old)) continue;
      map.set(key, map.get(old));
      map.delete(old);
    }
    for (const question of [answered, ...bench.kernel.questions]) {
      if (question.statement === old) question.statement = key;
      if (question.expects?.has(old)) {
        question.expects.set(key, question.expects.get(old));
        question.expects.delete(old);
      }
    }
    copies.rename(old, key);
    bench.rename(old, key);
  }

  const create = () => `new-${bench.me}-${++made}`;
  const isRow = (name) => name.includes(":"); // of a table other than that of statements
  const isThere = (name) => known.has(name) || live.has(name);
  const isNew = (statement) => statement.startsWith(`new-${bench.me}-`);
  return { cell, row, type, asExpected, unsent, take, create, isNew, isThere };
}
