// Finds pages in the list by the words on their lines. Without it the list is whole.
(() => {
  const box = document.querySelector(".find");
  if (!box) return;
  const field = box.querySelector("input");
  const count = box.querySelector("span");
  const plain = words => words.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  const rows = [...document.querySelectorAll(".pages > li")].map(row => [row, plain(row.textContent)]);
  const letters = [...document.querySelectorAll(".letter")].map(letter =>
    [letter, document.querySelector(`.jumps [href="#${letter.querySelector("h2").id}"]`)]);
  const show = () => {
    const asked = plain(field.value).split(/\s+/);
    const state = document.querySelector(".filter :checked")?.id;
    let found = 0;
    for (const [row, words] of rows) {
      row.hidden = !asked.every(one => words.includes(one));
      found += !row.hidden && (!state || state === "all" || row.className === state);
    }
    for (const [letter, jump] of letters) {
      letter.hidden = !letter.querySelector("li:not([hidden])");
      if (jump) jump.parentElement.hidden = letter.hidden;
    }
    if (count.textContent !== String(found)) count.textContent = found;
  };
  addEventListener("input", show);
  addEventListener("pageshow", show);
  box.classList.add("ready");
})();
