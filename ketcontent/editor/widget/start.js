// The one file that anywidget serves. The others come in the model as text; each is imported from an
// address of its own, in which the names of those that it imports are their addresses.

function loader(modules) {
  const addresses = new Map();
  const address = (name) => {
    if (!addresses.has(name)) {
      const source = modules[name].replace(/(?<= from ")\.\/([a-z_]+\.js)(?=";)/g, (_, other) => address(other));
      const named = `${source}\n//# sourceURL=ketcontent/${name}\n`;
      addresses.set(name, URL.createObjectURL(new Blob([named], { type: "text/javascript" })));
    }
    return addresses.get(name);
  };
  return (name) => import(address(name));
}

async function render({ model, el }) {
  const load = loader(model.get("modules"));
  const workbench = await load("workbench.js");
  return workbench.render({ model, el });
}

export default { render };
