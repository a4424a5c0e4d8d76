// Colours come from the page's own tokens, so that charts and maps follow the theme.

export function token(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

export function colour(name) {
  return /^\d$/.test(String(name)) ? token(`series-${name}`) : token(name);
}

export function isStill() {
  return matchMedia("(prefers-reduced-motion: reduce)").matches;
}

// Reads the JSON that the server put beside the drawing.
export function readSpec(place) {
  return JSON.parse(place.querySelector("script[type='application/json']").textContent);
}

export function onThemeChange(redraw) {
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
}

export function formatNumber(value) {
  if (value === null || value === undefined || value === "-") return "无数据";
  return Number(value).toLocaleString("en-US", { maximumFractionDigits: 3 });
}
