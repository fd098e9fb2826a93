// What is pasted into the words of a statement. Its plain words stand there at once, as if they were
// typed; the kernel reads the rich text, and its marks take their place if they still stand. Nothing
// of a paste becomes an element here, so nothing of it runs or is loaded.

import { button, counted, h } from "./elements.js";

const MOST = 4_000_000; // characters: a message to the kernel has a limit
const PICTURE = /\ssrc=(["'])data:[^"']*\1/gi; // a picture within the text: it would not be kept
const TO_READ = /[\n\u00a0\u00ad\u2007\u202f\u200b-\u200f\u2060-\u2064\ufeff]|[.!?…。！？]\S?\s+\S/u;

// The end of a clause, with what closes behind it, and the beginning of a word; no point in a number or an address.
const ENDED = /(?:[\p{L}\p{M}\p{Pe}\p{Pf}"']|\d)[.!?…,;:][\p{Pe}\p{Pf}"']*$|\[@[^\]]*\]$/u;
const BEGINS = /^[\p{Ps}\p{Pi}"'*[]*\p{L}/u;

export function pastingOf(bench) {
  const { state } = bench;
  const element = h("div", { class: "kc-pasted", hidden: true, role: "group", "aria-label": "What was pasted" });
  let card = null; // the last paste: where, which words, and what the kernel said of it
  let plainly = false; // the keys of a plain paste were pressed
  let drawn = "";

  bench.root.addEventListener("keydown", (event) => {
    plainly = event.shiftKey && (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "v";
  });

  const oneLine = (text) => text.trim().replace(/\s*[\r\n]+\s*/g, " ");

  function onPaste(event) {
    const html = event.clipboardData?.getData("text/html").replace(PICTURE, "") || "";
    const text = event.clipboardData?.getData("text/plain") || "";
    const { target } = event;
    const words = oneLine(text);
    const [lead, rest] = spacesAround(target, words);
    const isPlain = !html && !TO_READ.test(text);
    if (plainly || (isPlain && !lead && !rest)) return; // the browser does it
    event.preventDefault();
    const at = target.selectionStart + lead.length;
    bench.inOneStep(() => {
      target.setRangeText(lead + (isPlain ? text : words) + rest, target.selectionStart, target.selectionEnd, "end");
      target.dispatchEvent(new Event("input", { bubbles: true }));
    });
    if (isPlain) return;
    if (html.length + text.length > MOST) {
      bench.note("What was pasted is too long to be read: its plain words stand here.", "Bring it in as a page.", "kc-bad");
      return;
    }
    card = { statement: state.chosen, at, words, plain: words, sentences: [], told: [], reading: true };
    draw();
    const mine = card;
    bench.askAside("read_paste", { html, text }).then((answer) => take(mine, answer));
  }

  // The spaces that pasted words need, so that no sentence runs into the one before it or behind it.
  function spacesAround({ value, selectionStart, selectionEnd }, words) {
    const [before, behind] = [value.slice(0, selectionStart), value.slice(selectionEnd)];
    const lead = ENDED.test(before) && BEGINS.test(words) ? " " : "";
    const rest = ENDED.test(words) && BEGINS.test(behind) ? " " : "";
    return [lead, rest];
  }

  // Where pasted words stand now: where they stood, or else where they stand once.
  function placeOf({ statement, at, words }) {
    const text = bench.rows.cell(statement, "text");
    const first = text.indexOf(words);
    if (text.startsWith(words, at)) return at;
    return words && first >= 0 && first === text.lastIndexOf(words) ? first : null;
  }

  function take(mine, answer) {
    mine.reading = false;
    if (answer) {
      const { words, sentences, told } = answer.pasted;
      Object.assign(mine, { sentences, told });
      write(mine, words);
    }
    if (card !== mine) return;
    const said = [counted(mine.sentences.length, "sentence"), ...mine.told].join(". ");
    if (answer) bench.say(`Pasted: ${said}`);
    else card = null;
    draw();
  }

  // Put other words in the place of the pasted ones. Where somebody wrote in them, these stand.
  function write(mine, words) {
    const at = placeOf(mine);
    mine.changed = at === null;
    if (at === null) return;
    const text = bench.rows.cell(mine.statement, "text");
    if (words !== mine.words) {
      bench.inOneStep(() => bench.typed(mine.statement, "text", text.slice(0, at) + words + text.slice(at + mine.words.length)));
      if (mine.statement === state.chosen) bench.words.refresh();
    }
    Object.assign(mine, { at, words });
  }

  function draw() {
    const isHere = Boolean(card) && card.statement === state.chosen && bench.words.editable();
    const shown = isHere ? JSON.stringify(card) : "";
    if (drawn === shown) return;
    drawn = shown;
    element.hidden = !isHere;
    bench.fields.redraw(element, isHere ? parts() : []);
  }

  function parts() {
    const { sentences, told, reading, changed, words, plain } = card;
    if (reading) return h("p", {}, "Reading what was pasted …");
    const act = (text, does, given = {}) => button(text, does, { "data-field": `pasted ${text}`, ...given });
    const many = sentences.length > 1 && !changed;
    return [
      h("strong", {}, `Pasted: ${counted(sentences.length, "sentence")}.`),
      changed ? h("p", {}, "You wrote in them meanwhile, so they stand as plain words.") : "",
      told.length ? h("ul", { tabindex: "0", "aria-label": "What was cleaned, left out or may be wrong" }, told.map((one) => h("li", {}, one))) : "",
      h(
        "div",
        { class: "kc-tools" },
        many ? act("Make a statement of each", spread, { title: "Alt+V" }) : "",
        words !== plain ? act("Only the plain words", () => (write(card, plain), draw())) : "",
        act("Close", close, { class: "kc-quiet", "aria-label": "Close what was pasted" }),
      ),
    ];
  }

  function close() {
    card = null;
    draw();
    bench.words.focus();
  }

  // The first sentence stays; the kernel makes statements of the others after it.
  function spread() {
    const at = card && !card.reading && card.statement === state.chosen ? placeOf(card) : null;
    if (at === null || card.sentences.length < 2 || card.words === card.plain && card.changed) {
      bench.note("No pasted sentences stand here as they were pasted.", "Split the statement instead (Alt+S).", "kc-bad");
      return;
    }
    const { statement, sentences, words } = card;
    const text = bench.rows.cell(statement, "text");
    const [before, after] = [text.slice(0, at), text.slice(at + words.length)];
    const first = [before.trim(), sentences[0].text].filter(Boolean).join(" ");
    card = null;
    bench.flush();
    const given = { statement, before, after, sentences, person: bench.signer.person() };
    const told = bench.tell("spread", given, { expects: new Map([[statement, { text: first }]]) });
    bench.rows.asExpected(statement, "text");
    bench.words.refresh();
    draw();
    bench.words.focusEnd();
    told.then((answer) => {
      if (answer) bench.say(`${counted(answer.spread.length, "statement")} added after ${statement}. Undo takes them back.`);
    });
  }

  function rename(old, key) {
    if (card?.statement === old) card.statement = key;
  }

  return { element, onPaste, spread, draw, rename };
}
