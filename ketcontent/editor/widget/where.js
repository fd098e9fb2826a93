// Where the editor was when the browser's tab was loaded anew: the statement, the filter, the scroll.

export function whereOf(bench) {
  const name = `${bench.place}:where`;
  const { list, middle } = bench;

  function keep() {
    const where = {
      chosen: bench.state.chosen,
      form: bench.form.row(),
      folded: [...list.tree.folded],
      narrowed: list.narrowedBy(),
      place: list.placeOfChosen(),
      tops: [list.list.scrollTop, middle.scrollTop],
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
  function restore({ form, folded = [], narrowed, place, tops }) {
    for (const one of folded) list.tree.folded.add(one);
    list.narrow(narrowed);
    [list.list.scrollTop, middle.scrollTop] = tops;
    list.markChosen();
    // The height of what was not drawn yet is a guess: the chosen statement stands where it stood.
    if (place !== null && list.placeOfChosen() !== null) list.list.scrollTop += list.placeOfChosen() - place;
    if (form) bench.form.open(form);
  }

  window.addEventListener("pagehide", keep);
  const stop = () => window.removeEventListener("pagehide", keep);
  return { take, restore, stop };
}
