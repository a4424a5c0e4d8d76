// Tabs: without this script the panels stand under each other, each with its heading.

export function watchTabs(root) {
  for (const group of root.querySelectorAll("[data-tabs]")) {
    if (group.dataset.watched) continue;
    group.dataset.watched = "1";
    const panels = [...group.querySelectorAll(":scope > [data-panel]")];
    const list = document.createElement("div");
    list.className = "tabs";
    list.setAttribute("role", "tablist");
    list.setAttribute("aria-label", group.dataset.tabs);
    const tabs = panels.map((panel) => makeTab(panel, list));
    group.prepend(list);
    group.classList.add("has-tabs");
    const show = (index, focus) => {
      tabs.forEach((tab, at) => {
        tab.setAttribute("aria-selected", String(at === index));
        tab.tabIndex = at === index ? 0 : -1;
        panels[at].hidden = at !== index;
      });
      if (focus) tabs[index].focus();
    };
    tabs.forEach((tab, at) => tab.addEventListener("click", () => show(at, false)));
    list.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!step) return;
      const here = tabs.indexOf(document.activeElement);
      show((here + step + tabs.length) % tabs.length, true);
    });
    const wanted = panels.findIndex((panel) => `#${panel.id}` === location.hash);
    show(Math.max(0, wanted), false);
  }
}

function makeTab(panel, list) {
  const tab = document.createElement("button");
  tab.type = "button";
  tab.id = `tab-${panel.id}`;
  tab.setAttribute("role", "tab");
  tab.setAttribute("aria-controls", panel.id);
  tab.textContent = panel.dataset.panel;
  panel.setAttribute("role", "tabpanel");
  panel.setAttribute("aria-labelledby", tab.id);
  panel.tabIndex = 0;
  list.append(tab);
  return tab;
}
