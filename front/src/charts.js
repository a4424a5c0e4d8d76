// Charts: a <figure data-chart> holds its numbers as JSON; the table under it holds them for everybody.
import { BarChart, GraphChart, LineChart, ScatterChart } from "echarts/charts";
import { AriaComponent, DataZoomComponent, GridComponent, MarkLineComponent, TooltipComponent } from "echarts/components";
import * as echarts from "echarts/core";
import { LabelLayout } from "echarts/features";
import { SVGRenderer } from "echarts/renderers";
import { colour, formatNumber, isStill, onThemeChange, readSpec, token } from "./theme.js";

echarts.use([
  AriaComponent,
  BarChart,
  DataZoomComponent,
  GraphChart,
  GridComponent,
  LabelLayout,
  LineChart,
  MarkLineComponent,
  ScatterChart,
  SVGRenderer,
  TooltipComponent,
]);

const FONT = '"PingFang SC","HarmonyOS Sans SC","Microsoft YaHei","Noto Sans CJK SC",system-ui';

function axisStyle() {
  return {
    axisLine: { lineStyle: { color: token("line") } },
    axisTick: { show: false },
    axisLabel: { color: token("ink-2"), fontFamily: FONT, hideOverlap: true },
    splitLine: { lineStyle: { color: token("line") } },
    nameTextStyle: { color: token("ink-2"), align: "left" },
  };
}

function drawSeries(series, index, spec) {
  const isLine = spec.kind !== "bar";
  const ink = colour(series.colour ?? (index % 8) + 1);
  const drawn = {
    name: series.title,
    type: isLine ? "line" : "bar",
    data: series.values,
    color: ink,
    symbol: series.values.length > 40 ? "none" : "circle",
    symbolSize: 5,
    barMaxWidth: 28,
    // A small number is never drawn as nothing.
    barMinHeight: 2,
    connectNulls: false,
    lineStyle: { width: 2, type: series.is_baseline ? "dashed" : "solid" },
    endLabel: { show: isLine && spec.series.length > 1, formatter: "{a}", color: token("ink-2"), fontFamily: FONT },
    labelLayout: { moveOverlap: "shiftY" },
    itemStyle: { borderColor: token("ground"), borderWidth: isLine || spec.series.length < 2 ? 0 : 1 },
  };
  if (index === 0 && spec.lines?.length) {
    drawn.markLine = {
      silent: true,
      symbol: "none",
      lineStyle: { color: token("bad"), type: "dashed" },
      label: { color: token("ink-2"), formatter: "{b}", position: "insideStartTop" },
      data: spec.lines.map((line) => ({ yAxis: line.value, name: line.title })),
    };
  }
  return drawn;
}

function describe(spec) {
  const longest = Math.max(0, ...spec.series.map((series) => [...series.title].length));
  return {
    animation: !isStill(),
    animationDuration: 120,
    aria: { enabled: true, decal: { show: spec.kind === "bar" && spec.series.length > 1 } },
    textStyle: { fontFamily: FONT },
    grid: { left: 8, right: spec.kind !== "bar" && spec.series.length > 1 ? 24 + longest * 12 : 16, top: 32, bottom: 8, containLabel: true },
    // Rich text keeps the tip free of inline styles, which the page's policy forbids.
    tooltip: {
      trigger: "axis",
      renderMode: "richText",
      backgroundColor: token("raised"),
      borderColor: token("line"),
      textStyle: { color: token("ink"), fontFamily: FONT },
      valueFormatter: (value) => `${formatNumber(value)} ${spec.unit ?? ""}`.trim(),
    },
    xAxis: { type: "category", data: spec.x, ...axisStyle(), splitLine: { show: false } },
    yAxis: { type: "value", name: spec.unit ?? "", scale: spec.kind === "line", ...axisStyle() },
    series: spec.series.map((series, index) => drawSeries(series, index, spec)),
  };
}

function describeGraph(spec) {
  return {
    animation: !isStill(),
    aria: { enabled: true },
    tooltip: { renderMode: "richText", backgroundColor: token("raised"), borderColor: token("line"), textStyle: { color: token("ink") } },
    series: [
      {
        type: "graph",
        layout: "force",
        roam: true,
        data: spec.nodes.map((node) => ({ id: node.id, name: node.title, symbolSize: 14, itemStyle: { color: colour((node.group ?? 0) % 8 + 1) } })),
        links: spec.edges.map((edge) => ({ source: edge.from, target: edge.to, value: edge.title })),
        label: { show: true, position: "right", color: token("ink"), fontFamily: FONT },
        lineStyle: { color: token("ink-3") },
        edgeSymbol: ["none", spec.is_directed ? "arrow" : "none"],
      },
    ],
  };
}

function draw(place) {
  const spec = readSpec(place);
  const canvas = place.querySelector("[data-canvas]");
  const chart = echarts.init(canvas, null, { renderer: "svg" });
  const redraw = () => chart.setOption(spec.kind === "graph" ? describeGraph(spec) : describe(spec), true);
  redraw();
  canvas.classList.add("is-drawn");
  new ResizeObserver(() => chart.resize()).observe(canvas);
  onThemeChange(redraw);
}

const seen = new IntersectionObserver((entries, observer) => {
  for (const entry of entries) {
    if (!entry.isIntersecting) continue;
    observer.unobserve(entry.target);
    draw(entry.target);
  }
}, { rootMargin: "200px" });

for (const place of document.querySelectorAll("[data-chart]")) seen.observe(place);
document.addEventListener("htmx:load", (event) => {
  for (const place of event.target.querySelectorAll("[data-chart]")) seen.observe(place);
});
