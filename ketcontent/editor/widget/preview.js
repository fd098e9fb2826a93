// The page as a reader sees it, a section at a time: a sentence or heading is chosen there, by a click
// or with the arrows, and what is typed is typed where it stands (reading.js).

import { button, counted, h, redline } from "./elements.js";
import { column as nameOf } from "./names.js";
import { grafted, grown, rangeOf, readBefore } from "./reader.js";

const HOW = "Click a sentence, or ↑ ↓ and Enter, and type there.";

export function previewOf(bench) {
  const { state } = bench;
  const fields = button("", () => bench.reading.fold(!bench.reading.on()), { class: "kc-quiet" });
  const edition = button("", otherEdition, { class: "kc-quiet" });
  const comment = button("Comment", () => bench.onSelection(), { class: "kc-quiet", title: "On the words selected (Alt+M)", "aria-label": "Comment on the words selected" });
  // A press would take the selection away.
  comment.addEventListener("mousedown", (event) => event.preventDefault());
  const eyebrow = h("span", { class: "kc-eyebrow" });
  const how = h("p", { class: "kc-hint" });
  const body = h("div", {});
  const element = h(
    "div",
    { class: "kc-right", role: "group", "aria-label": "The section as a reader sees it", tabindex: "0", onclick: clicked, onkeydown: keyed },
    h("div", { class: "kc-readbar" }, eyebrow, h("div", { class: "kc-tools" }, edition, fields, comment)),
    how,
    body,
  );
  let drawn = null; // what the kernel said of the page as it is drawn
  let wanted = ""; // the sentence to go to once it is there
  let left = new Map(); // by sentence: what was typed there, which the page as it is drawn lacks

  const inBox = (node) => bench.reading.box.contains(node);
  const keyOf = (item) => item.dataset.statement || item.dataset.signs;
  const items = () => [...body.querySelectorAll("[data-statement], [data-signs]")];
  const itemOf = (key, within = body) =>
    key && within.querySelector(`[data-statement="${CSS.escape(key)}"], [data-signs="${CSS.escape(key)}"]`);

  function otherEdition() {
    bench.reading.close();
    bench.tell("read", { edition: state.preview.edition === "supplied" ? "current" : "supplied" });
  }

  // --- choosing ------------------------------------------------------------------------------

  function clicked(event) {
    const label = event.target.closest("strong");
    const labelled = label?.nextElementSibling?.dataset.statement && !label.closest("[data-statement]");
    if (labelled && !state.preview.locked && !bench.review.on()) {
      bench.reading.open(label.nextElementSibling.dataset.statement, null, "label");
      return;
    }
    const item = event.target.closest("[data-statement], [data-signs]");
    if (!item || inBox(event.target) || event.target.closest("a") || !getSelection().isCollapsed) return;
    open(item, readBefore(item, event.clientX, event.clientY));
  }

  function keyed(event) {
    if (inBox(event.target) || event.altKey || event.ctrlKey || event.metaKey || event.target.closest("button, a")) return;
    const by = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
    const item = event.target.closest("[data-statement], [data-signs]");
    if (!by && (event.key !== "Enter" || !item)) return;
    event.preventDefault();
    if (by) step(item, by);
    else open(item);
  }

  function step(item, by) {
    const all = items();
    const next = item ? all[all.indexOf(item) + by] : itemOf(state.chosen) || all[0];
    if (next) {
      goTo(next);
      return;
    }
    // On to the section before or behind.
    const order = state.listing.flatMap((one) => one.statements).filter((one) => !one.cut).map((one) => one.statement);
    const ends = all.map((one) => order.indexOf(one.dataset.statement)).filter((at) => at >= 0);
    wanted = order[(by > 0 ? Math.max(...ends) : Math.min(...ends)) + by] || "";
    if (wanted) bench.choose(wanted);
  }

  function goTo(item) {
    for (const one of items()) if (!one.contains(bench.reading.box)) one.tabIndex = -1;
    item.tabIndex = 0;
    item.focus();
  }

  function open(item, before = null) {
    const key = keyOf(item);
    const { locked } = state.preview;
    const isStatement = Boolean(item.dataset.statement);
    if (!locked && !bench.review.on()) bench.reading.open(key, before);
    else if (isStatement) bench.choose(key);
    if (locked) bench.note(locked.message, locked.hint);
  }

  // --- drawing -------------------------------------------------------------------------------

  function draw() {
    const { html, sources, language, section, title, edition: shown, locked } = state.preview;
    const supplied = shown === "supplied";
    eyebrow.textContent = supplied ? "As it was received" : "As a reader sees it";
    edition.textContent = supplied ? "As it is now" : "As received";
    fields.textContent = bench.reading.on() ? "All fields" : "Fold fields";
    fields.setAttribute("aria-expanded", String(!bench.reading.on()));
    how.textContent = locked ? `${locked.message} ${locked.hint}` : HOW;
    if (drawn !== state.preview) left = new Map();
    drawn = state.preview;
    const fresh = h("div", {}, h("p", { class: "kc-pagetitle", "data-signs": `title:${state.page.document}` }, title));
    const parts = grown(html, state.chosen);
    const read = h("div", { class: "kc-reader", lang: language, dir: "auto" }, parts.length ? parts : h("p", {}, "This section has no words yet."));
    fresh.append(read);
    const listed = sources.map((one) => h("p", {}, h("b", {}, `${one.number}. `), one.text));
    if (sources.length) fresh.append(h("div", { class: "kc-reader kc-sources" }, h("p", { class: "kc-above" }, "Sources"), listed));
    fresh.append(...besides());
    const heading = read.querySelector("h2");
    if (heading) heading.dataset.signs = `heading:${section}`;
    for (const [key, counts] of Object.entries(state.preview.discussed)) {
      const open = [counted(counts[0], "proposal"), counted(counts[1], "comment")].filter((one) => !one.startsWith("0"));
      if (open.length) itemOf(key, fresh)?.append(" ", h("small", {}, open.join(", ")));
    }
    for (const [key, text] of left) insideOf(itemOf(key, fresh))?.replaceChildren(plain(text));
    showSaved(fresh);
    put(fresh, section);
  }

  // What is read of the section elsewhere on the page: its words explained, and who wrote and signed it.
  function besides() {
    const { terms = [], people = [] } = state.preview;
    const cell = (row, [column, text]) => h("dd", { "data-signs": `cell:${row}:${column}` }, text || h("span", { class: "kc-hint" }, `no ${nameOf(column).toLowerCase()}`));
    const list = (title, rows) => [
      h("p", { class: "kc-above" }, title),
      h("dl", {}, rows.map((one) => [h("dt", {}, one.name), Object.entries(one.cells).map((each) => cell(one.row, each))])),
    ];
    const parts = [terms.length ? list("Words explained", terms) : "", people.length ? list("Who wrote and signed it", people) : ""];
    return parts.some(Boolean) ? [h("div", { class: "kc-reader kc-sources kc-besides" }, parts)] : [];
  }

  // What a save did, beside the sentence that it changed.
  function showSaved(fresh) {
    const { saved } = state;
    if (!saved || !bench.reading.on() || bench.reading.opened()) return;
    const item = itemOf(saved.key, fresh);
    const others = saved.rows > 1 ? ` And ${counted(saved.rows - 1, "other change")}.` : "";
    const did = h("span", { class: "kc-did" }, h("b", {}, "✓ Saved: "), h("span", { class: "kc-redline" }, redline(saved.redline)), others);
    if (item?.tagName === "TR") item.lastElementChild?.append(" ", did);
    else item?.after(did);
  }

  // Where something stands in place of the words of a statement: of a row, in one cell across it.
  function insideOf(item) {
    if (item?.tagName !== "TR") return item;
    const cell = h("td", { colspan: "1000" });
    item.replaceChildren(cell);
    return cell;
  }

  // Take in what is drawn anew. What the eye is on stays where it is, and so does what one types in.
  function put(fresh, section) {
    const { reading } = bench;
    const key = reading.opened();
    const other = element.dataset.section !== section;
    element.dataset.section = section;
    const hadFocus = body.contains(document.activeElement) && !inBox(document.activeElement) ? keyOf(document.activeElement) : "";
    const eye = () => (key && reading.box.isConnected ? reading.box : itemOf(state.chosen))?.getBoundingClientRect().top;
    const before = eye();
    if (!key) body.replaceChildren(...fresh.childNodes);
    else {
      const place = placeFor(key, fresh);
      if (!grafted(body, fresh, reading.box, place)) {
        const active = inBox(document.activeElement) ? document.activeElement : null;
        const caret = active && [active.selectionStart, active.selectionEnd];
        place.append(reading.box);
        body.replaceChildren(...fresh.childNodes);
        active?.focus({ preventScroll: true });
        if (caret && typeof caret[0] === "number") active.setSelectionRange(...caret);
      }
    }
    const at = itemOf(state.chosen);
    for (const one of items()) if (!one.contains(bench.reading.box)) one.tabIndex = one === (at || items()[0]) ? 0 : -1;
    if (before !== undefined && eye() !== undefined && !other) element.scrollTop += eye() - before;
    else if (other) element.scrollTop = 0;
    keepInSight();
    underlineSaid();
    const again = itemOf(wanted) || itemOf(hadFocus);
    if (again && !key) goTo(again);
    if (itemOf(wanted)) wanted = "";
  }

  // Where the box of what one types in stands: in place of the words, or of a heading. A statement that
  // is not drawn yet stands behind the one that it was added after; of another section, alone.
  function placeFor(key, fresh) {
    const item = itemOf(key, fresh);
    if (item) {
      const place = item.matches("h2, p") ? h("div", { "data-signs": key }) : item;
      if (place !== item) item.replaceWith(place);
      place.replaceChildren();
      return insideOf(place);
    }
    const place = h("span", { "data-statement": key, class: "kc-here" });
    const order = state.listing.flatMap((one) => one.statements).map((one) => one.statement);
    const behind = bench.rows.isNew(key) && itemOf(order[order.indexOf(key) - 1], fresh);
    if (behind) behind.after(" ", place);
    else fresh.replaceChildren(h("div", { class: "kc-reader" }, place));
    return place;
  }

  // The words that somebody said something of, in the sentence that is chosen.
  function underlineSaid() {
    const item = itemOf(state.chosen);
    if (!globalThis.CSS?.highlights || !item || state.preview.locked) return;
    const open = (state.detail?.comments || []).filter((one) => one.anchor && !one.astray && !one.resolved);
    const ranges = open.map((one) => rangeOf(item, one.anchor)).filter(Boolean);
    CSS.highlights.set("kc-said", new Highlight(...ranges));
  }

  function keepInSight() {
    const now = bench.reading.opened() ? bench.reading.box : body.querySelector(".kc-here");
    if (!now) return;
    const box = now.getBoundingClientRect();
    const frame = element.getBoundingClientRect();
    if (box.top < frame.top || (box.bottom > frame.bottom && box.top > frame.top + 80)) element.scrollTop += box.top - frame.top - 80;
  }

  // Somebody typed here and goes on elsewhere: until an answer comes, the words stand as they typed them.
  function leave(key, text) {
    left.set(key, text);
  }

  function focus() {
    const item = itemOf(state.chosen);
    if (item) goTo(item);
    else element.focus({ preventScroll: true });
  }

  return { element, draw, leave, focus, focusOn: (key) => itemOf(key) && goTo(itemOf(key)) };
}

// Words without their marks, until the kernel has drawn them.
const plain = (text) =>
  text
    .replace(/\s*\[@[^\]]*\]/g, "")
    .replace(/\[([^\]]*)\]\([^)]*\)/g, "$1")
    .replace(/\*+/g, "");
