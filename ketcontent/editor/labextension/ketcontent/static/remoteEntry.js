// What `ketcontent lab` adds to JupyterLab: the notebook that it opens runs by itself, and its workbench
// fills the tab, the code out of sight. It is what JupyterLab takes a prebuilt extension to be (a
// container of modules), written by hand: it needs nothing but the application, so nothing is built.
(() => {
  const ALONE = "kc-alone";
  const STYLE = `
    .${ALONE} > .jp-Toolbar,
    .${ALONE} .jp-Notebook-footer,
    .${ALONE} .jp-Cell:not(:has(.kc-workbench)),
    .${ALONE} .jp-Cell > :not(.jp-Cell-outputWrapper),
    .${ALONE} :is(.jp-Collapser, .jp-OutputPrompt, .jp-OutputArea-promptOverlay) { display: none !important; }
    .${ALONE} .jp-Notebook,
    .${ALONE} .jp-Notebook :is(.jp-WindowedPanel-outer, .jp-WindowedPanel-viewport, .jp-Cell,
      .jp-Cell-outputWrapper, .jp-Cell-outputArea, .jp-OutputArea-child, .jp-OutputArea-output, .widget-subarea) {
      margin: 0 !important; padding: 0 !important; border: 0 !important; overflow: visible !important;
      max-height: none !important; }
    .${ALONE} .jp-Notebook { inset: 0 !important; width: 100% !important; height: 100% !important; overflow: clip !important; }
    .${ALONE} .kc-workbench { height: var(--kc-height); border: 0; border-radius: 0; }
    .${ALONE}:not(:has(.kc-workbench)) .jp-Notebook::before {
      content: "Opening the page …"; display: block; padding: 24px; color: var(--jp-ui-font-color1); }`;

  const option = (name) => JSON.parse(document.getElementById("jupyter-config-data").textContent)[name];
  const workbenchIn = (panel) => panel.node.querySelector(".kc-workbench");

  // Resolves to whether something comes to be true in a minute.
  async function comes(found) {
    for (let n = 0; n < 1200; n++) {
      if (found()) return true;
      await new Promise((done) => setTimeout(done, 50));
    }
    return false;
  }

  function setAlone(panel, alone) {
    panel.toggleClass(ALONE, alone);
    // Keys that nobody sees the effect of: x would cut a cell.
    panel.content.node.toggleAttribute("data-lm-suppress-shortcuts", alone);
    // What its cells put out is no work that would have to be saved.
    if (alone) panel.context.model.dirty = false;
  }

  async function open(app, path) {
    const panel = await app.commands.execute("docmanager:open", { path, factory: "Notebook" });
    const isAlone = () => panel.hasClass(ALONE);
    await panel.context.ready;
    const { model } = panel.context;
    model.stateChanged.connect((_, change) => {
      if (change.name === "dirty" && change.newValue && isAlone()) model.dirty = false;
    });
    const fit = () => panel.node.style.setProperty("--kc-height", `${panel.node.clientHeight}px`);
    new ResizeObserver(fit).observe(panel.node);
    fit();
    setAlone(panel, true);
    app.shell.collapseLeft();
    await panel.sessionContext.ready;
    app.shell.activateById(panel.id);
    const ran = await app.commands.execute("notebook:run-all-cells");
    // An error is told in the notebook.
    if (ran === false || !(await comes(() => workbenchIn(panel)))) return setAlone(panel, false);
    await comes(() => workbenchIn(panel).querySelector(".kc-entry"));
    // After a reload the keys may be where one typed.
    if (!workbenchIn(panel).contains(document.activeElement)) workbenchIn(panel).querySelector(".kc-list").focus({ preventScroll: true });
  }

  function activate(app) {
    const shown = () => {
      const panel = app.shell.currentWidget;
      return panel?.context && workbenchIn(panel) ? panel : null;
    };
    app.commands.addCommand("ketcontent:alone", {
      label: "Show the Workbench Alone",
      isEnabled: () => Boolean(shown()),
      isToggled: () => Boolean(shown()?.hasClass(ALONE)),
      execute: () => shown() && setAlone(shown(), !shown().hasClass(ALONE)),
    });
    const style = document.createElement("style");
    style.textContent = STYLE;
    document.head.append(style);
    const path = option("ketcontentNotebook");
    if (path) app.restored.then(() => open(app, path));
  }

  const plugin = { id: "ketcontent:workbench", autoStart: true, activate };
  const modules = { "./extension": { __esModule: true, default: plugin } };
  window._JUPYTERLAB = window._JUPYTERLAB || {};
  window._JUPYTERLAB.ketcontent = {
    init() {},
    get: async (name) => () => modules[name],
  };
})();
