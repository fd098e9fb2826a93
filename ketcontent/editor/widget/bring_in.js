// A page that is brought in: chosen, dropped, named or pasted; shown block by block as it was read; put
// right; and written with one button. Before that nothing of it is in the tables.

import { blocksOf } from "./blocks.js";
import { button, counted, h, unseen } from "./elements.js";
import { noteFocus } from "./focus.js";
import { sent } from "./parts.js";

const ENDINGS = ".html,.htm,.xhtml,.mht,.mhtml,.docx,.pdf,.md,.markdown,.txt";
const LARGEST = 30_000_000; // bytes: what the kernel takes of any format

export function bringInOf(bench) {
  const head = h("div", { class: "kc-incoming-head" });
  const side = h("div", { class: "kc-incoming-side", tabindex: "0", role: "group", "aria-label": "Left out, and unsure of" });
  const foot = h("div", { class: "kc-incoming-foot" });
  let goBack = null; // to what had the focus before it was opened
  let told = null; // the page as the kernel last said
  let written = []; // what was said when one was written
  let brought = ""; // the key of that
  let unfolded = false; // whether what a new version changes is shown
  const blocks = blocksOf(bench, { readAs, readBack });
  const element = h(
    "div",
    {
      class: "kc-incoming",
      role: "group",
      "aria-label": "Bring in a page",
      tabindex: "-1",
      hidden: true,
      ondragover: (event) => event.preventDefault(),
      ondrop: dropped,
    },
    head,
    h("div", { class: "kc-incoming-page" }, blocks.element, side),
    foot,
  );

  const isOpen = () => !element.hidden;

  function show(isShown) {
    element.hidden = !isShown;
    bench.root.classList.toggle("kc-bringing", isShown);
    bench.onBringIn();
  }

  function open() {
    bench.flush();
    if (!isOpen()) goBack = noteFocus(bench.root);
    show(true);
    draw();
    (told ? blocks.element : element).focus({ preventScroll: true });
  }

  const isFirst = () => !bench.state.page.document; // there is no page to go back to

  function close() {
    if (isFirst()) return;
    show(false);
    written = [];
    goBack(bench.focusMiddle);
  }

  // The keys of the rest of the workbench are those of a page that is not in sight now.
  function keyed(event) {
    const command = event.ctrlKey || event.metaKey;
    const typing = event.target.matches("input:not([type=checkbox]), textarea");
    if (event.key === "Escape" || (event.altKey && event.code === "KeyB")) return close;
    if (command && !event.altKey && event.key.toLowerCase() === "s") return () => bench.tell("save");
    if (command && !event.shiftKey && event.key.toLowerCase() === "z" && !typing && told) return readBack;
    const isEnter = event.key === "Enter" && !event.isComposing && event.target.matches("form input");
    return isEnter ? () => event.target.form.requestSubmit() : null;
  }

  function take(answer, verb) {
    const isOther = !told || !answer.incoming || told.hash !== answer.incoming.hash;
    told = answer.incoming;
    if (isOther) {
      blocks.forget();
      for (const name of ["document", "language"]) bench.fields.forget(`incoming ${name}`);
    }
    if (answer.brought) ({ told: written, document: brought } = answer.brought);
    blocks.take(told, answer.blocks);
    if (isOpen()) draw();
    else if (verb === "open" && (told || isFirst())) open(); // it was looked at before a reload, or asked for
  }

  function draw() {
    element.classList.toggle("kc-empty-incoming", !told);
    bench.fields.redraw(head, told ? heading() : start());
    bench.fields.redraw(side, told ? [leftOut(), unsure()] : []);
    bench.fields.redraw(foot, told ? ending() : []);
  }

  // --- where it comes from -------------------------------------------------------------------

  function start() {
    const file = h("input", {
      type: "file",
      accept: ENDINGS,
      "aria-label": "A file of this computer",
      "data-field": "incoming file",
      onchange: () => file.files.length && read(file.files[0]),
    });
    const kept = (tag, name, label, given) =>
      h(tag, { "aria-label": label, placeholder: label, "data-kept": name, "data-field": name, value: bench.fields.value(name), ...given });
    const path = kept("input", "incoming path", "The path of a file", { autocomplete: "off" });
    const text = kept("textarea", "incoming text", "Paste a page or a part of one here (Ctrl+V)", {
      rows: 6,
      dir: "auto",
      onpaste: (event) => {
        const html = event.clipboardData?.getData("text/html");
        if (!html) return; // plain words stand in the field, to be read with the button
        event.preventDefault();
        pasted(html, event.clipboardData.getData("text/plain"));
      },
    });
    const named = async (event) => {
      event.preventDefault();
      if (await bench.tell("bring_in", { path: path.value })) bench.fields.forget("incoming path");
    };
    return [
      h("div", { class: "kc-incoming-top" }, h("h2", {}, "Bring in a page"), h("div", { class: "kc-tools" }, back())),
      written.length
        ? h("div", { class: "kc-note kc-saved" }, h("div", {}, h("strong", {}, "Written."), h("ul", {}, written.map((line) => h("li", {}, line))), opening()))
        : "",
      h("p", { class: "kc-hint" }, "A saved web page, a Word document, a PDF, Markdown or plain text. You see how it is read, and put it right, before anything is written."),
      h("h3", {}, "Choose a file, or drop one here"),
      file,
      h("h3", {}, "Name a file where the tables are"),
      h("form", { class: "kc-row", onsubmit: named }, path, h("button", { type: "submit", "data-field": "incoming open" }, "Open")),
      h("p", { class: "kc-hint" }, "A relative path starts at the folder of the project."),
      h("h3", {}, "Paste"),
      text,
      h("div", { class: "kc-tools" }, button("Read this text", () => pasted("", text.value), { "data-field": "incoming read" })),
    ];
  }

  const opening = () => brought === bench.state.page.document ? "" : button("Open the page", () => bench.openPage(brought), { class: "kc-primary", "data-field": "incoming open page" });

  const back = () => isFirst() ? "" : button("Back to the page", close, { title: "Esc", "data-field": "incoming back" });

  async function pasted(html, text) {
    if (html.length + text.length > LARGEST / 4) {
      bench.note("What was pasted is too long.", "Save it as a file, and choose that.", "kc-bad");
    } else if (await bench.tell("bring_in", { html, text })) begin("incoming text");
  }

  async function read(file) {
    if (file.size > LARGEST) {
      bench.note(`${file.name} is larger than ${LARGEST / 1_000_000} MB.`, "Bring in one page, not a site.", "kc-bad");
      return;
    }
    bench.say(`Reading ${file.name}.`);
    if (await sent(file, (part) => bench.tell("bring_in", part))) begin();
  }

  function begin(field) {
    if (field) bench.fields.forget(field);
    written = [];
    blocks.element.focus({ preventScroll: true });
  }

  function dropped(event) {
    event.preventDefault();
    event.stopPropagation();
    const { files } = event.dataTransfer;
    if (files.length > 1) bench.note("One page at a time is looked at here.", "The command takes a folder: ketcontent import FOLDER.", "kc-bad");
    else if (files.length) read(files[0]);
    else {
      const [html, text] = ["text/html", "text/plain"].map((kind) => event.dataTransfer.getData(kind));
      if (html || text) pasted(html, text);
    }
  }

  // --- what it is ----------------------------------------------------------------------------

  function heading() {
    return [
      h(
        "div",
        { class: "kc-incoming-top" },
        h("h2", { title: told.name }, "Bring in ", h("code", {}, told.name.split(/[\\/]/).at(-1))),
        h("span", { class: "kc-hint" }, `${told.format}, ${told.bytes.toLocaleString("en")} bytes. Nothing is written yet.`),
        h("div", { class: "kc-tools" }, button("Another page", () => bench.tell("put_away"), { "data-field": "incoming other" }), back()),
      ),
      h("p", {}, h("b", {}, "Title: "), told.title ? [h("span", { dir: "auto" }, told.title), " ", button("It is no title", () => readAs([0], "heading"), { "data-field": "incoming title" })] : h("span", { class: "kc-hint" }, "none; the page is called by its key")),
      h("p", { class: "kc-counts", role: "status" }, counts()),
    ];
  }

  function counts() {
    const names = { heading: "heading", paragraph: "paragraph", item: "item", notice: "notice", caption: "caption", header: "row of headers", row: "table row" };
    const held = told.forms.filter(([, number]) => number).map(([form, number]) => number === 1 ? `1 ${names[form]}` : form === "header" ? `${number} rows of headers` : counted(number, names[form]));
    return [held.join(", ") || "no blocks", told.corrections ? counted(told.corrections, "correction") : "", told.fault ? "" : told.becomes[0]].filter(Boolean).join(" · ");
  }

  function leftOut() {
    const { left_out: pieces } = told;
    return [
      h("h3", {}, pieces.length ? `Left out (${pieces.length})` : "Nothing is left out"),
      h("ul", {}, pieces.map((one) => h("li", {}, h("b", {}, one.what), one.where ? ` (${one.where})` : "", ": ", h("span", { dir: "auto" }, one.words)))),
      pieces.length || told.whole ? option("whole", "Leave nothing of a web page out") : "",
      told.name.endsWith(".docx") ? option("accept_changes", "Take what is tracked in the document") : "",
    ];
  }

  function unsure() {
    const { doubts } = told;
    return [
      h("h3", {}, doubts.length ? `Unsure of (${doubts.length})` : "Unsure of nothing"),
      h("ul", {}, doubts.map((one) => h("li", {}, one.where ? h("b", {}, `${one.where}: `) : "", one.message))),
    ];
  }

  function option(name, label) {
    const box = h("input", {
      type: "checkbox",
      checked: told[name],
      "data-field": `incoming ${name}`,
      onchange: () => {
        if (name !== "replace" && told.corrections) bench.note("The page is read again from the start: put right again what you had put right.");
        bench.tell("bring_in_with", { [name]: box.checked });
      },
    });
    return h("label", { class: "kc-option" }, box, ` ${label}`);
  }

  // --- the end -------------------------------------------------------------------------------

  function ending() {
    const field = (name, label, given) => {
      const kept = `incoming ${name}`;
      const control = h("input", {
        "aria-label": label,
        "data-kept": kept,
        "data-field": kept,
        value: told[name],
        autocomplete: "off",
        oninput: () => bench.later("incoming", 400, () => bench.tell("bring_in_with", { [name]: control.value.trim() })),
        ...given,
      });
      return h("label", {}, `${label} `, control);
    };
    const { fault, becomes } = told;
    return [
      fault ? h("div", { class: "kc-note kc-warn" }, h("span", {}, `${fault.message} `, told.known && !told.replace ? "" : h("span", { class: "kc-hint" }, fault.hint))) : "",
      becomes.length > 1 ? h("details", { open: unfolded, ontoggle: (event) => (unfolded = event.target.open) }, h("summary", { "data-field": "incoming changes" }, "What the new version changes"), h("pre", { class: "kc-becomes" }, becomes.join("\n"))) : "",
      h(
        "div",
        { class: "kc-row" },
        field("document", "Key of the page"),
        field("language", "Language", { class: "kc-short", placeholder: told.read_language || "as it is, else en" }),
        told.known ? option("replace", "It is a new version of that page") : "",
        button("Write it", write, { class: "kc-primary", "aria-disabled": String(Boolean(fault)), "data-field": "incoming write" }),
        unseen(fault ? fault.message : becomes[0]),
      ),
    ];
  }

  async function write() {
    if (told.fault) {
      bench.note(told.fault.message, told.known && !told.replace ? "Say that it is a new version of that page, or give another key." : told.fault.hint, "kc-bad");
      return;
    }
    const key = told.document;
    if (!(await bench.tell("write_page"))) return;
    bench.say(`Written: ${written.join(" ")}`);
    if (key === bench.state.page.document) close();
    else element.querySelector("[data-field='incoming open page']").focus({ preventScroll: true });
  }

  // --- putting right -------------------------------------------------------------------------

  async function readAs(numbers, form, level = 0) {
    const answer = await bench.tell("read_as", { blocks: numbers, form, level });
    if (!answer) return;
    const count = answer.blocks.length;
    bench.say(count ? `${counted(count, "block")} ${form ? `read as ${form}` : `set on level ${level}`}.` : "Only a heading or an item has a level.");
  }

  async function readBack() {
    if (!told.corrections) bench.say("Nothing to take back.");
    else if (await bench.tell("read_back")) bench.say("The last correction is taken back.");
  }

  return { element, open, isOpen, keyed, take };
}
