// The five kinds of metric: where each stands in its messages, and the columns that its points have of their own.
import type { Signal } from "../../telemetry/streams.ts";
import type { Message } from "../otlp/message.ts";
import {
  EXPONENTIAL_POINT,
  HISTOGRAM_POINT,
  METRIC_DATA,
  NUMBER_POINT,
  SUMMARY_POINT,
} from "../otlp/messages.ts";
import type { MessageScan } from "../otlp/scan.ts";
import type { PointValues } from "./point-values.ts";

export interface PointKind {
  readonly stream: Signal;
  /** Of the metric's field that holds the points. */
  readonly number: number;
  readonly data: Message;
  readonly point: Message;
  /** Of the point's field of that name. */
  readonly attributes: number;
  /** What follows TimeUnix. */
  readonly write: (values: PointValues, point: MessageScan, data: MessageScan) => void;
}

/** Of the messages that hold points. */
const TEMPORALITY = 2;
const IS_MONOTONIC = 3;

export const POINT_KINDS: readonly PointKind[] = [
  {
    stream: "gauge",
    number: 5,
    data: METRIC_DATA.gauge,
    point: NUMBER_POINT,
    attributes: 7,
    write: writeNumber,
  },
  {
    stream: "sum",
    number: 7,
    data: METRIC_DATA.sum,
    point: NUMBER_POINT,
    attributes: 7,
    write(values, point, data) {
      writeNumber(values, point);
      values.word(data, TEMPORALITY);
      values.bool(data, IS_MONOTONIC);
    },
  },
  {
    stream: "histogram",
    number: 9,
    data: METRIC_DATA.histogram,
    point: HISTOGRAM_POINT,
    attributes: 9,
    write: writeHistogram,
  },
  {
    stream: "exponential_histogram",
    number: 10,
    data: METRIC_DATA.exponentialHistogram,
    point: EXPONENTIAL_POINT,
    attributes: 1,
    write: writeExponential,
  },
  {
    stream: "summary",
    number: 11,
    data: METRIC_DATA.summary,
    point: SUMMARY_POINT,
    attributes: 7,
    write: writeSummary,
  },
];

function writeNumber(values: PointValues, point: MessageScan): void {
  values.number(point, 4, 6);
  values.uint32(point, 8);
  values.exemplars(point.list(5));
}

function writeHistogram(values: PointValues, point: MessageScan, data: MessageScan): void {
  values.count(point, 4);
  values.double(point, 5);
  values.counts(point.list(6));
  values.doubles(point.list(7));
  values.exemplars(point.list(8));
  values.uint32(point, 10);
  values.double(point, 11);
  values.double(point, 12);
  values.word(data, TEMPORALITY);
}

function writeExponential(values: PointValues, point: MessageScan, data: MessageScan): void {
  values.count(point, 4);
  values.double(point, 5);
  values.sint32(point, 6);
  values.count(point, 7);
  values.buckets(point, 8);
  values.buckets(point, 9);
  values.exemplars(point.list(11));
  values.uint32(point, 10);
  values.double(point, 12);
  values.double(point, 13);
  values.word(data, TEMPORALITY);
}

function writeSummary(values: PointValues, point: MessageScan): void {
  values.count(point, 4);
  values.double(point, 5);
  values.quantiles(point.list(6));
  values.uint32(point, 8);
}
