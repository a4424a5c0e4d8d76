// Tables: j and k walk the rows, Enter opens, x picks; the bar of actions counts what is picked.

export function watchTables(root) {
  for (const table of root.querySelectorAll("table[data-keys]")) {
    if (table.dataset.watched) continue;
    table.dataset.watched = "1";
    const rows = () => [...table.tBodies[0].rows];
    const bar = document.querySelector(`[data-bulk="${table.id}"]`);
    table.addEventListener("change", () => count(table, bar));
    document.addEventListener("keydown", (event) => {
      if (/^(INPUT|TEXTAREA|SELECT|BUTTON)$/.test(event.target.tagName) && event.target.type !== "checkbox") return;
      if (event.ctrlKey || event.metaKey || event.altKey || !table.isConnected) return;
      walk(event, rows(), table, bar);
    });
  }
}

function walk(event, rows, table, bar) {
  const here = rows.findIndex((row) => row.classList.contains("is-here"));
  if (event.key === "j" || event.key === "k") {
    const next = Math.min(rows.length - 1, Math.max(0, here + (event.key === "j" ? 1 : -1)));
    rows[here]?.classList.remove("is-here");
    rows[next]?.classList.add("is-here");
    rows[next]?.scrollIntoView({ block: "nearest" });
    rows[next]?.querySelector("a, input")?.focus({ preventScroll: true });
    event.preventDefault();
  } else if (event.key === "x" && here >= 0) {
    const box = rows[here].querySelector("input[type=checkbox]");
    if (box) {
      box.checked = !box.checked;
      count(table, bar);
    }
  }
}

function count(table, bar) {
  if (!bar) return;
  const picked = table.querySelectorAll("tbody input[type=checkbox]:checked").length;
  bar.hidden = picked === 0;
  bar.querySelector("[data-count]").textContent = String(picked);
}
