// The blocks of a page that is brought in, each with what it was read as. One key or one click reads
// the chosen ones as something else.

import { button, counted, h } from "./elements.js";

const FORMS = [
  ["heading", "Heading", "h"],
  ["paragraph", "Paragraph", "p"],
  ["item", "Item", "i"],
  ["notice", "Notice", "n"],
  ["caption", "Caption", "c"],
  ["header", "Header row", "t"],
  ["row", "Table row", "r"],
];
const DEEPEST = 6;
const BY_KEY = Object.fromEntries(FORMS.map(([form, , letter]) => [letter, form]));

export function blocksOf(bench, { readAs, readBack }) {
  const { me } = bench;
  const grid = h("div", {
    class: "kc-blocks",
    role: "grid",
    tabindex: "0",
    "aria-multiselectable": "true",
    "aria-label": "Blocks of the page, as they were read",
    onkeydown: key,
  });
  const bar = h("div", { class: "kc-tools", role: "toolbar", "aria-label": "Read the chosen blocks as" });
  const element = h("div", { class: "kc-incoming-blocks" }, bar, grid);
  // Moved to the block under the pointer, so that a page of thousands has it once.
  const choices = h(
    "span",
    { class: "kc-choices", "aria-hidden": "true" },
    FORMS.map(([form, name, letter]) =>
      button(letter.toUpperCase(), (event) => (event.stopPropagation(), actOn(Number(choices.closest("[role=row]").dataset.number), form)), { tabindex: "-1", "data-form": form, title: name }),
    ),
  );
  let blocks = [];
  let corrections = 0;
  let chosen = new Set(); // numbers of blocks, from 1
  let at = 1; // the one that the keys are at
  let from = 1; // where a run of chosen ones starts

  const id = (number) => `${me}-block-${number}`;
  const rowOf = (number) => grid.children[number - 1];

  function forget() {
    chosen = new Set();
    at = from = 1;
    grid.scrollTop = 0;
  }

  function take(told, touched) {
    blocks = told ? told.blocks : [];
    corrections = told ? told.corrections : 0;
    if (touched?.length) {
      chosen = new Set(touched);
      [from, at] = [touched[0], touched.at(-1)];
    }
    at = Math.min(at, Math.max(blocks.length, 1));
    chosen = new Set([...chosen].filter((number) => number <= blocks.length));
    draw();
  }

  function draw() {
    const { scrollTop } = grid;
    grid.setAttribute("aria-rowcount", String(blocks.length));
    grid.replaceChildren(...blocks.map((one, place) => row(one, place + 1)));
    grid.scrollTop = scrollTop;
    mark();
  }

  function row(one, number) {
    const [, name] = FORMS.find(([form]) => form === one.form);
    const place = one.level ? ` ${one.level}` : one.depth > 1 ? `, depth ${one.depth}` : "";
    const label = /[\p{L}\p{N}]$/u.test(one.label) ? `${one.label}: ` : `${one.label} `;
    const indent = one.form === "heading" ? Math.max(one.level - 2, 0) : one.depth;
    return h(
      "div",
      {
        role: "row",
        id: id(number),
        class: `kc-block kc-is-${one.form}`,
        "data-number": number,
        "aria-selected": "false",
        onclick: (event) => pick(number, event),
        onpointerenter: () => rowOf(number).lastChild.append(choices),
      },
      h("span", { role: "gridcell", class: "kc-block-form" }, `${name}${place}`, one.corrected ? h("span", { class: "kc-mark kc-changed" }, " put right") : ""),
      h("span", { role: "gridcell", class: "kc-block-words", dir: "auto", style: `padding-inline-start: ${indent * 14}px` }, one.label ? h("b", {}, label) : "", one.text),
      h("span", { role: "gridcell", class: "kc-block-where" }, one.where),
    );
  }

  function mark() {
    for (const [place, one] of [...grid.children].entries()) {
      one.setAttribute("aria-selected", String(chosen.has(place + 1)));
      one.classList.toggle("kc-cursor", place + 1 === at);
    }
    if (blocks.length) grid.setAttribute("aria-activedescendant", id(at));
    else grid.removeAttribute("aria-activedescendant");
    bench.fields.redraw(bar, tools());
  }

  function tools() {
    const many = acting().length;
    return [
      h("span", { class: "kc-hint" }, `Read ${many > 1 ? `the ${counted(many, "chosen block")}` : "the chosen block"} as`),
      FORMS.map(([form, name, letter]) =>
        button(name, () => readAs(acting(), form), { title: letter.toUpperCase(), "data-field": `block ${form}`, "aria-keyshortcuts": letter }),
      ),
      button("Title", () => blocks.length && readAs([at], "title"), { title: "0", "data-field": "block title", "aria-keyshortcuts": "0" }),
      button("Level up", () => shift(-1), { title: "1 to 6: the level of a heading, the depth of an item", "data-field": "block up" }),
      button("Level down", () => shift(1), { title: "1 to 6: the level of a heading, the depth of an item", "data-field": "block down" }),
      button("Take back", readBack, { title: "Ctrl+Z", "aria-disabled": String(!corrections), "data-field": "block back" }),
    ];
  }

  // The blocks that an action is for: the chosen ones, or else the one that the keys are at.
  const acting = () => (chosen.size ? [...chosen].sort((one, other) => one - other) : blocks.length ? [at] : []);

  // A click on what one block is to be: all chosen ones, where it is one of them.
  function actOn(number, form) {
    readAs(chosen.has(number) ? acting() : [number], form);
    grid.focus({ preventScroll: true });
  }

  const run = (one, other) => {
    const [first, last] = one < other ? [one, other] : [other, one];
    return Array.from({ length: last - first + 1 }, (_, place) => first + place);
  };

  function pick(number, event) {
    if (event.shiftKey) chosen = new Set(run(from, number));
    else if (event.ctrlKey || event.metaKey) toggle(number);
    else chosen = new Set([number]);
    if (!event.shiftKey) from = number;
    at = number;
    mark();
    grid.focus({ preventScroll: true });
  }

  function toggle(number) {
    if (chosen.has(number)) chosen.delete(number);
    else chosen.add(number);
  }

  // A level up or down from where the block is that the keys are at; those of the chosen ones follow.
  function shift(by) {
    const one = blocks[at - 1];
    if (one) readAs(acting(), "", Math.max(1, Math.min(DEEPEST, (one.level || one.depth || 1) + by)));
  }

  function key(event) {
    const command = event.ctrlKey || event.metaKey;
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 1, End: blocks.length, PageDown: at + 10, PageUp: at - 10 }[event.key];
    let act = null;
    if (to !== undefined && !event.altKey) act = () => go(Math.max(1, Math.min(to, blocks.length)), event);
    else if (event.key === " ") act = () => toggle(at);
    else if (command && event.key.toLowerCase() === "a") act = () => (chosen = new Set(run(1, blocks.length)));
    else if (!command && !event.altKey && BY_KEY[event.key.toLowerCase()]) act = () => readAs(acting(), BY_KEY[event.key.toLowerCase()]);
    else if (!command && !event.altKey && event.key === "0") act = () => readAs([at], "title");
    else if (!command && !event.altKey && /^[1-6]$/.test(event.key)) act = () => readAs(acting(), "", Number(event.key));
    if (!act || !blocks.length) return;
    event.preventDefault();
    event.stopPropagation();
    act();
    mark();
  }

  function go(number, event) {
    at = number;
    if (event.shiftKey) chosen = new Set(run(from, at));
    else if (!event.ctrlKey) {
      chosen = new Set([at]);
      from = at;
    }
    rowOf(at).scrollIntoView({ block: "nearest" });
  }

  const focus = (given) => grid.focus(given);
  return { element: Object.assign(element, { focus }), take, forget };
}
