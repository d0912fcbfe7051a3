// Events drawn into a chart: a dashed line with its word at the top.
import type uPlot from "uplot";
import type { ChartMark } from "./chart-model.ts";

export function drawMarks(plot: uPlot, marks: readonly ChartMark[]): void {
  const { ctx, bbox } = plot;
  const ratio = window.devicePixelRatio;
  const { min = 0, max = 0 } = plot.scales["x"] ?? {};
  ctx.save();
  ctx.font = `${10.5 * ratio}px system-ui, sans-serif`;
  ctx.textAlign = "left";
  ctx.textBaseline = "bottom";
  ctx.lineWidth = ratio;
  ctx.setLineDash([3 * ratio, 3 * ratio]);
  let freeFrom = 0;
  for (const { atMs, label, color } of marks.toSorted((a, b) => a.atMs - b.atMs)) {
    const at = atMs / 1000;
    if (at < (min ?? 0) || at > (max ?? 0)) continue;
    const x = Math.round(plot.valToPos(at, "x", true)) + 0.5;
    const style = getComputedStyle(document.documentElement).getPropertyValue(color);
    ctx.strokeStyle = style;
    ctx.fillStyle = style;
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
    const width = ctx.measureText(label).width;
    // Near the right edge the word moves to the left of its line.
    const from = Math.min(x, bbox.left + bbox.width - width);
    // Two words on one another say less than one.
    if (from < freeFrom) continue;
    ctx.fillText(label, from, bbox.top - ratio);
    freeFrom = from + width + 4 * ratio;
  }
  ctx.restore();
}
