// Who is at the workbench, and as what they sign. It is asked once: the browser's tab remembers it.

import { h, options } from "./elements.js";

export const NOBODY = "Nobody is named in the table of people yet.";
export const ADD_YOURSELF = "Press Rows, choose People, add yourself, and save; then do it again.";

export function signerOf(bench) {
  const name = `${bench.place}:signer`;
  let [person, capacity] = ["", "clinical"];
  try {
    [person, capacity] = JSON.parse(sessionStorage.getItem(name)) || [person, capacity];
  } catch {
    // A browser that remembers nothing asks again.
  }
  const box = h("select", { id: `${bench.me}-signer`, onchange: () => set(box.value, capacity) });
  const element = h("div", { class: "kc-signer", hidden: true }, h("label", { for: box.id }, "I am "), box);

  const people = () => bench.state.choices.people || [];
  // One of whom the tables say nothing is nobody.
  const chosen = () => (people().some((one) => one.key === person) ? person : "");

  function set(key, as) {
    [person, capacity] = [key, as];
    try {
      sessionStorage.setItem(name, JSON.stringify([person, capacity]));
    } catch {
      // As above.
    }
    draw();
    if (bench.review.on()) bench.detail.draw();
  }

  // Who does it: no word is anybody's who has not said who they are. `unsaid` says what is missing.
  function somebody(unsaid, field = box) {
    if (chosen()) return chosen();
    if (people().length) {
      bench.note(unsaid, "Choose your name, then do it again.", "kc-bad");
      field.focus();
    } else {
      bench.note(NOBODY, ADD_YOURSELF, "kc-bad");
    }
    return "";
  }

  function draw() {
    const names = people().map((one) => [one.key, [one.name, one.credential].filter(Boolean).join(", ")]);
    element.hidden = !names.length;
    const drawn = JSON.stringify(names);
    if (box.dataset.drawn !== drawn) box.replaceChildren(...options(names, chosen(), "nobody named"));
    box.dataset.drawn = drawn;
    box.value = chosen();
  }

  return { element, draw, set, somebody, person: chosen, capacity: () => capacity };
}
