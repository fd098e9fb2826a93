// What is asked of the kernel. Questions that change or read the page are asked one at a time, in
// the order in which they arose, each with a number: none can overtake another, whatever the way
// does to messages. One that is not answered is asked again under its number; the kernel does
// nothing twice. Until a question is sent it can still be brought up to date. Each names the page that
// it is about: another window may have opened another one in the kernel meanwhile.

const ANSWER_TIMEOUT = 10000; // ms until a question counts as unanswered

export function kernelOf(bench, { onAnswer, onLost, onOthers, onRest }) {
  const { model, me, place } = bench;
  const questions = []; // those not answered yet; the first is under way
  const aside = new Map(); // questions that read only, answered in any order
  let number = 0;
  let timer = null;

  function send(message) {
    try {
      model.send(message);
    } catch {
      onLost(true); // the way to the kernel is closed: it is tried again
    }
  }

  function pump() {
    const first = questions[0];
    if (!first || first.message) return;
    number += 1;
    const given = first.given();
    first.message = { id: `${me}-${number}`, view: me, number, place, do: first.verb, ...given };
    insist(first.message);
  }

  function insist(message) {
    timer = setTimeout(() => {
      onLost(true);
      insist(message);
    }, ANSWER_TIMEOUT);
    send(message);
  }

  // Ask, when its turn comes. `given` makes the arguments at that time.
  function ask(question) {
    return new Promise((resolve) => {
      question.resolve = resolve;
      questions.push(question);
      pump();
    });
  }

  // Ask no more what has not been sent: a later question of the kind serves for all.
  function forgo(verb) {
    const left = questions.filter((one) => one.verb !== verb || one.message);
    questions.splice(0, questions.length, ...left);
  }

  // Ask what changes nothing, at once.
  function askAside(verb, given) {
    number += 1;
    const id = `${me}-aside-${number}`;
    return new Promise((resolve) => {
      aside.set(id, resolve);
      send({ id, place, do: verb, ...given });
    });
  }

  function hear(answer) {
    const first = questions[0];
    if (first && first.message && first.message.id === answer.id) {
      clearTimeout(timer);
      questions.shift();
      onLost(false);
      onAnswer(first, answer);
      first.resolve(answer.error ? null : answer);
      pump();
      if (!questions.length) onRest();
    } else if (aside.has(answer.id)) {
      aside.get(answer.id)(answer.error ? null : answer);
      aside.delete(answer.id);
    } else if (!String(answer.id).startsWith(me)) onOthers();
  }

  model.on("msg:custom", hear);
  const stop = () => {
    model.off("msg:custom", hear);
    clearTimeout(timer);
  };
  return { ask, askAside, forgo, questions, stop };
}
