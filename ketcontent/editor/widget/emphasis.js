// Bold, italics and links of words that are selected. What is typed is the source of a sentence, so
// that nothing of it can be lost; nobody needs to know its marks. Where the stars of a text do not pair
// it is left as it is. So is what would be no more what it was: a citation, an address, a link whose ends
// stand on two sides of a mark.

const STARS = { bold: 2, italics: 1 };
const KINDS = Object.keys(STARS);
const WORD = /[\p{L}\p{N}\p{M}’'-]/u;
// Within these no mark is set: a citation, the address of a link, one by itself, code, underlined stress,
// an entity, what is read as one letter.
const CITATION = /(?<!\\)\[@[^[\]]*\]/.source;
const ADDRESS_OF_LINK = /\]\((?:[^()\s]|\([^()\s]*\))*(?:\s+"[^"]*")?\)/.source;
const WHOLE = [CITATION, ADDRESS_OF_LINK, "<[^<>\\s]*>", "`[^`]*`", "(?<![\\p{L}\\p{N}_])_[^_]+_(?![\\p{L}\\p{N}_])", "&#?\\w+;"].join("|");
const LETTER = /\p{RI}{2}|[^](?:[\p{M}\p{Emoji_Modifier}]|\u200d[^])*/.source;
const PARTS = new RegExp(`\\\\.|(?<whole>${WHOLE})|\\*+|${LETTER}`, "gu");
const CITATIONS = new RegExp(`\\s*${CITATION}`, "gu");
const ADDRESS = /^(https?:\/\/|mailto:|tel:|sms:|#)\S+$/;
const isSpace = (one) => one === undefined || /\s/.test(one);
const isMark = (one) => one !== undefined && /[\p{P}\p{S}]/u.test(one);
// Stars open at the words behind them and close at those before; between a letter and a mark they do neither.
const opens = (before, behind) => !isSpace(behind) && (!isMark(behind) || isSpace(before) || isMark(before));
const turns = (isOpen, before, behind) => (isOpen ? opens(behind, before) : opens(before, behind));

// The letters of a text without its stars, each with where it stands and whether it is bold or in
// italics; null where stars have no other to pair with.
function read(text) {
  const letters = [];
  const open = { bold: false, italics: false };
  for (const { 0: found, index: at, groups } of text.matchAll(PARTS)) {
    const [before, behind] = [text[at - 1], text[at + found.length]];
    if (found[0] !== "*" || (isSpace(before) && isSpace(behind))) {
      letters.push({ ...open, at, source: found, isWhole: Boolean(groups.whole) });
      continue;
    }
    if (found.length > 3) return null;
    for (const kind of KINDS.filter((one) => found.length === 3 || found.length === STARS[one])) {
      if (!turns(open[kind], before, behind)) return null;
      open[kind] = !open[kind];
    }
  }
  return open.bold || open.italics ? null : letters;
}

// The text of letters, and where those from `start` to `end` stand in it.
function written(letters, start, end) {
  const open = []; // the kinds that are open, the first one outermost
  const lasts = (kind, from) => letters.slice(from).findIndex((one) => !one[kind]) + 1 || Infinity;
  const places = [];
  let text = "";
  for (const [place, letter] of [...letters, {}].entries()) {
    if (place === end) places.push(text.length);
    const ended = open.findIndex((kind) => !letter[kind]);
    if (ended >= 0) text += open.splice(ended).reverse().map((kind) => "*".repeat(STARS[kind])).join("");
    const begun = KINDS.filter((kind) => letter[kind] && !open.includes(kind));
    for (const kind of begun.sort((one, other) => lasts(other, place) - lasts(one, place))) {
      open.push(kind);
      text += "*".repeat(STARS[kind]);
    }
    if (place === start) places.push(text.length);
    text += letter.source || "";
  }
  return { text, start: places[0], end: places[1] };
}

// What is meant by a selection: not the spaces and stars at its ends, and the word at a caret.
function meant(text, from, to) {
  let [start, end] = [from, to];
  if (start === end) {
    while (start > 0 && WORD.test(text[start - 1])) start -= 1;
    while (end < text.length && WORD.test(text[end])) end += 1;
  }
  while (start < end && /[\s*]/.test(text[start])) start += 1;
  while (end > start && /[\s*]/.test(text[end - 1])) end -= 1;
  return [start, end];
}

const isMeant = ({ at, source }, start, end) => at < end && at + source.length > start;

// The text with these words bold or in italics, or not any more, and where they stand then; null where
// no words are meant, or none can be marked so.
export function emphasized(text, from, to, kind) {
  const [start, end] = meant(text, from, to);
  const letters = start < end && read(text);
  if (!letters) return null;
  // A bar parts two cells of a row, and a mark ends with its cell.
  const isMarked = (one) => isMeant(one, start, end) && one.source !== "|";
  const turnOn = letters.some((one) => isMarked(one) && !isSpace(one.source) && !one[kind]);
  const now = letters.map((one) => (isMarked(one) ? { ...one, [kind]: turnOn } : one));
  // No mark begins or ends at a space.
  for (const each of KINDS) {
    for (const [place, one] of now.entries()) {
      if (isSpace(one.source)) now[place] = { ...one, [each]: one[each] && Boolean(now[place - 1]?.[each]) };
    }
    for (let place = now.length - 1; place >= 0; place -= 1) {
      if (isSpace(now[place].source) && !now[place + 1]?.[each]) now[place] = { ...now[place], [each]: false };
    }
  }
  const found = written(now, letters.findIndex(isMarked), letters.findLastIndex(isMarked) + 1);
  const same = (one, other) => one && KINDS.every((each) => one[each] === other[each]);
  const stands = (again, wanted) => again?.length === wanted.length && again.every((one, place) => same(one, wanted[place]));
  if (!keepsLinks(now) || !stands(read(found.text), now)) return null;
  // As it is read, without the citations.
  const words = (some) => some?.filter((one) => !isSpace(one.source) && !one.source.startsWith("[@"));
  return stands(words(read(found.text.replace(CITATIONS, ""))), words(now)) ? found : null;
}

// The links among letters, each with all of its own.
function linksOf(letters) {
  const begun = [];
  const found = [];
  for (const [place, { source }] of letters.entries()) {
    const isEnd = source.startsWith("](");
    if (source === "[") begun.push(place);
    const first = isEnd || source === "]" ? begun.pop() : undefined;
    if (isEnd && first !== undefined) found.push(letters.slice(first, place + 1));
  }
  return found;
}

// Whether no mark that stands around one end of a link leaves out some of it.
const keepsLinks = (letters) =>
  linksOf(letters).every((link) =>
    KINDS.every((kind) => !(link[0][kind] || link.at(-1)[kind]) || link.every((one) => one[kind] || isSpace(one.source))),
  );

// The text with a link of these words, and the place where its address is to be typed, or its words
// where an address was selected; null where nothing is meant.
export function linked(text, from, to) {
  const [start, end] = meant(text, from, to);
  const letters = start < end && read(text);
  const words = text.slice(start, end);
  if (!letters || !read(words)) return null;
  const isAddress = ADDRESS.test(words);
  // No part of what is a link already, of a citation or of two cells becomes one.
  const taken = new Set(linksOf(letters).flat());
  const isTaken = (one) => taken.has(one) || (one.isWhole && !isAddress) || "[]|".includes(one.source) || one.at < start || one.at + one.source.length > end;
  if (letters.some((one) => isMeant(one, start, end) && isTaken(one))) return null;
  const link = isAddress ? `[](${words})` : `[${words}]()`;
  const at = start + (isAddress ? 1 : link.length - 1);
  return { text: text.slice(0, start) + link + text.slice(end), start: at, end: at };
}
