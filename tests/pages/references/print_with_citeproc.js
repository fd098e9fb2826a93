// Print CSL-JSON with citeproc-js and a style, one reference a line.
//
// Used at development time only, to write nlm.expected.txt:
//   npm install citeproc
//   node print_with_citeproc.js STYLE.csl LOCALE.xml < items.json
// STYLE.csl is the public style "nlm-citation-sequence" of the CSL project, LOCALE.xml its
// locales-en-US.xml. write_nlm.py beside this file makes the items and writes the file.
const fs = require("fs");
const CSL = require("citeproc");
const [style, locale] = process.argv.slice(2).map((name) => fs.readFileSync(name, "utf-8"));
const items = JSON.parse(fs.readFileSync(0, "utf-8"));
const byId = Object.fromEntries(items.map((item) => [item.id, item]));
const engine = new CSL.Engine({ retrieveLocale: () => locale, retrieveItem: (id) => byId[id] }, style, "en-US");
engine.setOutputFormat("html");
engine.updateItems(items.map((item) => item.id));
for (const entry of engine.makeBibliography()[1]) {
  const text = entry.replace(/<div class="csl-left-margin">.*?<\/div>/s, "").replace(/<\/?div[^>]*>/g, "");
  console.log(text.replace(/\s+/g, " ").trim().replace(/&#38;/g, "&").replace(/&#160;/g, " "));
}
