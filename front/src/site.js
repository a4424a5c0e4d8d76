// The behaviour of every page. Pages work without it; it only saves steps.
import { watchForms } from "./forms.js";
import { watchTables } from "./tables.js";
import { watchTabs } from "./tabs.js";

function isTyping(target) {
  return target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
}

// "/" goes to the search box, as the box itself says.
document.addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
  const box = document.querySelector("[data-search]");
  if (!box) return;
  event.preventDefault();
  box.focus();
  box.select();
});

// A menu is a <details>: another click or Escape closes it.
document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

document.addEventListener("click", async (event) => {
  const button = event.target.closest?.("[data-copy]");
  if (!button) return;
  const text = document.getElementById(button.dataset.copy).textContent;
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const range = document.createRange();
    range.selectNodeContents(document.getElementById(button.dataset.copy));
    getSelection().removeAllRanges();
    getSelection().addRange(range);
    return;
  }
  const label = button.querySelector("[data-label]");
  const before = label.textContent;
  label.textContent = button.dataset.done;
  setTimeout(() => (label.textContent = before), 1600);
});

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-dismiss]");
  if (button) button.closest(".toast").remove();
});
for (const back of document.querySelectorAll("[data-back]")) {
  back.hidden = history.length < 2;
  back.addEventListener("click", () => history.back());
}
// Filters stand open; on a narrow screen the results come first.
for (const box of document.querySelectorAll("details[data-wide]")) {
  if (matchMedia("(max-width: 55.99em)").matches) box.open = false;
}
for (const select of document.querySelectorAll("select[data-submit]")) {
  select.addEventListener("change", () => select.form.requestSubmit());
}
for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}

watchForms(document);
watchTables(document);
watchTabs(document);
document.addEventListener("htmx:load", (event) => {
  watchForms(event.target);
  watchTables(event.target);
  watchTabs(event.target);
});
