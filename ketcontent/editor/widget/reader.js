// The section as HTML of the package's own templates, which escape what comes from a table. All
// the same only tags and attributes that a section has are kept, and no link inside the page, which
// would lead out of the notebook.
const KEPT_TAGS = new Set(
  [
    "SECTION H2 H3 P UL OL LI DIV SPAN STRONG EM CODE SMALL SUP SUB A BR BDI BDO DEL S".split(" "),
    "TABLE CAPTION THEAD TBODY TR TH TD".split(" "),
  ].flat(),
);
const KEPT_ATTRIBUTES = new Set(["class", "lang", "dir", "role", "aria-label", "scope"]);
export function grown(html, chosen) {
  const parsed = new DOMParser().parseFromString(html, "text/html");
  const copy = (node) => {
    if (node.nodeType === Node.TEXT_NODE) return document.createTextNode(node.data);
    if (node.nodeType !== Node.ELEMENT_NODE || !KEPT_TAGS.has(node.tagName)) return null;
    const href = node.getAttribute("href") || "";
    const outward = /^https?:\/\//.test(href);
    const inside = node.tagName === "A" && !outward;
    if (inside && !node.textContent) return null; // the link of a sentence to itself
    const made = document.createElement(inside ? "span" : node.tagName);
    for (const { name, value } of node.attributes) {
      if (KEPT_ATTRIBUTES.has(name) && !(inside && name === "aria-label")) {
        made.setAttribute(name, name === "class" ? `kc-r-${value}` : value);
      }
    }
    if (node.id.startsWith("s_")) {
      made.dataset.statement = node.id.slice(2);
      if (made.dataset.statement === chosen) made.classList.add("kc-here");
    }
    if (outward) {
      made.href = href;
      made.target = "_blank";
      made.rel = "noopener noreferrer";
    }
    made.append(...[...node.childNodes].map(copy).filter(Boolean));
    return made;
  };
  return [...parsed.body.childNodes].map(copy).filter(Boolean);
}

// Draw `fresh` in the place of what is in `old`, where `kept` (in which somebody types) is not taken
// out of the document: that would end the word that an input method is composing. `kept` then stands
// in `place`, which is in `fresh`. False where it stands in other elements there.
export function grafted(old, fresh, kept, place) {
  const mine = wayTo(kept.parentNode, old);
  const theirs = wayTo(place, fresh);
  const alike = mine && theirs && mine.length === theirs.length && mine.length > 0;
  if (!alike || mine.some((one, at) => one.tagName !== theirs[at].tagName)) return false;
  let [above, from] = [old, fresh];
  for (const [at, one] of mine.entries()) {
    const other = theirs[at];
    for (const each of [...above.childNodes]) if (each !== one) each.remove();
    const all = [...from.childNodes];
    one.before(...all.slice(0, all.indexOf(other)));
    one.after(...all.slice(all.indexOf(other) + 1));
    for (const { name } of [...one.attributes]) one.removeAttribute(name);
    for (const { name, value } of other.attributes) one.setAttribute(name, value);
    [above, from] = [one, other];
  }
  return true;
}

function wayTo(node, top) {
  const way = [];
  for (let one = node; one !== top; one = one.parentNode) {
    if (!one) return null;
    way.unshift(one);
  }
  return way;
}

// The words that a reader reads in a part of the page: not its marks, nor what is typed there.
function readIn(range) {
  const part = range.cloneContents();
  for (const one of part.querySelectorAll("sup, small, .kc-did, .kc-unseen")) one.remove();
  return part.textContent.split(/\s+/).join(" ");
}

// The words that are selected in one sentence or heading, and how many characters are read behind
// them in it; null where none are, or those of several. What stands around it may be selected too.
export function quoted(root) {
  const selection = getSelection();
  if (!selection.rangeCount || selection.isCollapsed) return null;
  const range = selection.getRangeAt(0).cloneRange();
  const touched = [...root.querySelectorAll("[data-statement], [data-signs]:not([data-signs^='cell:'])")].filter((one) => range.intersectsNode(one) && one.closest(".kc-right"));
  const [place] = touched;
  if (touched.length !== 1 || place.querySelector("textarea")) return null;
  if (!place.contains(range.startContainer)) range.setStart(place, 0);
  if (!place.contains(range.endContainer)) range.setEnd(place, place.childNodes.length);
  const rest = document.createRange();
  rest.selectNodeContents(place);
  rest.setStart(range.endContainer, range.endOffset);
  const words = readIn(range);
  const behind = readIn(rest).trimEnd().length + (words.length - words.trimEnd().length);
  return words.trim() ? { statement: place.dataset.statement || place.dataset.signs, words: words.trim(), behind } : null;
}

// Where words are read in a sentence, as a range of the document; null where they are not.
export function rangeOf(place, words) {
  const walker = document.createTreeWalker(place, NodeFilter.SHOW_TEXT);
  const at = []; // by letter that is read: its node, and its place there
  let read = "";
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    for (let offset = 0; offset < node.data.length; offset++) {
      const letter = /\s/.test(node.data[offset]) ? " " : node.data[offset];
      if (letter === " " && read.endsWith(" ")) continue;
      at.push([node, offset]);
      read += letter;
    }
  }
  const start = read.indexOf(words);
  if (start < 0 || !words) return null;
  const range = document.createRange();
  range.setStart(...at[start]);
  const [node, offset] = at[start + words.length - 1];
  range.setEnd(node, offset + 1);
  return range;
}

// The words that are read before a point of the screen in a sentence; null where none is there.
export function readBefore(place, x, y) {
  const at = document.caretPositionFromPoint?.(x, y);
  const [node, offset] = at ? [at.offsetNode, at.offset] : [];
  const found = node || document.caretRangeFromPoint?.(x, y)?.startContainer;
  if (!found || !place.contains(found)) return null;
  const range = document.createRange();
  range.selectNodeContents(place);
  range.setEnd(found, node ? offset : document.caretRangeFromPoint(x, y).startOffset);
  return readIn(range);
}
