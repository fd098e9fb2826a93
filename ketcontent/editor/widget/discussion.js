// What people would have otherwise of a statement or heading, change by change, and what they say of
// it, in threads. What is typed here outlives a reload and a late answer (fields.js).

import { above, button, counted, h, redline } from "./elements.js";
import { quoted } from "./reader.js";

// What is said and proposed of the chosen statement.
export const aboutChosen = ({ state, words }) => ({
  ...state.detail,
  key: state.chosen,
  row: state.chosen,
  column: "text",
  canType: words.editable(),
  selection: words.selection,
});

// `about` gives what it is about: its key, the row and column of its words, whether these can be typed
// now, the words that are selected in them, and what the kernel said was proposed and said.
export function discussionOf(bench, about) {
  const { state, me } = bench;
  const element = h("div", { class: "kc-discussion" });
  let unfolded = false; // whether the settled threads are
  let drawn = "";

  const wordsOf = (kind, of = about().key) => `${kind} ${of} words`;
  const anchorName = () => `anchor ${about().key} words`;
  const here = () => ({ statement: about().key });

  function draw() {
    const { key, pending, proposals = [], comments = [] } = about();
    const shown = JSON.stringify([
      key,
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

  const canPropose = () => about().canType && !bench.review.on() && !bench.rows.isNew(about().key);

  const somebody = () => bench.signer.somebody("You have not chosen your name yet.");

  function field(tag, name, label) {
    const given = { "aria-label": label, placeholder: label, autocomplete: "off" };
    return h(tag, { ...given, "data-kept": name, "data-field": name, value: bench.fields.value(name), dir: "auto" });
  }

  // --- proposals -----------------------------------------------------------------------------

  function proposalsPart(proposals) {
    if (!proposals.length && !canPropose()) return [];
    const count = proposals.length ? ` (${proposals.length})` : "";
    return [
      above(bench, `Proposals${count}`),
      h("ul", { class: "kc-talk", "aria-label": "Proposals" }, proposals.map(card)),
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
      if (await bench.tell("propose", { ...here(), person, reason: words })) {
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

  const isOwn = (one) => Boolean(one.person) && one.person === bench.signer.person();

  function card(one) {
    const several = one.changes > 1;
    const own = isOwn(one);
    const decide = (label, changes, said) =>
      button(label, () => decided(one, "choose_pieces", { changes }, said), {
        "data-field": `${one.proposal} ${said}`,
        "aria-label": `${label}: the proposal of ${one.by}`,
      });
    const cell = { text: "words", label: "label", heading: "heading", title: "title" }[one.column];
    return h(
      "li",
      { class: "kc-card", "data-proposal": one.proposal },
      h("p", {}, h("b", {}, one.by), ` proposes for the ${cell}, ${one.on}${one.reason ? `: ${one.reason}` : "."}`),
      one.out_of_date
        ? h("p", { class: "kc-note kc-warn" }, "The words have changed since. This is against the words as they are now: what you accept may undo what was written meanwhile.")
        : "",
      h("p", { class: "kc-redline", lang: state.page.language, dir: "auto" }, numbered(one)),
      several ? h("ol", { class: "kc-pieces", "aria-label": "Changes" }, Array.from({ length: one.changes }, (_, number) => piece(one, number))) : "",
      h(
        "div",
        { class: "kc-tools" },
        decide(several ? "Accept all" : "Accept", null, "Accepted"),
        own ? decide("Withdraw", [], "Withdrawn") : decide(several ? "Refuse all" : "Refuse", [], "Refused"),
        several ? h("span", { class: "kc-hint" }, "A change that you accept is in the words at once; the others stay open.") : "",
      ),
    );
  }

  // The redline; where there are more changes, each has its number, which its buttons have too.
  function numbered(one) {
    let last = null;
    return one.pieces.map(([change, text, number]) => {
      const isFirst = number !== null && number !== last;
      last = number;
      const sign = isFirst && one.changes > 1 ? h("sup", { "aria-hidden": "true" }, String(number + 1)) : "";
      return [sign, redline([[change, text]])];
    });
  }

  // One change, with its own two buttons.
  function piece(one, number) {
    const said = (wanted) => one.pieces.filter(([change, , at]) => at === number && change === wanted).map(([, text]) => text.trim()).join("");
    const [out, put] = [said("deleted"), said("inserted")];
    const what = out && put ? `“${out}” becomes “${put}”` : out ? `“${out}” goes` : `“${put}” is added`;
    const act = (label, accepted) =>
      button(label, () => decided(one, "decide_change", { change: number, accepted }, accepted ? "Accepted" : "Refused"), {
        "aria-label": `${label} change ${number + 1}: ${what}`,
        "data-field": `${one.proposal} ${number} ${accepted}`,
      });
    return h("li", {}, act("Accept", true), act("Refuse", false), h("span", {}, ` ${number + 1}: ${what}`));
  }

  async function decided(one, verb, given, said) {
    const person = somebody();
    if (!person) return;
    const { proposal, changes, pieces } = one;
    const within = element.contains(document.activeElement);
    if (!(await bench.tell(verb, { ...here(), proposal, pieces, person, ...given }))) return;
    const left = about().proposals.find((each) => each.proposal === proposal)?.changes ?? 0;
    bench.say(`${said}. ${left && left < changes ? `${counted(left, "change")} left to decide. ` : ""}Undo takes it back.`);
    if (within) goOn(proposal);
  }

  // The button that was pressed is gone, or is that of another change: on to what is left to decide.
  function goOn(proposal) {
    const card = element.querySelector(`[data-proposal="${CSS.escape(proposal)}"]`);
    const next = card?.querySelector("li button") || (card || element.querySelector("[data-proposal]"))?.querySelector("button");
    if (next) next.focus({ preventScroll: true });
    else bench.words.focus();
  }

  // --- comments ------------------------------------------------------------------------------

  function commentsPart(comments) {
    const open = comments.filter((one) => !one.resolved);
    const settled = comments.filter((one) => one.resolved);
    const count = open.length ? ` (${open.length})` : "";
    return [
      above(bench, `Comments${count}`),
      h("ul", { class: "kc-talk", "aria-label": "Comments" }, open.map(thread)),
      settled.length
        ? h(
            "details",
            { open: unfolded, ontoggle: (event) => (unfolded = event.target.open) },
            h("summary", { "data-field": "settled" }, counted(settled.length, "settled comment")),
            h("ul", { class: "kc-talk" }, settled.map(thread)),
          )
        : "",
      bench.rows.isNew(about().key) ? h("p", { class: "kc-hint" }, "Save the statement to comment on it.") : commenting(),
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
    const { canType } = about();
    const words = field("textarea", name, "What you say of it");
    words.rows = 2;
    const whole = button("Comment on the whole statement", () => setAnchor(null), { class: "kc-quiet", "data-field": "whole" });
    const some = button("Comment on the words selected", onSelection, { class: "kc-quiet", title: "Alt+M", "data-field": "selected" });
    const submitted = (event) => {
      event.preventDefault();
      if (anchor?.behind !== undefined) {
        say(name, words.value, { quoted: [anchor.words, anchor.behind] }, "Said.");
        return;
      }
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
      h("div", { class: "kc-tools" }, h("button", { type: "submit", "data-field": "say" }, "Comment"), anchor ? whole : "", canType || bench.review.on() ? some : ""),
    );
  }

  // The words that are commented on, as they were when they were selected.
  function anchored() {
    const kept = bench.fields.value(anchorName());
    return kept ? JSON.parse(kept) : null;
  }

  function setAnchor(anchor) {
    bench.fields.put(anchorName(), anchor ? JSON.stringify(anchor) : "");
    if (bench.reading.on() && !bench.reading.opened()) bench.reading.open(about().key);
    bench.reading.showTalk();
    draw();
    focus();
  }

  // Where they stand now: where they stood, else where they stand once.
  function placeNow({ words, start }) {
    const text = bench.rows.cell(about().row, about().column);
    const first = text.indexOf(words);
    if (text.startsWith(words, start)) return [start, start + words.length];
    return first >= 0 && first === text.lastIndexOf(words) ? [first, first + words.length] : null;
  }

  // Words that are selected where they are typed, or where they are read.
  function onSelection() {
    const read = quoted(bench.root) || bench.review.selection();
    if (read && read.statement !== about().key) {
      onOther(read);
      return;
    }
    const found = read || about().selection?.();
    if (found) setAnchor(found);
    else bench.note("No words are selected.", "Select words of one statement, then comment on them.", "kc-bad");
  }

  // Of another than the one that this is about: that one is gone to first.
  function onOther(read) {
    if (read.statement.includes(":")) bench.reading.open(read.statement);
    else bench.choose(read.statement);
    (bench.reading.heading() ? bench.headingTalk : bench.discussion).setAnchor(read);
  }

  async function say(name, text, more, told) {
    const person = somebody();
    if (!person) return;
    const anchor = anchorName();
    if (await bench.tell("comment", { ...here(), text, person, ...more })) {
      if (more.selection || more.quoted) bench.fields.put(anchor, "");
      bench.fields.sent(name, text);
      draw();
      bench.say(`${told} Save, so that others see it.`);
    }
  }

  async function resolve(one) {
    const person = somebody();
    if (!person) return;
    const resolved = !one.resolved;
    if (await bench.tell("resolve", { ...here(), comment: one.comment, person, resolved })) bench.say(resolved ? "Settled." : "Open again.");
  }

  const focus = () => element.querySelector(".kc-saying textarea")?.focus();
  return { element, draw, onSelection, setAnchor };
}
