// What things are called on the screen, and how they are marked.

export const SEVERITIES = {
  error: { name: "Error", mark: "✕" },
  warning: { name: "Warning", mark: "▲" },
  advice: { name: "Advice", mark: "◆" },
};
export const KINDS = ["benefit", "risk", "mechanism", "use", "regulatory", "advice", "background"];
export const CERTAINTIES = [["high", "high"], ["moderate", "moderate"], ["low", "low"], ["very-low", "very low"]];
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
  stale: { mark: "↻", name: "sign-off out of date" },
  missing: { mark: "○", name: "sign-off missing" },
  valid: { mark: "✓", name: "signed" },
};
export const COLUMNS = {
  text: "Words",
  section: "Section",
  position: "Place in the section",
  block: "Paragraph or item",
  certainty_reasons: "Reasons for the grade",
  grade_reasons: "What lowers or raises the grade (GRADE)",
  form: "Shown as",
  layer: "When a reader sees it",
  author: "Writer",
  answer: "What became of it",
  answered_by: "Statements that answer it",
  answer_reason: "Why that became of it",
  supplier_decision: "What was decided of the supplier's change",
  supplier_reason: "Why it was decided so",
  // The page.
  translation_of: "Translation of",
  kind: "Kind",
  about_type: "What kind of thing it is about",
  about: "What it is about",
  review_every_days: "Days until it is reviewed again",
  under: "Stands under",
  // What pages share.
  needs: "Kind of page that must show it",
  expansion: "What it is short for",
  plain: "Plain word for it",
  definition: "What it means",
  conflicts: "Conflicts of interest",
  affiliation: "Where they work",
  credential: "Qualification and registration",
  market: "Country",
  contact: "Number or address",
  hours: "When it answers",
  kinds: "For which kinds",
  order: "Place in the order",
  // Sources and what they say.
  container_title: "Journal, book or site",
  collection_title: "Series",
  genre: "Kind of work",
  issued: "Issued on",
  doi: "DOI",
  pmid: "PubMed id",
  url: "Address",
  event_title: "Conference",
  event_date: "Days of the conference",
  event_place: "Place of the conference",
  accessed: "Address opened last on",
  confirmed_on: "All compared with the source on",
  unconfirmed: "Not compared with the source yet",
  retraction_checked_on: "Looked up whether it was retracted on",
  state: "What was announced of it",
  state_on: "Announced on",
  state_notice: "Where it was announced",
  revision_checked_on: "Looked up whether there is a newer version on",
  checked_on: "Looked up last on",
  finding: "What it found",
  locator: "Where in the source",
  treatment: "What the first group had",
  events: "People of it to whom that happened",
  total: "People in the first group",
  comparator: "What the other group had",
  comparator_events: "People of the other group to whom that happened",
  comparator_total: "People in the other group",
  people: "People in both groups",
  time: "When that was counted",
  // Rules and lists of phrases.
  looks_for: "What it looks for",
  unless: "What excuses it",
  bad_examples: "Sentences that it finds",
  good_examples: "Sentences that it spares",
  replacement: "What to write instead",
  // What people decide and say.
  until: "Until which day",
  owner: "Who answers for it",
  was: "The words before",
  words: "The words proposed",
  taken: "The words that were taken",
  decided_by: "Who decided",
  decided_on: "Decided on",
  proposed_on: "Proposed on",
  said_on: "Said on",
  reply_to: "Answer to",
  anchor: "The words that it is on",
  anchor_at: "Where these words stand",
  resolved_by: "Who settled it",
  resolved_on: "Settled on",
  signed_on: "Signed on",
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
  statements: "statement",
  proposals: "proposal",
  comments: "comment",
  signoffs: "sign-off",
  signing_keys: "signing key",
  releases: "note of a release",
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
  ["F9", "Use the words that a finding suggests"],
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
  ["↑  ↓  Enter", "Where the page is read: from sentence to sentence, and type in one"],
  ["Ctrl+Enter", "Save, and go on reading"],
  ["Alt+5", "Go to what is wrong with the page as a whole"],
  ["Alt+V", "Make a statement of each sentence that was pasted"],
  ["Ctrl+Shift+V", "Paste the plain words"],
  ["Alt+B", "Bring in a page"],
  ["Alt+T", "The rows of all tables: page, headings, sources, terms, people …"],
  ["Esc", "Close what is open; where the page is read, put back what you typed"],
  ["Alt+M", "Comment on the words selected, typed or read"],
  ["Alt+R", "Edit or review"],
  ["Alt+A", "Approve, in review"],
  ["Alt+C", "Comment to ask for changes, in review"],
  ["Alt+H", "Show or hide this list"],
];

export function worst(one) {
  return ["refused", "stale", "missing", "valid"].find((state) =>
    Object.values(one.signoffs).includes(state),
  );
}

// What a column of a table is called on the screen.
export const column = (name) =>
  COLUMNS[name] || `${name[0].toUpperCase()}${name.slice(1).replaceAll("_", " ")}`;

// What a table is called on the screen.
const MANY = { documents: "Pages", sections: "Headings", strings: "Words of the page's frame", evidence: "Evidence", people: "People", policies: "Policies", site: "Site" };
export const table = (name) => MANY[name] || column(`${TABLES[name] || name}s`);

// A row, as a message tells of it: what it is, and of what.
export const rowOf = ({ table: name, key, of }) =>
  `${TABLES[name] || name} ${of && ["proposals", "comments", "signoffs"].includes(name) ? `for ${of}` : [key].flat().join("/")}`;

// Words of a message or description, in which a column has its name on the screen. No key of a row and
// no word of a language is written with a line below between its words.
const SAID = new Set(["message", "hint", "description", "fixed", "undo", "redo"]);
const COLUMN = /(?<![\w/.@:=&-])'?\b([a-z]+(?:_[a-z]+)+)\b'?(?![\w/@=(-])/g;
const FILE = /\b([a-z_]+)\.csv\b/g;
const said = (text = "") =>
  text
    .replace(FILE, (all, name) => (TABLES[name] ? `the table “${table(name)}”` : all))
    .replace(COLUMN, (all, name) => (COLUMNS[name] ? `“${column(name)}”` : all));

// An answer of the kernel, in which what is said has the names of the screen.
export function named(answer) {
  for (const [name, value] of Object.entries(answer || {})) {
    if (typeof value === "string") {
      if (SAID.has(name)) answer[name] = said(value);
    } else if (value && typeof value === "object") named(value);
  }
  return answer;
}
