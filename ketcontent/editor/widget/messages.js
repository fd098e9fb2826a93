// What the workbench says, over the lower end of its panes, and what a screen reader hears.

import { button, h, redline } from "./elements.js";
import { noteFocus } from "./focus.js";
import { column, rowOf } from "./names.js";

export function messagesOf(bench) {
  const live = h("div", { class: "kc-unseen", role: "status", "aria-live": "polite" });
  const notes = h("div", { class: "kc-notes" });
  const over = h("div", { class: "kc-over" }, notes);
  const lost = h(
    "div",
    { class: "kc-note kc-bad", hidden: true },
    "No answer from the kernel. What you type is kept in this browser. When the kernel runs again, ",
    "run the notebook's cells: your words will be there.",
  );
  let saying = [];

  // What is said within a moment is one announcement: the second would silence the first.
  function say(text) {
    if (!text) return;
    saying = [...saying, text];
    live.textContent = "";
    bench.later("say", 50, () => {
      live.textContent = saying.join(" ");
      saying = [];
    });
  }

  function lose(isLost) {
    if (isLost && lost.hidden) say("No answer from the kernel. What you type is kept in this browser.");
    lost.hidden = !isLost;
  }

  function put(kind, label, ...inner) {
    const goBack = noteFocus(bench.root);
    const box = h(
      "div",
      { class: `kc-note ${kind}` },
      inner,
      button(
        "Close",
        () => {
          box.remove();
          goBack(bench.focusMiddle);
        },
        { class: "kc-quiet", "aria-label": label },
      ),
    );
    over.classList.remove("kc-atop");
    notes.replaceChildren(box);
    // It lies over the panes: not over what has the focus.
    const active = document.activeElement;
    if (!bench.root.contains(active) || !active.matches("input, textarea, select, button, [data-statement]")) return;
    const [eye, said] = [active, notes].map((one) => one.getBoundingClientRect());
    const isOver = eye.bottom > said.top && eye.right > said.left && eye.left < said.right && eye.top < said.bottom;
    over.classList.toggle("kc-atop", isOver);
  }

  function note(text, hint = "", kind = "") {
    const hinted = hint ? h("span", { class: "kc-hint" }, ` ${hint}`) : "";
    put(kind, "Close the message", h("span", {}, text, hinted));
    say(`${text} ${hint}`);
  }

  // What a save did: said, and shown unless it stands where the words are.
  function saved(rows, isShown) {
    const said = rows.length === 1 ? "Saved 1 change." : `Saved ${rows.length} changes.`;
    const cell = (one) =>
      h("div", { class: "kc-redline" }, h("b", {}, `${column(one.column)}: `), redline(one.redline));
    const items = rows.map((row) =>
      h(
        "li",
        {},
        h("b", {}, rowOf(row)),
        ` ${row.what}`,
        row.what === "changed" ? row.cells.map(cell) : "",
      ),
    );
    if (isShown) put("kc-saved", "Close what was saved", h("div", {}, h("strong", {}, said), h("ul", {}, items)));
    say(said);
  }

  // The editor goes on elsewhere: what was said need not lie over the page any longer. What did not
  // work stays while one types.
  function pass(event) {
    const isModifier = ["Control", "Shift", "Alt", "Meta"].includes(event.key);
    if (notes.contains(event.target) || isModifier) return;
    if (event.type === "pointerdown" || !notes.querySelector(".kc-bad")) notes.replaceChildren();
  }
  bench.root.addEventListener("pointerdown", pass);
  bench.root.addEventListener("keydown", pass, { capture: true });

  // Take a message away; whether there was one.
  function close() {
    const isThere = notes.hasChildNodes();
    notes.replaceChildren();
    return isThere;
  }

  return { close, live, over, lost, say, lose, note, saved };
}
