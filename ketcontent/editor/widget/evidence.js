// The evidence of the chosen statement: what each source found, and the finder of others.

import { button, h, options } from "./elements.js";
import { ROLES } from "./names.js";
import { sourcesOf } from "./sources.js";

export function evidenceOf(bench) {
  const { state } = bench;
  const element = h("div", { class: "kc-evidence" });
  let proposed = []; // sources found or added, to be cited
  const sources = sourcesOf(bench, { titled, onAdded: added, redraw: () => draw() });

  const kept = (...name) => ["evidence", state.chosen, ...name].join(" ");
  const named = (name) => ({ "data-kept": name, "data-field": name });

  function titled(one) {
    const first = one.authors.split(";")[0].replace(/[{}]/g, "");
    const said = [first, one.issued.slice(0, 4), one.container_title].filter(Boolean).join(" · ");
    return h(
      "span",
      { class: "kc-source" },
      h("strong", {}, one.title || one.source),
      h("span", { class: "kc-hint" }, said),
      one.unconfirmed ? h("span", { class: "kc-hint" }, `not confirmed: ${one.unconfirmed}`) : "",
    );
  }

  function draw() {
    const { row, evidence, pending } = state.detail;
    if (!row.position || pending) {
      if (!element.contains(document.activeElement)) element.replaceChildren();
      return;
    }
    const none = h("p", { class: "kc-hint" }, "No source says anything on this statement yet.");
    bench.fields.redraw(
      element,
      h("h3", { tabindex: "-1", "data-field": "evidence" }, `Evidence (${evidence.length})`),
      evidence.map(citedCard),
      evidence.length ? "" : none,
      bench.review.on() ? "" : row.notice ? sources.draw() : finder(),
    );
  }

  function citedCard(each) {
    if (bench.review.on()) {
      const role = h("span", { class: `kc-mark kc-role-${each.role}` }, each.role || "no finding");
      return h("div", { class: "kc-card" }, titled(each), h("p", {}, role, ` ${each.finding}`, each.locator ? ` (${each.locator})` : ""));
    }
    return h(
      "div",
      { class: "kc-card" },
      titled(each),
      h("code", {}, `@${each.source}`),
      each.is_incomplete ? toBeCompleted(each) : "",
      each.cited ? "" : h("span", { class: "kc-hint" }, " not cited in the words"),
      form(each, each.role ? "Change" : "Say what it found"),
      button("Remove", () => bench.tell("uncite", { ...bench.here(), source: each.source }), {
        class: "kc-quiet",
        "aria-label": `Remove ${each.source}`,
      }),
    );
  }

  // A source of which there is no more than what somebody gave to know it by.
  function toBeCompleted({ source }) {
    return h(
      "p",
      { class: "kc-hint" },
      "To be completed: it holds what was given, and no more. ",
      button("Look it up", () => sources.lookUp({ source }), { "aria-label": `Look up ${source}`, "data-field": `complete ${source}` }),
    );
  }

  // Look up a source that a finding in the whole page names: what is answered is offered here.
  function complete(source) {
    bench.form.close(false);
    bench.show("statement");
    return sources.lookUp({ source });
  }

  function form(each, act) {
    const { source } = each;
    const roles = options(ROLES, each.role || "supports");
    const role = h("select", { "aria-label": `Role of ${source}`, ...named(kept(source, "role")) }, roles);
    const finding = h("input", {
      required: true,
      value: each.finding || "",
      "aria-label": `What ${source} found`,
      placeholder: "What it found, in a sentence",
      ...named(kept(source, "finding")),
    });
    const locator = h("input", {
      value: each.locator || "",
      "aria-label": `Where in ${source}`,
      placeholder: "Where (page, table)",
      class: "kc-short",
      ...named(kept(source, "locator")),
    });
    const submitted = async (event) => {
      event.preventDefault();
      const cells = { source, role: role.value, finding: finding.value, locator: locator.value };
      const sent = kept(source);
      focus();
      if (!(await bench.tell("cite", { ...bench.here(), cells }))) return;
      bench.fields.forget(sent);
      bench.say(`${source} is cited.`);
    };
    const send = h("button", { type: "submit" }, act);
    return h("form", { class: "kc-row", onsubmit: submitted }, role, finding, locator, send);
  }

  function finder() {
    const results = h("div", { class: "kc-results" });
    const query = h("input", {
      type: "search",
      ...named(kept("search")),
      class: "kc-source-search",
      placeholder: "Find a source by any words: author, title, year, DOI",
      "aria-label": "Find a source",
      oninput: () => bench.later("search", 120, () => find(query.value)),
    });
    const known = new Set(state.detail.evidence.map((one) => one.source));
    const card = (one) => h("div", { class: "kc-card" }, titled(one), h("code", {}, `@${one.source}`), form(one, "Cite"));
    results.append(...proposed.filter((one) => !known.has(one.source)).map(card));
    return h(
      "div",
      { class: "kc-finder" },
      query,
      results,
      sources.draw(),
    );
  }

  async function find(words) {
    const { chosen } = state;
    const answer = words.trim() ? await bench.askAside("search", { words }) : { found: [] };
    const now = element.querySelector(".kc-source-search");
    if (!answer || chosen !== state.chosen || !now || now.value !== words) return; // asked anew since
    proposed = answer.found;
    draw();
    if (words.trim()) bench.say(`${answer.found.length} sources.`);
  }

  function added(found) {
    if (found.length) proposed = found;
    draw();
    if (found.length) element.querySelector(".kc-results input")?.focus();
  }

  function focus() {
    const found = element.querySelector(".kc-source-search") || element.querySelector("h3");
    if (found) found.focus();
  }

  // Another statement was chosen.
  function forget() {
    proposed = [];
    sources.forget();
  }

  return { element, draw, focus, forget, complete };
}
