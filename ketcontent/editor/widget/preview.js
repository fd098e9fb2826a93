// The section of the chosen statement, as a reader sees it.

import { h } from "./elements.js";
import { grown } from "./reader.js";

export function previewOf(bench) {
  const element = h("div", {
    class: "kc-right",
    role: "group",
    "aria-label": "The section as a reader sees it",
    tabindex: "0",
  });

  function draw() {
    const { html, sources, language, section } = bench.state.preview;
    const top = element.dataset.section === section ? element.scrollTop : 0;
    element.dataset.section = section;
    const listed = sources.map((one) => h("p", {}, h("b", {}, `${one.number}. `), one.text));
    element.replaceChildren(
      h("p", { class: "kc-eyebrow" }, "As a reader sees it"),
      h("div", { class: "kc-reader", lang: language, dir: "auto" }, grown(html, bench.state.chosen)),
    );
    if (sources.length) {
      element.append(h("div", { class: "kc-reader kc-sources" }, h("h3", {}, "Sources"), listed));
    }
    element.scrollTop = top;
    for (const one of element.querySelectorAll("[data-statement]")) {
      one.addEventListener("click", () => bench.choose(one.dataset.statement));
    }
    const now = element.querySelector(".kc-here");
    if (!now) return;
    const box = now.getBoundingClientRect();
    const frame = element.getBoundingClientRect();
    if (box.top < frame.top || box.bottom > frame.bottom) element.scrollTop += box.top - frame.top - 80;
  }

  return { element, draw };
}
