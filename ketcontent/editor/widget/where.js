// Where the editor was when the browser's tab was loaded anew: the statement or row, what was typed in
// where it is read, the pane, the filter, the scroll, and the caret.

export function whereOf(bench) {
  const name = `${bench.place}:where`;
  const { list, middle, root } = bench;
  const panes = () => [list.list, middle, bench.form.element, bench.preview.element];

  // The field in which one types, and the caret.
  function typedIn() {
    const active = document.activeElement;
    if (!root.contains(active) || !active.dataset.field) return null;
    const isText = typeof active.selectionStart === "number";
    return { field: active.dataset.field, caret: isText ? [active.selectionStart, active.selectionEnd] : null };
  }

  function keep() {
    const where = {
      chosen: bench.state.chosen,
      form: bench.form.row(),
      pane: root.dataset.pane,
      reviewing: bench.review.on(),
      edition: bench.state.preview?.edition,
      read: bench.reading.place(),
      typedIn: typedIn(),
      folded: [...list.tree.folded],
      narrowed: list.narrowedBy(),
      place: list.placeOfChosen(),
      tops: panes().map((one) => one.scrollTop),
    };
    try {
      sessionStorage.setItem(name, JSON.stringify(where));
    } catch {
      // A browser that remembers nothing starts at the first statement.
    }
  }

  // What was kept, once: a notebook that runs again opens where its parameters say.
  function take() {
    try {
      const where = JSON.parse(sessionStorage.getItem(name));
      sessionStorage.removeItem(name);
      return where;
    } catch {
      return null;
    }
  }

  // Go back there, once the page has come.
  async function restore({ form, pane, reviewing, edition, read, typedIn: last, folded = [], narrowed, place, tops }) {
    for (const one of folded) list.tree.folded.add(one);
    list.narrow(narrowed);
    if (reviewing) bench.review.set(true);
    if (edition === "supplied") await bench.tell("read", { edition });
    if (form) await bench.form.open(form);
    else bench.reading.comeBack(read);
    if (pane) bench.show(pane);
    for (const [at, one] of panes().entries()) one.scrollTop = tops[at] ?? 0;
    list.markChosen();
    // The height of what was not drawn yet is a guess: the chosen statement stands where it stood.
    if (place !== null && list.placeOfChosen() !== null) list.list.scrollTop += list.placeOfChosen() - place;
    const field = last && root.querySelector(`[data-field="${CSS.escape(last.field)}"]`);
    if (!field) return;
    field.focus({ preventScroll: true });
    if (last.caret && field.setSelectionRange) field.setSelectionRange(...last.caret);
  }

  window.addEventListener("pagehide", keep);
  const stop = () => window.removeEventListener("pagehide", keep);
  return { take, restore, stop };
}
