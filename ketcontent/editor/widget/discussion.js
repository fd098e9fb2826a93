// What people would have otherwise of the chosen statement, change by change, and what they say of
// it, in threads. What is typed here outlives a reload and a late answer (fields.js).

import { button, counted, h, redline } from "./elements.js";

export function discussionOf(bench) {
  const { state, me } = bench;
  const element = h("div", { class: "kc-discussion" });
  const marked = new Map(); // by proposal: the numbers of the changes that are marked
  let unfolded = false; // whether the settled threads are
  let drawn = "";

  const wordsOf = (kind, of = state.chosen) => `${kind} ${of} words`;
  const anchorName = () => `anchor ${state.chosen} words`;

  function draw() {
    const { statement, pending, proposals = [], comments = [] } = state.detail;
    const shown = JSON.stringify([
      statement,
      pending,
      proposals,
      comments,
      canPropose(),
      bench.signer.person(),
      bench.review.on(),
      bench.fields.value(anchorName()),
    ]);
    if (drawn === shown) return;
    drawn = shown;
    bench.fields.redraw(element, proposalsPart(proposals), commentsPart(comments));
  }

  const canPropose = () => bench.words.editable() && !bench.review.on() && !bench.rows.isNew(state.chosen);

  // Who does it: no word is anybody's who has not said who they are.
  function somebody() {
    const person = bench.signer.person();
    if (person) return person;
    bench.note("Nobody has said who you are.", "Choose your name, then do it again.", "kc-bad");
    bench.signer.box.focus();
    return "";
  }

  function field(tag, name, label) {
    const given = { "aria-label": label, placeholder: label, autocomplete: "off" };
    return h(tag, { ...given, "data-kept": name, "data-field": name, value: bench.fields.value(name), dir: "auto" });
  }

  // --- proposals -----------------------------------------------------------------------------

  function proposalsPart(proposals) {
    if (!proposals.length && !canPropose()) return [];
    const count = proposals.length ? ` (${proposals.length})` : "";
    return [
      h("h3", { id: `${me}-proposals` }, `Proposals${count}`),
      h("ul", { class: "kc-talk", "aria-labelledby": `${me}-proposals` }, proposals.map(card)),
      canPropose() ? proposing() : "",
    ];
  }

  function proposing() {
    const name = wordsOf("propose");
    const reason = field("input", name, "Why you would have other words");
    const submitted = async (event) => {
      event.preventDefault();
      const person = somebody();
      if (!person) return;
      const words = reason.value;
      if (await bench.tell("propose", { ...bench.here(), person, reason: words })) {
        bench.fields.sent(name, words);
        bench.say("Proposed. The words that are saved stand. Save, so that others see the proposal.");
      }
    };
    const hint = "Words that you typed above become a proposal, and the words that are saved stand until somebody accepts it.";
    return [
      h("p", { class: "kc-hint" }, hint),
      h("form", { class: "kc-row", onsubmit: submitted }, reason, h("button", { type: "submit", "data-field": "propose" }, "Propose what I typed")),
    ];
  }

  function card(one) {
    const chosen = marked.get(one.proposal) || new Set();
    const own = one.person && one.person === bench.signer.person();
    const decide = (label, changes, said) =>
      button(label, () => decided(one, changes(), said), {
        "data-field": `${one.proposal} ${label}`,
        "aria-label": `${label}: the proposal of ${one.by}`,
      });
    return h(
      "li",
      { class: "kc-card" },
      h("p", {}, h("b", {}, one.by), ` proposes for the ${one.column === "label" ? "label" : "words"}, ${one.on}${one.reason ? `: ${one.reason}` : "."}`),
      one.out_of_date
        ? h("p", { class: "kc-note kc-warn" }, "The words have changed since. This is against the words as they are now: what you accept may undo what was written meanwhile.")
        : "",
      h("p", { class: "kc-redline", lang: state.page.language, dir: "auto" }, numbered(one)),
      one.changes > 1 ? choices(one, chosen) : "",
      h(
        "div",
        { class: "kc-tools" },
        decide(one.changes > 1 ? "Accept all" : "Accept", () => null, "Accepted"),
        one.changes > 1 ? decide("Accept the marked, refuse the rest", () => [...chosen], "Accepted in part") : "",
        own ? decide("Withdraw", () => [], "Withdrawn") : decide(one.changes > 1 ? "Refuse all" : "Refuse", () => [], "Refused"),
      ),
    );
  }

  // The redline; where there are more changes, each has its number, which its box has too.
  function numbered(one) {
    let last = null;
    return one.pieces.map(([change, text, number]) => {
      const isFirst = number !== null && number !== last;
      last = number;
      const sign = isFirst && one.changes > 1 ? h("sup", { "aria-hidden": "true" }, String(number + 1)) : "";
      return [sign, redline([[change, text]])];
    });
  }

  function choices(one, chosen) {
    const boxes = Array.from({ length: one.changes }, (_, number) => {
      const said = (wanted) => one.pieces.filter(([change, , at]) => at === number && change === wanted).map(([, text]) => text.trim()).join("");
      const [out, put] = [said("deleted"), said("inserted")];
      const what = out && put ? `“${out}” becomes “${put}”` : out ? `“${out}” goes` : `“${put}” is added`;
      const box = h("input", {
        type: "checkbox",
        checked: chosen.has(number),
        "data-field": `${one.proposal} ${number}`,
        onchange: () => {
          if (box.checked) chosen.add(number);
          else chosen.delete(number);
          marked.set(one.proposal, chosen);
        },
      });
      return h("label", {}, box, ` ${number + 1}: ${what}`);
    });
    return h("fieldset", { class: "kc-pieces" }, h("legend", {}, "Changes that you accept"), boxes);
  }

  async function decided(one, changes, said) {
    if (changes && !changes.length && said === "Accepted in part") {
      bench.note("No change is marked.", "Mark those that you accept, or refuse all.", "kc-bad");
      return;
    }
    const person = somebody();
    if (!person) return;
    const { proposal } = one;
    if (await bench.tell("choose_pieces", { ...bench.here(), proposal, changes, person })) {
      marked.delete(proposal);
      bench.say(`${said}. Undo takes it back.`);
    }
  }

  // --- comments ------------------------------------------------------------------------------

  function commentsPart(comments) {
    const open = comments.filter((one) => !one.resolved);
    const settled = comments.filter((one) => one.resolved);
    const count = open.length ? ` (${open.length})` : "";
    return [
      h("h3", { id: `${me}-comments` }, `Comments${count}`),
      h("ul", { class: "kc-talk", "aria-labelledby": `${me}-comments` }, open.map(thread)),
      settled.length
        ? h(
            "details",
            { open: unfolded, ontoggle: (event) => (unfolded = event.target.open) },
            h("summary", { "data-field": "settled" }, counted(settled.length, "settled comment")),
            h("ul", { class: "kc-talk" }, settled.map(thread)),
          )
        : "",
      bench.rows.isNew(state.chosen) ? h("p", { class: "kc-hint" }, "Save the statement to comment on it.") : commenting(),
    ];
  }

  const by = (one) => h("p", {}, h("b", {}, one.by), `${one.asks ? " asks for changes" : ""}, ${one.on}: `, h("span", { dir: "auto" }, one.text));

  function thread(one) {
    const name = wordsOf("reply", one.comment);
    const reply = field("input", name, `Answer ${one.by}`);
    const submitted = (event) => {
      event.preventDefault();
      say(name, reply.value, { reply_to: one.comment }, "Answered.");
    };
    const label = one.resolved ? "Open again" : "Settle";
    const settle = button(label, () => resolve(one), {
      "data-field": `${one.comment} settle`,
      "aria-label": `${label}: the comment of ${one.by}`,
    });
    return h(
      "li",
      { class: "kc-card" },
      one.anchor ? h("p", { class: "kc-hint" }, "On ", h("q", { dir: "auto" }, one.anchor), one.astray ? h("strong", {}, " – astray: the statement has these words no more") : "") : "",
      by(one),
      one.replies.length ? h("ul", { class: "kc-talk" }, one.replies.map((each) => h("li", {}, by(each)))) : "",
      h("form", { class: "kc-row", onsubmit: submitted }, reply, h("button", { type: "submit", "data-field": `${name} send` }, "Answer"), settle),
    );
  }

  function commenting() {
    const name = wordsOf("say");
    const anchor = anchored();
    const words = field("textarea", name, "What you say of it");
    words.rows = 2;
    const whole = button("Comment on the whole statement", () => setAnchor(null), { class: "kc-quiet", "data-field": "whole" });
    const some = button("Comment on the words selected", onSelection, { class: "kc-quiet", title: "Alt+M", "data-field": "selected" });
    const submitted = (event) => {
      event.preventDefault();
      const place = anchor && placeNow(anchor);
      if (anchor && !place) {
        bench.note(`The words “${anchor.words}” are gone from the statement.`, "Select others, or comment on the whole statement.", "kc-bad");
        return;
      }
      say(name, words.value, place ? { selection: place } : {}, "Said.");
    };
    return h(
      "form",
      { class: "kc-saying", onsubmit: submitted },
      h("p", { class: "kc-hint" }, anchor ? ["On ", h("q", { dir: "auto" }, anchor.words), " "] : "On the whole statement "),
      words,
      h("div", { class: "kc-tools" }, h("button", { type: "submit", "data-field": "say" }, "Comment"), anchor ? whole : "", bench.words.editable() ? some : ""),
    );
  }

  // The words that are commented on, as they were when they were selected.
  function anchored() {
    const kept = bench.fields.value(anchorName());
    return kept ? JSON.parse(kept) : null;
  }

  function setAnchor(anchor) {
    bench.fields.put(anchorName(), anchor ? JSON.stringify(anchor) : "");
    draw();
    focus();
  }

  // Where they stand now: where they stood, else where they stand once.
  function placeNow({ words, start }) {
    const text = bench.rows.cell(state.chosen, "text");
    const first = text.indexOf(words);
    if (text.startsWith(words, start)) return [start, start + words.length];
    return first >= 0 && first === text.lastIndexOf(words) ? [first, first + words.length] : null;
  }

  function onSelection() {
    const found = bench.words.selection();
    if (!found) bench.note("No words are selected.", "Select words of the statement, then comment on them.", "kc-bad");
    else setAnchor(found);
  }

  async function say(name, text, more, told) {
    const person = somebody();
    if (!person) return;
    const anchor = anchorName();
    if (await bench.tell("comment", { ...bench.here(), text, person, ...more })) {
      if (more.selection) bench.fields.put(anchor, "");
      bench.fields.sent(name, text);
      draw();
      bench.say(`${told} Save, so that others see it.`);
    }
  }

  async function resolve(one) {
    const person = somebody();
    if (!person) return;
    const resolved = !one.resolved;
    if (await bench.tell("resolve", { comment: one.comment, person, resolved })) bench.say(resolved ? "Settled." : "Open again.");
  }

  const focus = () => element.querySelector(".kc-saying textarea")?.focus();
  return { element, draw, onSelection };
}
