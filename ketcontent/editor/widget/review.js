// Review: the statements that wait for a sign-off, one after the other.

import { noBreak } from "./controls.js";
import { button, counted, differs, h, options, redline } from "./elements.js";
import { CAPACITIES } from "./names.js";
import { ADD_YOURSELF, NOBODY } from "./signer.js";
import { signingKeyOf } from "./signing_key.js";

const OLDER = "It was signed under the older rule, which covered neither its place nor its kind nor what is read of its sources and of the signer.";

export function reviewOf(bench) {
  const { state, me } = bench;
  const signingKey = signingKeyOf(bench);
  let isOn = false;

  const on = () => isOn;
  const capacity = () => bench.signer.capacity();
  const waits = (one) => Boolean(one.signoffs[capacity()]) && one.signoffs[capacity()] !== "valid" && !one.cut;
  const commentName = () => `comment ${state.chosen}`;
  const rewordName = () => `reword ${state.chosen}`;
  let isRewording = false; // whether the words that a reviewer would have are unfolded

  function set(turnOn) {
    const within = bench.root.contains(document.activeElement);
    bench.flush();
    isOn = turnOn;
    bench.form.close(false);
    bench.words.off();
    bench.onReview();
    bench.list.draw();
    const keys = bench.list.shown();
    if (isOn && keys.length && !keys.includes(state.chosen)) bench.choose(keys[0]);
    else if (state.detail) bench.detail.draw();
    const { listed, whole, narrowed } = bench.list.tally();
    const waiting = `${counted(whole, "statement")} ${whole === 1 ? "waits" : "wait"} for a ${capacity()} sign-off`;
    const matching = narrowed ? `, ${listed} of them match the filter` : "";
    // The field in which one typed is gone; the keys go on in the pane.
    if (within && !bench.root.contains(document.activeElement)) bench.focusMiddle();
    bench.say(isOn ? `Review. ${waiting}${matching}.` : "Edit.");
  }

  function panel() {
    const one = state.detail;
    const { people = [] } = state.choices;
    const standing = one.standings.find((each) => each.capacity === capacity());
    const names = people.map((each) => [each.key, [each.name, each.credential].filter(Boolean).join(", ")]);
    const who = h("select", { id: `${me}-who`, "data-field": "who", onchange: () => bench.signer.set(who.value, capacity()) }, options(names, bench.signer.person(), "choose"));
    const as = h(
      "select",
      {
        id: `${me}-as`,
        "data-field": "capacity",
        onchange: () => {
          bench.signer.set(bench.signer.person(), as.value);
          set(true);
        },
      },
      options(CAPACITIES, capacity()),
    );
    const errors = openErrors();
    const words = h("textarea", { rows: 2, id: `${me}-reword`, "data-field": "reword", "data-kept": rewordName(), lang: state.page.language, dir: "auto", onkeydown: noBreak });
    words.value = bench.fields.value(rewordName()) || bench.rows.cell(state.chosen, "text");
    const comment = h("textarea", { rows: 2, id: `${me}-comment`, "data-field": "comment", "data-kept": commentName() });
    const nobody = h("p", { class: "kc-note kc-warn" }, `${NOBODY} ${ADD_YOURSELF}`);
    const reasons = [one.row.grade_reasons, one.row.certainty_reasons].filter(Boolean).join(". ");
    return h(
      "div",
      { class: "kc-review" },
      h("div", { class: "kc-row kc-who" }, h("label", { for: who.id }, "I am "), who, h("label", { for: as.id }, " and sign as "), as),
      people.length ? "" : nobody,
      signingKey.panel(),
      // Words are selected in it by mouse and by keys, and not changed.
      h("textarea", { class: "kc-toread", readonly: true, rows: 1, "aria-label": "The statement as it is read", "data-field": "toread", lang: state.page.language, dir: "auto" }, one.reads),
      reasons ? h("p", { class: "kc-hint" }, `Reasons for the grade: ${reasons}`) : "",
      one.pending ? "" : said(standing),
      h("label", { class: "kc-label", for: comment.id }, errors ? `Comment: why it may be approved with ${counted(errors, "error")}` : "Comment"),
      comment,
      h(
        "div",
        { class: "kc-tools" },
        button("Approve", () => sign("approved"), { class: "kc-primary", title: "Alt+A" }),
        button("Ask for changes", () => sign("changes-requested")),
        button("Next", () => bench.list.step(1), { title: "Alt+↓" }),
      ),
      one.row.position && !one.row.notice && !one.pending
        ? h(
            "details",
            { open: isRewording, ontoggle: (event) => (isRewording = event.target.open) },
            h("summary", { "data-field": "reword summary" }, "Other words, to propose when you ask for changes"),
            h("label", { class: "kc-label", for: words.id }, "The words that you would have"),
            words,
          )
        : "",
    );
  }

  // The words that are selected of those to be read, and how many are read behind them.
  function selection() {
    const read = isOn && bench.middle.querySelector("textarea.kc-toread");
    if (!read) return null;
    const [start, end] = [read.selectionStart, read.selectionEnd];
    const words = read.value.slice(start, end).trim();
    return words ? { statement: state.chosen, words, behind: read.value.slice(end).length } : null;
  }

  // What is proposed with a no: words other than those that stand.
  function otherWords() {
    const words = bench.fields.value(rewordName()).trim();
    return words === bench.rows.cell(state.chosen, "text") ? "" : words;
  }

  const openErrors = () => state.detail.faults.filter((one) => one.severity === "error").length;

  // Whether it is said why what has errors may be approved as it stands.
  function isReasoned(errors, field) {
    if (!errors || field?.value.trim()) return true;
    bench.note(`It has ${counted(errors, "error")}.`, "Put that right, or say why it may be approved as it stands.", "kc-bad");
    field?.focus();
    return false;
  }

  // What was signed of the chosen statement, and what changed since.
  function said(standing) {
    if (!standing) return h("p", {}, `This statement needs no ${capacity()} sign-off.`);
    const { state: is, name, signed_on: day, comment, since, older, why, proof, revoked_on: revoked } = standing;
    const checked = `Signature checked${revoked ? `; its key was revoked on ${revoked}` : ""}.`;
    const proven = proof === "checked" ? checked : "Recorded, without a signature.";
    if (is === "valid") return h("p", {}, `✓ ${name} approved these words on ${day}. ${proven}`);
    if (is === "missing" && why) return h("p", { class: "kc-note kc-warn" }, `No sign-off that counts: ${why}.`);
    if (is === "refused") return h("p", { class: "kc-note kc-warn" }, `${name} asked for changes on ${day}: ${comment}`);
    if (is !== "stale") return "";
    return [
      h("h3", {}, `What changed since ${name} signed on ${day}`),
      differs(since)
        ? h("p", { class: "kc-redline" }, redline(since))
        : h("p", {}, why || (older ? OLDER : "The words are the same; their place, kind, grade, sources or links changed.")),
    ];
  }

  const somebodySigns = () =>
    bench.signer.somebody("You have not chosen who signs.", document.getElementById(`${me}-who`) || undefined);

  // A title, a heading or a term: signed where it is found, with a word on why where it has errors.
  async function approve({ signs: key, digest, errors }, reason) {
    if (!somebodySigns() || !isReasoned(errors, reason)) return;
    const comment = reason?.value || "";
    const asked = bench.tell("sign", { statement: key, digests: { [key]: digest }, comment, person: bench.signer.person(), capacity: capacity(), verdict: "approved" });
    if (await asked) bench.note(`Approved${signingKey.how()}: ${key}.`);
  }

  async function sign(verdict) {
    if (!somebodySigns()) return;
    if (state.detail.pending) {
      bench.note("The words are not here yet: one moment.", "Read them, then sign.", "kc-bad");
      return;
    }
    if (verdict === "approved" && !isReasoned(openErrors(), document.getElementById(`${me}-comment`))) return;
    const statement = state.chosen;
    const [name, reworded] = [commentName(), rewordName()];
    const words = verdict === "approved" ? "" : otherWords();
    const keys = bench.list.shown();
    const at = keys.indexOf(statement);
    const next = keys[at + 1] || keys[at - 1];
    const { digest } = state.detail; // of what is read here, whatever the kernel has by then
    const digests = digest ? { [statement]: digest } : {};
    const asked = bench.tell("sign", { statement, digests, person: bench.signer.person(), capacity: capacity(), verdict, words, comment: bench.fields.value(name) });
    // The next one is there at once: what is typed from now on is of that one.
    if (next) bench.choose(next);
    bench.middle.focus();
    const acted = bench.acted();
    if (await asked) {
      bench.fields.forget(name);
      bench.fields.forget(reworded);
      bench.note(`${verdict === "approved" ? "Approved" : words ? "Asked for changes, with words proposed" : "Asked for changes"}${signingKey.how()}: ${statement}.`);
      if (!next) bench.middle.focus();
    } else if (bench.acted() === acted) bench.choose(statement);
  }

  const focusComment = () => document.getElementById(`${me}-comment`)?.focus();
  return { on, capacity, waits, set, panel, sign, approve, focusComment, selection };
}
