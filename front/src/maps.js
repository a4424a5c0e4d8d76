// Maps: a <figure data-map> holds its layers as GeoJSON; a table under it lists the same things.
import { AttributionControl, LngLatBounds, Map, NavigationControl, Popup, ScaleControl, setWorkerUrl } from "maplibre-gl";
import { colour, isStill, onThemeChange, readSpec, token } from "./theme.js";

const FONT = '"PingFang SC","HarmonyOS Sans SC","Microsoft YaHei","Noto Sans CJK SC",system-ui';
setWorkerUrl(new URL("maps-worker.mjs", import.meta.url).href);

// The colour of a feature: by its own `tone` (ok, warn, bad …) or `class` (1–5) where the layer says so, else the layer's.
function paint(layer) {
  const plain = colour(layer.colour ?? 1);
  if (layer.by === "tone") {
    return ["match", ["get", "tone"], "ok", token("ok"), "warn", token("warn"), "bad", token("bad"), "info", token("info"), plain];
  }
  if (layer.by === "class") {
    const steps = [1, 2, 3, 4, 5].flatMap((step) => [step, token(`step-${step}`)]);
    return ["match", ["get", "class"], ...steps, token("line")];
  }
  return plain;
}

function describeLayer(layer) {
  const base = { id: layer.id, source: layer.id };
  if (layer.kind === "area") {
    return [
      { ...base, type: "fill", paint: { "fill-color": paint(layer), "fill-opacity": layer.opacity ?? 0.7 } },
      { ...base, id: `${layer.id}-edge`, type: "line", paint: { "line-color": token("ink-3"), "line-width": 0.8 } },
    ];
  }
  if (layer.kind === "line") {
    return [{ ...base, type: "line", layout: { "line-cap": "round", "line-join": "round" }, paint: { "line-color": paint(layer), "line-width": layer.width ?? 2.5 } }];
  }
  const point = { "circle-color": paint(layer), "circle-radius": layer.radius ?? 5, "circle-stroke-color": token("ground"), "circle-stroke-width": 1.5 };
  return [{ ...base, type: "circle", paint: point }];
}

function describeStyle(spec) {
  const sources = {};
  for (const layer of spec.layers) sources[layer.id] = { type: "geojson", data: layer.data };
  return {
    version: 8,
    sources,
    layers: [{ id: "ground", type: "background", paint: { "background-color": token("map-ground") } }, ...spec.layers.flatMap(describeLayer)],
  };
}

function findBounds(spec) {
  const bounds = new LngLatBounds();
  const walk = (coordinates) => {
    if (typeof coordinates[0] === "number") bounds.extend(coordinates);
    else coordinates.forEach(walk);
  };
  for (const layer of spec.layers) {
    for (const feature of layer.data.features ?? []) {
      if (feature.geometry) walk(feature.geometry.coordinates);
    }
  }
  return bounds;
}

// The words of a popup are put in as text, never as markup: names come from foreign files.
function describeFeature(feature) {
  const box = document.createElement("div");
  box.className = "map-popup";
  const head = document.createElement("strong");
  head.textContent = feature.properties.title ?? "";
  box.append(head);
  if (feature.properties.text) {
    const text = document.createElement("p");
    text.textContent = feature.properties.text;
    box.append(text);
  }
  if (/^\/[^/\\]/.test(feature.properties.url ?? "")) {
    const link = document.createElement("a");
    link.href = feature.properties.url;
    link.textContent = feature.properties.link ?? "查看";
    box.append(link);
  }
  return box;
}

function draw(place) {
  const spec = readSpec(place);
  const canvas = place.querySelector("[data-canvas]");
  const bounds = findBounds(spec);
  const map = new Map({
    container: canvas,
    style: describeStyle(spec),
    bounds: bounds.isEmpty() ? undefined : bounds,
    fitBoundsOptions: { padding: 32, maxZoom: 14 },
    attributionControl: false,
    localIdeographFontFamily: FONT,
    dragRotate: false,
    pitchWithRotate: false,
    fadeDuration: isStill() ? 0 : 120,
    cooperativeGestures: true,
    locale: { "NavigationControl.ZoomIn": "放大", "NavigationControl.ZoomOut": "缩小", "CooperativeGesturesHandler.WindowsHelpText": "按住 Ctrl 滚动可缩放地图", "CooperativeGesturesHandler.MacHelpText": "按住 ⌘ 滚动可缩放地图", "CooperativeGesturesHandler.MobileHelpText": "用两指移动地图", "Map.Title": spec.title ?? "地图", "Popup.Close": "关闭" },
  });
  map.addControl(new NavigationControl({ showCompass: false }), "top-right");
  map.addControl(new ScaleControl({ unit: "metric" }), "bottom-left");
  if (spec.source) map.addControl(new AttributionControl({ compact: false, customAttribution: [] }), "bottom-right");
  const shown = spec.layers.filter((layer) => layer.has_popup !== false).map((layer) => layer.id);
  for (const id of shown) {
    map.on("click", id, (event) => new Popup({ maxWidth: "280px" }).setLngLat(event.lngLat).setDOMContent(describeFeature(event.features[0])).addTo(map));
    map.on("mouseenter", id, () => (map.getCanvas().style.cursor = "pointer"));
    map.on("mouseleave", id, () => (map.getCanvas().style.cursor = ""));
  }
  map.on("idle", () => (place.dataset.idle = "1"));
  canvas.classList.add("is-drawn");
  onThemeChange(() => map.setStyle(describeStyle(spec)));
}

for (const place of document.querySelectorAll("[data-map]")) {
  try {
    draw(place);
  } catch (error) {
    place.classList.add("has-no-map");
    console.warn("no map:", error.message);
  }
}
