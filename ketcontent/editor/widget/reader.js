// The section as HTML of the package's own templates, which escape what comes from a table. All
// the same only tags and attributes that a section has are kept, and no link inside the page, which
// would lead out of the notebook.
const KEPT_TAGS = new Set(
  "SECTION H2 H3 P UL OL LI DIV SPAN STRONG EM CODE SMALL SUP SUB A BR BDI BDO DEL S".split(" "),
);
const KEPT_ATTRIBUTES = new Set(["class", "lang", "dir", "role", "aria-label"]);
export function grown(html, chosen) {
  const parsed = new DOMParser().parseFromString(html, "text/html");
  const copy = (node) => {
    if (node.nodeType === Node.TEXT_NODE) return document.createTextNode(node.data);
    if (node.nodeType !== Node.ELEMENT_NODE || !KEPT_TAGS.has(node.tagName)) return null;
    const href = node.getAttribute("href") || "";
    const outward = /^https?:\/\//.test(href);
    const inside = node.tagName === "A" && !outward;
    if (inside && !node.textContent) return null; // the link of a sentence to itself
    const made = document.createElement(inside ? "span" : node.tagName);
    for (const { name, value } of node.attributes) {
      if (KEPT_ATTRIBUTES.has(name) && !(inside && name === "aria-label")) {
        made.setAttribute(name, name === "class" ? `kc-r-${value}` : value);
      }
    }
    if (node.id.startsWith("s_")) {
      made.dataset.statement = node.id.slice(2);
      if (made.dataset.statement === chosen) made.classList.add("kc-here");
    }
    if (outward) {
      made.href = href;
      made.target = "_blank";
      made.rel = "noopener noreferrer";
    }
    made.append(...[...node.childNodes].map(copy).filter(Boolean));
    return made;
  };
  return [...parsed.body.childNodes].map(copy).filter(Boolean);
}
