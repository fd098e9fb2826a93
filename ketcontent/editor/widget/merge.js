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

// The text with both changes, `mine` and `theirs`, of `base` in it. No character that was typed is
// lost. Where both put words at one place, mine stand first, or theirs where `theirsFirst` is set
// (after an undo, the caret stands behind what came back).
export function merged(base, mine, theirs, theirsFirst = false) {
  if (base === mine) return theirs;
  if (base === theirs) return mine;
  const my = change(base, mine);
  const their = change(base, theirs);
  const both = my.start === my.end && their.start === their.end && my.start === their.start;
  if (their.start >= my.end && !(both && theirsFirst)) {
    const by = my.words.length - (my.end - my.start);
    return mine.slice(0, their.start + by) + their.words + mine.slice(their.end + by);
  }
  if (their.end <= my.start) return mine.slice(0, their.start) + their.words + mine.slice(their.end);
  const start = Math.min(my.start, their.start);
  const end = Math.max(my.end, their.end);
  return base.slice(0, start) + their.words + my.words + base.slice(end);
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
