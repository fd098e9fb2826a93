// What is typed in fields that are sent only with a button (a comment, a reason, what a source
// found) outlives each new drawing of the pane around them, and so do the focus and the caret. It
// outlives the kernel and a reload too: the browser's tab remembers it.

export function fieldsOf(root, place) {
  const store = `${place}:fields`;
  const values = new Map(remembered()); // by the field's name: what was typed and not sent
  const sought = new Set(); // the names of fields in which one looks for something: not remembered

  root.addEventListener("input", ({ target }) => {
    const name = target.dataset.kept;
    if (name && target.type === "search") sought.add(name);
    if (name) put(name, target.value);
  });

  function remembered() {
    try {
      return JSON.parse(sessionStorage.getItem(store)) || [];
    } catch {
      return []; // a browser that remembers nothing
    }
  }

  function remember() {
    try {
      sessionStorage.setItem(store, JSON.stringify([...values].filter(([name]) => !sought.has(name))));
    } catch {
      return; // as above
    }
  }

  function redraw(box, ...parts) {
    const active = document.activeElement;
    const name = box.contains(active) ? active.dataset.field : "";
    const caret = name && active.selectionStart !== undefined ? [active.selectionStart, active.selectionEnd] : null;
    const { scrollTop } = box;
    box.replaceChildren(...parts.flat(Infinity).filter(Boolean));
    for (const one of box.querySelectorAll("[data-kept]")) {
      if (values.has(one.dataset.kept)) one.value = values.get(one.dataset.kept);
    }
    box.scrollTop = scrollTop;
    const again = name && box.querySelector(`[data-field="${CSS.escape(name)}"]`);
    if (!again) return;
    again.focus({ preventScroll: true });
    if (caret && caret[0] !== null && again.setSelectionRange) again.setSelectionRange(...caret);
  }

  // Forget what was typed in a field, or in those of one: it was sent.
  function forget(field) {
    for (const name of values.keys()) if (name === field || name.startsWith(`${field} `)) values.delete(name);
    remember();
  }

  // The words of a field were sent and are with the kernel; what was typed behind them since stays.
  function sent(name, words) {
    const now = value(name);
    put(name, now.startsWith(words) ? now.slice(words.length).trimStart() : now);
    const shown = root.querySelector(`[data-kept="${CSS.escape(name)}"]`);
    if (shown) shown.value = value(name);
  }

  function put(name, words) {
    values.set(name, words);
    remember();
  }

  const value = (name) => values.get(name) ?? "";
  return { redraw, forget, sent, value, put };
}
