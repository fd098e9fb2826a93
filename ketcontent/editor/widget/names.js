// What things are called on the screen, and how they are marked.

export const SEVERITIES = {
  error: { name: "Error", mark: "✕" },
  warning: { name: "Warning", mark: "▲" },
  advice: { name: "Advice", mark: "◆" },
};
export const KINDS = ["benefit", "risk", "mechanism", "use", "regulatory", "advice", "background"];
export const CERTAINTIES = ["high", "moderate", "low", "very-low"];
export const GRADE_REASONS = {
  "risk-of-bias": "Lowers: the studies may be biased",
  inconsistency: "Lowers: the studies disagree",
  indirectness: "Lowers: other people, treatments or outcomes were studied",
  imprecision: "Lowers: few people, or a wide range of results",
  "publication-bias": "Lowers: studies may be missing",
  "large-effect": "Raises: the effect is large",
  "dose-response": "Raises: more of it does more",
};
export const FORMS = [
  ["paragraph", "paragraph"],
  ["item", "item of a list"],
  ...[2, 3, 4, 5, 6].map((depth) => [`item-${depth}`, `item, level ${depth}`]),
  ["caption", "caption of a table"],
  ["header", "header of a table"],
  ["row", "row of a table"],
  ["notice", "notice"],
];
export const ANSWERS = [
  ["kept", "kept as received"],
  ["moved", "moved, the same words"],
  ["reworded", "reworded, the same claim"],
  ["answered", "answered by other statements"],
  ["cut", "cut: not said any more"],
];
export const ROLES = ["supports", "qualifies", "contradicts"];
export const CAPACITIES = ["editorial", "clinical", "lay"];
export const SIGNED = {
  refused: { mark: "✕", name: "changes asked for" },
  stale: { mark: "↻", name: "sign-off stale" },
  missing: { mark: "○", name: "sign-off missing" },
  valid: { mark: "✓", name: "signed" },
};
export const COLUMNS = {
  text: "Words",
  certainty_reasons: "Reasons for the grade",
  grade_reasons: "What lowers or raises it (GRADE)",
  form: "Shown as",
  layer: "Seen",
  author: "Writer",
  answer: "What became of it",
  answered_by: "Statements that answer it",
  answer_reason: "Why",
};
// What a row of a table is.
export const TABLES = {
  documents: "page",
  sections: "heading",
  notices: "notice",
  terms: "term",
  sources: "source",
  evidence: "evidence",
  people: "person",
  policies: "policy",
  topics: "topic",
  rules: "rule",
  phrases: "phrase",
  help_lines: "help line",
  waivers: "waiver",
  strings: "words of the page's frame",
  site: "site",
};
export const FILTERS = {
  all: ["All", () => true],
  faults: ["With findings", (one) => one.faults.some(Boolean)],
  errors: ["With errors", (one) => one.faults[0] > 0],
  unsigned: ["Not signed", (one) => worst(one) && worst(one) !== "valid"],
  stale: ["Stale sign-off", (one) => Object.values(one.signoffs).includes("stale")],
  discussed: ["Proposals, comments", (one) => one.discussed.some(Boolean)],
  changed: ["Unsaved", (one) => Boolean(one.changed)],
  cut: ["Cut", (one) => one.cut],
};
export const SHORTCUTS = [
  ["Ctrl+S", "Save"],
  ["Ctrl+Z", "Undo"],
  ["Ctrl+Shift+Z", "Redo"],
  ["Alt+↓  Alt+↑", "Next, previous statement"],
  ["Ctrl+B  Ctrl+I  Ctrl+K", "Bold, italics, a link: the words selected, or the word at the cursor"],
  ["F8", "Next finding in the words"],
  ["F9", "Write what a finding says instead"],
  ["Alt+Enter", "Add a statement after this one"],
  ["Alt+Shift+↓  Alt+Shift+↑", "Move what is chosen"],
  ["Alt+S", "Split at the cursor"],
  ["Alt+J", "Join with the next"],
  ["Alt+Delete", "Cut what is chosen: a statement, several, a section"],
  ["Alt+N", "Add a section"],
  ["Alt+O", "Move what is chosen to a place"],
  ["Alt+Shift+→  Alt+Shift+←", "A section or an item a level down, up"],
  ["Shift+↓  Ctrl+Space  Ctrl+A", "In the list: choose several, one more, all"],
  ["→  ←  F2", "In the list: unfold, fold, rename"],
  ["Alt+0", "Go to a question"],
  ["Alt+1  Alt+2  Alt+3  Alt+4", "Go to the list, the words, the evidence, the page as it is read"],
  ["↑  ↓  Enter", "There: from sentence to sentence, and type in it"],
  ["Ctrl+Enter", "Save, and go on reading"],
  ["Alt+5", "Go to what is wrong with the page as a whole"],
  ["Alt+V", "Make a statement of each sentence that was pasted"],
  ["Ctrl+Shift+V", "Paste the plain words"],
  ["Alt+B", "Bring in a page"],
  ["Alt+T", "The rows of all tables: page, headings, sources, terms, people …"],
  ["Esc", "From there back to the statement; put back what is typed where it is read"],
  ["Alt+M", "Comment on the words selected, typed or read"],
  ["Alt+R", "Edit or review"],
  ["Alt+A", "Approve, in review"],
  ["Alt+C", "Comment to ask for changes, in review"],
  ["Alt+H", "This list"],
];

export function worst(one) {
  return ["refused", "stale", "missing", "valid"].find((state) =>
    Object.values(one.signoffs).includes(state),
  );
}

// What a column of a table is called on the screen.
export const column = (name) =>
  COLUMNS[name] || `${name[0].toUpperCase()}${name.slice(1).replaceAll("_", " ")}`;
