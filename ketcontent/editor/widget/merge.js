// Two changes of one text: what was typed, and what an answer says that the text has become.

// Where two texts differ: `from` has between `start` and `end` what `to` has as `words`.
function change(from, to) {
  const most = Math.min(from.length, to.length);
  let start = 0;
  while (start < most && from[start] === to[start]) start += 1;
  let same = 0;
  while (same < most - start && from[from.length - 1 - same] === to[to.length - 1 - same]) same += 1;
  return { start, end: from.length - same, words: to.slice(start, to.length - same) };
}

// Two pieces of text one behind the other. The kernel keeps no space at the end of a text, so that
// two words may meet there which were typed apart. Some scripts have no spaces between words.
const LETTER = "(?![\\p{sc=Han}\\p{sc=Hira}\\p{sc=Kana}\\p{sc=Thai}\\p{sc=Laoo}\\p{sc=Khmr}\\p{sc=Mymr}])[\\p{L}\\p{N}]";
const MEET = [new RegExp(`${LETTER}$`, "u"), new RegExp(`^${LETTER}`, "u")];
const meet = (one, other) => MEET[0].test(one) && MEET[1].test(other);

// What two have put in place of one piece of a text; within a word they leave it one.
function joined(before, one, other, behind) {
  const words = meet(one, other) && !meet(before, behind) ? `${one} ${other}` : one + other;
  return before + words + behind;
}

// The text with both changes, `mine` and `theirs`, of `base` in it. No character that was typed is
// lost, and no word grows into another. Where both put words at one place, mine stand first, or
// theirs where `theirsFirst` is set (after an undo, the caret stands behind what came back).
export function merged(base, mine, theirs, theirsFirst = false) {
  if (base === mine) return theirs;
  if (base === theirs) return mine;
  const my = change(base, mine);
  const their = change(base, theirs);
  const both = my.start === my.end && their.start === their.end && my.start === their.start;
  if (both) {
    const words = theirsFirst ? [their.words, my.words] : [my.words, their.words];
    return joined(base.slice(0, my.start), ...words, base.slice(my.start));
  }
  if (their.start >= my.end) {
    const by = my.words.length - (my.end - my.start);
    return mine.slice(0, their.start + by) + their.words + mine.slice(their.end + by);
  }
  if (their.end <= my.start) return mine.slice(0, their.start) + their.words + mine.slice(their.end);
  const start = Math.min(my.start, their.start);
  const end = Math.max(my.end, their.end);
  return joined(base.slice(0, start), their.words, my.words, base.slice(end));
}

// Where a place in a text lies when the text has become another. What came in at the place itself
// stands behind it, or before it where `theirsFirst` is set.
export function moved(place, from, to, theirsFirst = false) {
  const { start, end, words } = change(from, to);
  if (place < start || (place === start && !(theirsFirst && start === end))) return place;
  if (place < end) return start + words.length;
  return place + words.length - (end - start);
}

// The kernel keeps no space at the end of a text: while one types, the browser does.
export const same = (one, other) => one.trimEnd() === other.trimEnd();
