// The browser's own copies of what was typed, until the kernel has said that it is kept.

export function copiesOf(bench) {
  const own = (statement, column) => `${bench.place}:${bench.me}:${statement}:${column}`;

  function read(name) {
    try {
      return JSON.parse(localStorage.getItem(name));
    } catch {
      return null;
    }
  }

  // All that was typed on this page in any window and that no kernel has said to keep, oldest first.
  function all() {
    const found = [];
    try {
      for (let n = 0; n < localStorage.length; n++) {
        const name = localStorage.key(n);
        const copy = name.startsWith(`${bench.place}:`) && read(name);
        if (copy) found.push({ name, ...copy });
      }
    } catch {
      return []; // a browser that keeps nothing: the draft file does
    }
    return found.sort((one, other) => one.at - other.at);
  }

  // `seen` is what the kernel has of the cell; the first one is the `base` that was typed on.
  function keep({ statement, column, text, seen, base = seen, after }) {
    try {
      const name = own(statement, column);
      const first = read(name) || { base, after };
      const copy = { statement, column, text, seen, base: first.base, after: first.after ?? after, at: Date.now() };
      localStorage.setItem(name, JSON.stringify(copy));
    } catch {
      return; // full, or forbidden
    }
  }

  function drop(name) {
    try {
      localStorage.removeItem(name);
    } catch {
      return;
    }
  }

  // Drop my copies of what the kernel has.
  function settle(isKept) {
    for (const { name, statement, column, text } of all()) {
      if (name.startsWith(`${bench.place}:${bench.me}:`) && isKept(statement, column, text)) drop(name);
    }
  }

  function rename(old, statement) {
    for (const copy of all()) {
      if (copy.name.startsWith(`${bench.place}:${bench.me}:${old}:`)) {
        keep({ ...copy, statement });
        drop(copy.name);
      }
    }
  }

  return { all, keep, drop, settle, rename };
}
