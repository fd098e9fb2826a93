// Tables and lists in the list of the page: statements that follow each other and are read as one. Each
// is a node of its own, which stands for all of its statements and has the name of the first.

import { counted } from "./elements.js";

const TABLE = ["caption", "header", "row"]; // in the order in which they follow each other
const PREFIX = "run:";

export const isRun = (node) => node.startsWith(PREFIX);
export const isItem = (form) => /^item(-[0-9])?$/.test(form);

// The tables and lists of a section, each with its statements; none of one statement alone.
export function runsOf(statements) {
  const found = [];
  let last = null;
  for (const one of statements.filter((each) => !each.cut)) {
    const kind = TABLE.includes(one.form) ? "table" : isItem(one.form) ? "list" : "";
    const before = last?.statements.at(-1);
    const follows = kind && last?.kind === kind && before.layer === one.layer;
    if (follows && (kind === "list" || TABLE.indexOf(before.form) <= TABLE.indexOf(one.form))) last.statements.push(one);
    else {
      last = { kind, node: PREFIX + one.statement, statements: [one] };
      if (kind) found.push(last);
    }
  }
  return found.filter((one) => one.statements.length > 1);
}

// What a node says: the caption or the headers of a table, how many rows. An item may have several
// statements.
export function nameOf({ kind, statements }) {
  if (kind === "list") return `List of ${counted(statements.length, "statement")}`;
  const rows = statements.filter((one) => one.form === "row").length;
  const name = statements.find((one) => one.form !== "row")?.words;
  return `Table of ${counted(rows, "row")}${name ? `: ${name}` : ""}`;
}
