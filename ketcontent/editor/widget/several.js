// Several statements chosen at once: their words as a reader reads them, and what is done to all.

import { button, counted, h, options } from "./elements.js";
import { CAPACITIES, CERTAINTIES, COLUMNS, GRADE_REASONS } from "./names.js";

export function severalOf(bench) {
  const { state, me } = bench;
  const element = h("div", { class: "kc-form kc-several", role: "group", "aria-label": "The statements chosen", tabindex: "0", hidden: true });
  let keys = [];
  let shown = []; // what is read of each, as the kernel last said

  const isOpen = () => keys.length > 1;
  const kept = (name) => ({ "data-kept": `several ${name}`, "data-field": `several ${name}`, value: bench.fields.value(`several ${name}`) });

  function open(statements) {
    keys = [...statements];
    element.hidden = false;
    bench.middle.hidden = true;
    bench.onSeveral();
    draw();
    bench.later("several", 120, look);
  }

  function close() {
    if (!isOpen()) return;
    keys = [];
    shown = [];
    element.hidden = true;
    element.replaceChildren();
    bench.middle.hidden = bench.form.isOpen();
    bench.onSeveral();
  }

  async function look() {
    if (!isOpen()) return;
    const statements = [...keys];
    const answer = await bench.askAside("several", { statements });
    if (!answer || statements.join() !== keys.join()) return;
    shown = answer.several;
    draw();
  }

  function draw() {
    const read = new Map(shown.map((one) => [one.statement, one]));
    const entries = state.listing.flatMap((one) => one.statements).filter((one) => keys.includes(one.statement));
    const cut = entries.filter((one) => one.cut).length;
    const words = (one) => read.get(one.statement)?.reads || one.words;
    bench.fields.redraw(
      element,
      h("div", { class: "kc-head" }, h("h2", {}, `${counted(keys.length, "statement")} chosen`)),
      h(
        "div",
        { class: "kc-tools" },
        cut
          ? button("Bring back", bench.structure.bringBack, { "data-field": "several back" })
          : [
              button("Move to …", bench.structure.moveTo, { title: "Alt+O", "data-field": "several move" }),
              button("Cut", bench.structure.cut, { title: "Alt+Delete", "data-field": "several cut" }),
            ],
        button("Choose one", () => bench.choose(keys[0]), { title: "Esc in the list", "data-field": "several one" }),
      ),
      cut ? "" : [gradePart(), signPart(read)],
      h("h3", {}, "As they are read"),
      h(
        "ol",
        { class: "kc-toread-all" },
        entries.map((one) => h("li", {}, words(one), one.certainty ? h("span", { class: "kc-mark" }, ` ${one.certainty.replace("-", " ")} certainty`) : "")),
      ),
    );
  }

  function gradePart() {
    const grade = h("select", { "aria-label": "Certainty", "data-field": "several grade" }, options(CERTAINTIES, "", "not graded"));
    const reasons = h("input", { "aria-label": COLUMNS.certainty_reasons, placeholder: COLUMNS.certainty_reasons, autocomplete: "off", ...kept("reasons") });
    const why = h("input", { "aria-label": COLUMNS.grade_reasons, placeholder: COLUMNS.grade_reasons, list: `${me}-several-why`, autocomplete: "off", ...kept("why") });
    const submitted = async (event) => {
      event.preventDefault();
      const given = { certainty: grade.value, certainty_reasons: reasons.value.trim(), grade_reasons: why.value.trim() };
      // An empty field leaves what each has.
      const cells = Object.fromEntries(Object.entries(given).filter(([, cell]) => cell));
      if (!Object.keys(cells).length) {
        bench.note("No grade is chosen.", "Choose one, or give reasons.", "kc-bad");
        return;
      }
      const number = keys.length;
      if (!(await bench.structure.act("grade", { statements: [...keys], cells }))) return;
      for (const name of ["reasons", "why"]) bench.fields.forget(`several ${name}`);
      bench.say(`Graded ${counted(number, "statement")}. Undo takes it back.`);
      look();
    };
    return [
      h("h3", {}, "Grade"),
      h(
        "form",
        { class: "kc-row", onsubmit: submitted },
        grade,
        reasons,
        why,
        h("datalist", { id: `${me}-several-why` }, Object.entries(GRADE_REASONS).map(([key, meaning]) => h("option", { value: key }, meaning))),
        h("button", { type: "submit", "data-field": "several give grade" }, `Grade all ${keys.length}`),
      ),
    ];
  }

  // Signed is what stands here to be read, and nothing else: each with the digest that it was shown with.
  function signPart(read) {
    const ready = keys.every((one) => read.get(one)?.digest);
    const errors = shown.reduce((sum, one) => sum + one.errors, 0);
    const capacity = h("select", { "aria-label": "Sign as", "data-field": "several capacity", onchange: () => bench.signer.set(bench.signer.person(), capacity.value) }, options(CAPACITIES, bench.signer.capacity()));
    const label = errors ? `Comment: why they may be approved with ${counted(errors, "error")}` : "Comment";
    const comment = h("input", { "aria-label": label, placeholder: label, autocomplete: "off", ...kept("comment") });
    const submitted = async (event) => {
      event.preventDefault();
      if (!ready) {
        bench.note("The words are not here yet: one moment.", "Read them, then sign.", "kc-bad");
        return;
      }
      const person = bench.signer.somebody("You have not chosen who signs.");
      if (!person) return;
      const statements = [...keys];
      const digests = Object.fromEntries(shown.map((one) => [one.statement, one.digest]));
      const given = { statements, digests, person, capacity: capacity.value, verdict: "approved", comment: comment.value };
      if (!(await bench.tell("sign", given))) return;
      bench.fields.forget("several comment");
      bench.note(`Approved: ${counted(statements.length, "statement")}.`);
      look();
    };
    return [
      h("h3", {}, "Sign"),
      h("form", { class: "kc-row", onsubmit: submitted }, capacity, comment, h("button", { type: "submit", "data-field": "several sign" }, `Approve all ${keys.length}`)),
    ];
  }

  // After an answer: the words may be others.
  function refresh() {
    if (!isOpen()) return;
    draw();
    bench.later("several", 400, look);
  }

  return { element, open, close, isOpen, refresh };
}
