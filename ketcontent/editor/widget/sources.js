// A source that is not there yet: pasted (a DOI, a reference line, BibTeX …) or dropped as a file, shown
// as what it would become, looked up where the editor says so, and added with one button.

import { button, counted, h, redline } from "./elements.js";
import { column as nameOf } from "./names.js";
import { sent } from "./parts.js";

const LARGEST = 50_000_000; // bytes: what the kernel takes of references
const POLL = 600; // ms between two questions whether a registry has answered

export function sourcesOf(bench, { titled, onAdded, redraw }) {
  const TEXT = "sources pasted";
  let offered = null; // what the kernel said that would become of what was given
  let unfolded = null; // whether the editor opened or closed the form; null where they did neither
  let wanted = null; // what is to be looked up once there is a mail address
  let asking = -1; // the place of the one about which a registry is asked

  const kept = (place, what) => `sources ${place} ${what}`;
  const isOpen = () => unfolded ?? Boolean(offered || wanted || bench.fields.value(TEXT));

  function draw() {
    const pasted = h("textarea", {
      rows: 3,
      "aria-label": "Source to add",
      placeholder: "A DOI, PubMed id, ISBN or address, a reference with one of them, or CSL-JSON, RIS or BibTeX",
      value: bench.fields.value(TEXT),
      "data-kept": TEXT,
      "data-field": TEXT,
      onkeydown: (event) => event.ctrlKey && event.key === "Enter" && offer(pasted.value),
    });
    const file = h("input", {
      type: "file",
      accept: ".bib,.ris,.json,.txt",
      "aria-label": "File of references",
      onchange: () => file.files.length && take(file.files[0]),
    });
    return h(
      "details",
      { class: "kc-sources", open: isOpen(), ondragover: (event) => event.preventDefault(), ondrop: dropped },
      h("summary", { "data-field": "paste", onclick: unfold }, "Add a source that is not there yet"),
      pasted,
      h(
        "div",
        { class: "kc-row" },
        button("See what it would add", () => offer(pasted.value), { "data-field": "offer" }),
        h("label", { class: "kc-hint" }, "or drop a file here, or choose one: ", file),
      ),
      wanted ? h("div", { class: "kc-row" }, contact(), button(`Look up ${wanted.source}`, () => lookUp(wanted), { "data-field": "look up wanted" })) : "",
      offered ? offers() : "",
    );
  }

  function unfold(event) {
    unfolded = !event.currentTarget.parentElement.open; // the click opens or closes it after this
  }

  function offers() {
    const { suggestions, count, fresh } = { ...offered, fresh: offered.new };
    const asked = !wanted && suggestions.some((one) => one.can_be_asked && one.is_incomplete);
    return h(
      "div",
      { class: "kc-offers", role: "group", "aria-label": "What it would add", tabindex: "-1" },
      fresh.length > 1
        ? button(`Add all ${fresh.length} that are new`, () => answer(Object.fromEntries(fresh.map((place) => [place, "take"])), { all: true }), { class: "kc-primary", "data-field": "add all" })
        : "",
      asked ? contact() : "",
      suggestions.map(card),
      count > suggestions.length ? h("p", { class: "kc-hint" }, `${counted(count - suggestions.length, "more reference")} below these.`) : "",
    );
  }

  function contact() {
    const field = h("input", {
      type: "email",
      class: "kc-contact",
      value: bench.fields.value("contact") || bench.state.choices.contact || "",
      placeholder: "you@example.org",
      "data-kept": "contact",
      "data-field": "contact",
    });
    return h("label", { class: "kc-hint" }, "The registries ask who you are. Your mail address: ", field);
  }

  function card(one) {
    const { place, kind, row, told } = one;
    const acts = [];
    const act = (text, choice, given = {}) => button(text, () => answer({ [place]: choice }), { "data-field": `${text} ${place}`, ...given });
    if (one.can_be_asked && one.is_incomplete) {
      const busy = asking === place;
      acts.push(button(busy ? "Asking …" : "Look it up", () => lookUp({ place }), { "aria-disabled": String(asking >= 0), "data-field": `look up ${place}` }));
    }
    if (kind === "new") acts.push(act("Add", "take", { class: "kc-primary" }));
    if (kind === "update") acts.push(act("Take these", "take", { class: "kc-primary" }));
    if (kind === "same") acts.push(act("Cite it", "take"));
    if (kind === "same-key") acts.push(act(`Keep both, this one as ${row.source}`, "take"), act(`Replace ${one.other}`, "replace"));
    acts.push(act("Leave it out", "leave", { class: "kc-quiet" }));
    return h(
      "div",
      { class: "kc-card", "data-place": place },
      kind === "refused" ? h("strong", {}, one.name || "No key") : titled(row),
      kind === "refused" ? h("p", { class: "kc-hint" }, one.fault) : "",
      kind === "new" ? keyField(one) : "",
      kind === "same" ? h("p", { class: "kc-hint" }, `It is there already: @${row.source}`) : "",
      one.is_incomplete && kind !== "same" ? h("p", { class: "kc-hint" }, "It holds what you gave and no more: complete it before the page is released.") : "",
      told.map((line) => h("p", { class: "kc-hint" }, line)),
      kind === "update" ? [h("p", { class: "kc-hint" }, `@${row.source} is there. This would change:`), one.changes.map(changed)] : "",
      kind === "same-key" ? sideBySide(one) : "",
      kind === "new" && !one.is_incomplete ? cells(one) : "",
      h("div", { class: "kc-row" }, acts),
    );
  }

  const changed = (one) => h("div", { class: "kc-redline" }, h("b", {}, `${nameOf(one.column)}: `), redline(one.redline));

  function keyField({ place, row }) {
    const name = kept(place, "key");
    const field = h("input", {
      class: "kc-short",
      value: bench.fields.value(name) || row.source,
      "data-kept": name,
      "data-field": name,
      spellcheck: "false",
    });
    return h("label", { class: "kc-hint" }, "Cited as @", field);
  }

  function cells(one) {
    const said = one.both.filter(([name]) => !["title", "unconfirmed"].includes(name));
    return h("dl", { class: "kc-cells" }, said.map(([name, , cell]) => h("div", {}, h("dt", {}, nameOf(name)), h("dd", {}, cell))));
  }

  // Two sources of one key: the one that is there, and the one that was given.
  function sideBySide({ other, both, touches }) {
    const head = (text) => h("th", { scope: "col" }, text);
    const line = ([name, there, given]) =>
      h("tr", { class: there === given ? "kc-alike" : "" }, h("th", { scope: "row" }, nameOf(name)), h("td", {}, there), h("td", {}, given));
    return [
      h("p", {}, `The key ${other} belongs to another source. Keep both, or replace the one that is there?`),
      h("table", { class: "kc-both" }, h("thead", {}, h("tr", {}, h("td"), head("There"), head("Given"))), h("tbody", {}, both.map(line))),
      h("p", { class: "kc-hint" }, `Of the one that is there: ${touches}. Where it is replaced, its citations and findings are the other's, and sign-offs on them are void.`),
    ];
  }

  // --- what is asked of the kernel -----------------------------------------------------------

  async function offer(text) {
    if (!text.trim()) return;
    shown(await bench.tell("offer_sources", { text }));
  }

  async function take(file) {
    if (file.size > LARGEST) {
      bench.note(`${file.name} is larger than ${LARGEST / 1e6} MB.`, "Export the references that pages cite.", "kc-bad");
      return;
    }
    unfolded = true;
    shown(await sent(file, (part) => bench.tell("offer_sources", part)));
  }

  function dropped(event) {
    const [file] = event.dataTransfer.files;
    const text = event.dataTransfer.getData("text/plain");
    if (!file && !text) return;
    event.preventDefault();
    if (file) take(file);
    else {
      bench.fields.put(TEXT, text);
      offer(text);
    }
  }

  function shown(answer) {
    if (!answer) return;
    ({ offered } = answer);
    asking = -1;
    forgetKeys();
    redraw();
    bench.say(offered ? `${counted(offered.count, "reference")}.` : "");
    focusOffers();
  }

  // Another statement was chosen: what is offered stays.
  function forget() {
    wanted = null;
    unfolded = null;
  }

  const address = () => bench.fields.value("contact") || bench.state.choices.contact || "";

  async function lookUp(which) {
    if (asking >= 0) return;
    if (!address()) {
      if (which.source) wanted = which;
      unfolded = true;
      redraw();
      bench.note("The registries ask who you are.", "Write your mail address, then look it up.");
      bench.middle.querySelector(".kc-contact")?.focus();
      return;
    }
    const answer = await bench.tell("look_up", { ...which, contact: address() });
    if (!answer) return;
    wanted = null;
    unfolded = true;
    asking = which.place ?? 0;
    redraw();
    bench.say("The registries are asked.");
    bench.later("look up", POLL, poll);
  }

  async function poll() {
    const answer = await bench.askAside("looked_up", {});
    if (asking < 0) return;
    if (answer && answer.asking) {
      bench.later("look up", POLL, poll);
      return;
    }
    shown(answer || { offered });
  }

  async function answer(choices, { all = false } = {}) {
    const keys = {};
    const seen = {};
    for (const one of offered.suggestions) {
      if (!(one.place in choices)) continue;
      seen[one.place] = one.seen;
      const key = bench.fields.value(kept(one.place, "key")).trim();
      if (one.kind === "new" && key && key !== one.row.source) keys[one.place] = key;
    }
    const told = await bench.tell("answer_sources", { choices, keys, seen });
    if (!told) return;
    ({ offered } = told);
    forgetKeys();
    if (!offered) {
      bench.fields.forget(TEXT);
      unfolded = null;
    }
    onAdded(told.found);
    if (told.found.length) {
      const names = told.found.map((one) => one.source).slice(0, 5).join(", ");
      bench.note(all || told.found.length > 5 ? `${counted(told.found.length, "source")}: ${names} …` : `${names} is there. Say what it found.`);
    }
    if (offered) focusOffers();
  }

  function forgetKeys() {
    bench.fields.forget("sources 0"); // their places are others now
    for (let place = 1; place < 40; place += 1) bench.fields.forget(`sources ${place}`);
  }

  function focusOffers() {
    bench.middle.querySelector(".kc-offers")?.focus({ preventScroll: false });
  }

  return { draw, lookUp, forget };
}
