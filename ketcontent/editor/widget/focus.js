// What opens takes the focus, and when it closes the focus goes back to where it was.

// Note what has the focus now. The function that is returned goes back there: to the element, or to the
// field of its name where it was drawn anew, or else does what `otherwise` says.
export function noteFocus(root) {
  const was = root.contains(document.activeElement) ? document.activeElement : null;
  const name = was?.dataset.field;
  return (otherwise) => {
    const again = name && root.querySelector(`[data-field="${CSS.escape(name)}"]`);
    const there = [was, again].find((one) => one?.isConnected && one.checkVisibility());
    if (there) there.focus({ preventScroll: true });
    else otherwise();
  };
}
