// What the list will be once the kernel has done what was asked: a new row is there at once, a cut
// one is gone. Each takes the listing and changes it in place; the kernel's own listing replaces it.

function placeOf(listing, statement) {
  for (const { statements } of listing) {
    const at = statements.findIndex((one) => one.statement === statement);
    if (at >= 0) return { statements, at };
  }
  return null;
}

const isShown = (one) => !one.cut;

const entryOf = (statement, words = "") => ({
  statement,
  words: words || "(no words yet)",
  form: "",
  kind: "",
  certainty: "",
  cut: false,
  faults: [0, 0, 0],
  signoffs: {},
  changed: "new",
  discussed: [0, 0],
});

export function withNew(listing, after, statement, words = "") {
  const place = placeOf(listing, after);
  if (!place || placeOf(listing, statement)) return;
  place.statements.splice(place.at + 1, 0, entryOf(statement, words));
}

// The first statement of a section.
export function withFirst(listing, section, statement) {
  const home = listing.find((one) => one.section === section);
  if (home && !placeOf(listing, statement)) home.statements.unshift(entryOf(statement));
}

export function withCut(listing, statement) {
  const place = placeOf(listing, statement);
  if (!place) return;
  const [entry] = place.statements.splice(place.at, 1);
  if (entry.changed !== "new") place.statements.push({ ...entry, cut: true, faults: [0, 0, 0], changed: "changed" });
}

// The statement after one in its section, as far as both are on the page.
export function nextInSection(listing, statement) {
  const place = placeOf(listing, statement);
  const next = place && place.statements[place.at + 1];
  return next && isShown(next) ? next.statement : null;
}

// The statement that takes the place of one that is cut: the next on the page, or the last.
export function neighbour(listing, statement) {
  const order = listing.flatMap((one) => one.statements).filter(isShown).map((one) => one.statement);
  const at = order.indexOf(statement);
  return order[at + 1] || order[at - 1] || null;
}

// The statement before one, which a row can be added after.
export function before(listing, statement) {
  const order = listing.flatMap((one) => one.statements).map((one) => one.statement);
  return order[order.indexOf(statement) - 1] || order.find((one) => one !== statement) || null;
}
