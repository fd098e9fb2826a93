// The keys of the workbench.

export function keysOf(bench, acts) {
  // What a key does to the page as a whole, or to the chosen statement while its pane is shown.
  function withAlt(event) {
    const { shiftKey } = event;
    // On a Mac, Alt makes other letters: the key itself counts.
    const letter = event.code.replace(/^Key|^Digit/, "").toLowerCase();
    const reviewing = bench.review.on();
    const always = {
      r: () => bench.review.set(!reviewing),
      h: acts.help.toggle,
      t: bench.form.openTables,
      b: bench.bringIn.open,
      1: () => {
        bench.show("list");
        bench.list.list.focus();
      },
      4: acts.focusSection,
      5: acts.focusWhole,
      0: bench.asking.focus,
    }[letter];
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const level = { ArrowRight: "in", ArrowLeft: "out" }[event.key];
    if (always) return always;
    if (step && !shiftKey) return () => bench.list.step(step);
    // Of a row that has a form, only sections and the page stand in the list.
    const row = bench.form.row();
    const isNode = row.startsWith("sections:") || row.startsWith("documents:");
    if (bench.form.isOpen() && !isNode) return { 2: () => goTo(bench.form) }[letter];
    if (step) return () => acts.move(step > 0 ? "down" : "up");
    // In a field of words these keys choose words on some machines.
    if (level && shiftKey && !event.target.matches("input, textarea")) return () => bench.structure.level(level);
    const structural = { Enter: acts.add, Delete: acts.cut }[event.key] || { n: bench.structure.addSection, o: bench.structure.moveTo }[letter];
    if (structural && !reviewing) return structural;
    if (bench.form.isOpen()) return { 2: () => goTo(bench.form) }[letter];
    if (bench.several.isOpen()) return { 2: () => goTo(bench.several) }[letter];
    return (
      {
        s: acts.split,
        j: acts.join,
        v: bench.pasting.spread,
        2: () => goTo(bench.words),
        3: () => {
          bench.reading.fold(false);
          goTo(bench.evidence);
        },
        m: bench.onSelection,
        a: reviewing ? () => bench.review.sign("approved") : null,
        c: reviewing ? bench.review.focusComment : null,
      }[letter]
    );
  }

  function goTo(part) {
    bench.show("statement");
    part.focus();
  }

  function withCommand(event) {
    const key = event.key.toLowerCase();
    const redo = () => bench.tell("redo");
    const enter = bench.reading.opened() ? bench.reading.save : acts.save;
    // Only in the words: elsewhere they are JupyterLab's.
    const mark = { b: "bold", i: "italics", k: "link" }[key];
    if (mark && bench.words.typing() && !event.shiftKey) return () => bench.words.mark(mark);
    const act = { s: acts.save, enter, z: event.shiftKey ? redo : () => bench.tell("undo"), y: redo }[key];
    // In a field that is sent with a button the browser undoes its own typing.
    const field = event.target.closest("input, textarea");
    return field && field.dataset.sent === undefined && act !== acts.save && act !== enter ? null : act;
  }

  // From what people say of a sentence to its words; from these to the page as it is read.
  function escape(event) {
    const { box, putBack } = bench.reading;
    if (!box.contains(event.target)) return null;
    return event.target.closest("details") ? () => box.querySelector("textarea")?.focus() : putBack;
  }

  return (event) => {
    const command = event.ctrlKey || event.metaKey;
    let act = null;
    if (event.key === "Escape" && !event.isComposing && acts.help.isOpen()) act = acts.help.close;
    else if (event.key === "Escape" && bench.bar.isMore()) act = bench.bar.more;
    else if (bench.bringIn.isOpen()) act = bench.bringIn.keyed(event);
    else if (command && !event.altKey) act = withCommand(event);
    else if (event.altKey && !command) act = withAlt(event);
    else if (event.key === "Escape" && bench.form.isOpen()) act = bench.form.close;
    else if (event.key === "Escape" && bench.several.isOpen()) act = bench.list.tree.one;
    else if (event.key === "Escape" && bench.reading.opened() && !event.isComposing) act = escape(event);
    else if (event.key === "F8" && !bench.form.isOpen()) act = bench.findings.next;
    else if (event.key === "F9" && !bench.form.isOpen()) act = bench.findings.take;
    // JupyterLab keeps line ends out of its fields, and with them the Enter that sends a form.
    else if (event.key === "Enter" && !event.isComposing && event.target.matches("form input")) {
      act = () => event.target.form.requestSubmit();
    }
    else if (event.key === "Escape" && bench.closeNote()) act = () => {};
    if (!act) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  };
}
