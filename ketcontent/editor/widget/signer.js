// Who is at the workbench, and as what they sign. It is asked once: the browser's tab remembers it.

import { h, options } from "./elements.js";

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

  function draw() {
    const names = people().map((one) => [one.key, [one.name, one.credential].filter(Boolean).join(", ")]);
    element.hidden = !names.length;
    const drawn = JSON.stringify(names);
    if (box.dataset.drawn !== drawn) box.replaceChildren(...options(names, chosen(), "nobody named"));
    box.dataset.drawn = drawn;
    box.value = chosen();
  }

  return { element, box, draw, set, person: chosen, capacity: () => capacity };
}
