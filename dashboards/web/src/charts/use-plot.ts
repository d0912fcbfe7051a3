// Keeps one uPlot in a host element: made anew for a new shape or theme, fed for new data.
import { type RefObject, useEffect, useRef } from "react";
import uPlot from "uplot";
import { useSignal } from "../state/signal.ts";
import { theme } from "../state/theme.ts";
import type { ChartActions, ChartModel } from "./chart-model.ts";
import { plotData, plotOptions } from "./plot-options.ts";

interface PlotProps {
  readonly model: ChartModel;
  readonly actions: ChartActions;
  readonly onIndex: (index: number | null) => void;
}

export function usePlot(host: RefObject<HTMLDivElement | null>, props: PlotProps): void {
  const latest = useRef(props);
  latest.current = props;
  const plot = useRef<uPlot | null>(null);
  const colours = useSignal(theme);
  const { model } = props;
  const shape = `${colours} ${model.log} ${model.series.map(({ label }) => label).join()}`;
  useEffect(() => {
    const element = host.current;
    if (element === null) return undefined;
    const inputs = {
      model: () => latest.current.model,
      actions: () => latest.current.actions,
      onIndex: (index: number | null) => latest.current.onIndex(index),
    };
    const options = plotOptions(inputs, element.clientWidth);
    const made = new uPlot(options, plotData(inputs.model()), element);
    plot.current = made;
    const observer = new ResizeObserver(() => {
      made.setSize({ width: element.clientWidth, height: made.height });
    });
    observer.observe(element);
    return () => {
      observer.disconnect();
      made.destroy();
      plot.current = null;
    };
  }, [host, shape]);
  useEffect(() => plot.current?.setData(plotData(model)), [model]);
}
