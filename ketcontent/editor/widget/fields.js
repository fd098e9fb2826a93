// What is typed in fields that are sent only with a button (a comment, a reason, what a source
// found) outlives each new drawing of the pane around them, and so do the focus and the caret.

export function fieldsOf(root) {
  const values = new Map(); // by the field's name: what was typed and not sent

  root.addEventListener("input", ({ target }) => {
    if (target.dataset.kept) values.set(target.dataset.kept, target.value);
  });

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

  // Forget what was typed in the fields whose names begin so: it was sent.
  function forget(start) {
    for (const name of values.keys()) if (name.startsWith(start)) values.delete(name);
  }

  const value = (name) => values.get(name) ?? "";
  const put = (name, words) => values.set(name, words);
  return { redraw, forget, value, put };
}
