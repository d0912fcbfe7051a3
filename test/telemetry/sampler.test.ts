// OTEL_TRACES_SAMPLER: every name, bad values, and the same decisions as the JavaScript SDK's.
import { createRequire } from "node:module";
import { ROOT_CONTEXT } from "@opentelemetry/api";
import { expect, test } from "vitest";
import { createSampler } from "../../src/telemetry/sampler.ts";
import { createIds } from "../../src/telemetry/span-ids.ts";

/** The sampler of the SDK that our own dependency brings along. */
const sdkNode = createRequire(import.meta.url).resolve("@opentelemetry/sdk-node");
const { SamplingDecision, TraceIdRatioBasedSampler } = createRequire(sdkNode)(
  "@opentelemetry/sdk-trace",
) as {
  SamplingDecision: { RECORD_AND_SAMPLED: number };
  TraceIdRatioBasedSampler: new (ratio: number) => {
    shouldSample: (context: typeof ROOT_CONTEXT, traceId: string) => { decision: number };
  };
};

const TRACE = "80f198ee56343ba864fe8b2a57d3eff7";

function sampler(name?: string, arg?: string) {
  const warnings: string[] = [];
  const env = { OTEL_TRACES_SAMPLER: name, OTEL_TRACES_SAMPLER_ARG: arg };
  return { ...createSampler(env, (event) => void warnings.push(event)), warnings };
}

/** Name, argument; then what is decided for no parent, a sampled and an unsampled one. */
test.each([
  [undefined, undefined, [true, true, false]],
  ["", undefined, [true, true, false]],
  ["always_on", undefined, [true, true, true]],
  ["always_off", undefined, [false, false, false]],
  ["parentbased_always_on", "0", [true, true, false]],
  ["parentbased_always_off", undefined, [false, true, false]],
  ["traceidratio", "0", [false, false, false]],
  ["traceidratio", "1", [true, true, true]],
  ["traceidratio", undefined, [true, true, true]],
  ["parentbased_traceidratio", "0.0", [false, true, false]],
  [" parentbased_traceidratio ", " 1.0 ", [true, true, false]],
] as const)("%s with %s", (name, arg, expected) => {
  const { sample, warnings } = sampler(name, arg);
  expect([undefined, true, false].map((parent) => sample(TRACE, parent))).toEqual(expected);
  expect(warnings).toEqual([]);
});

test.each(["jaeger_remote", "ALWAYS_OFF", "parentbased_", "parentbased_parentbased_always_off"])(
  "the unknown sampler %s is warned about and the default holds",
  (name) => {
    const { name: used, sample, warnings } = sampler(name);
    expect([used, sample(TRACE, undefined), sample(TRACE, false)]).toEqual([
      "parentbased_always_on",
      true,
      false,
    ]);
    expect(warnings).toEqual(["unknown_sampler"]);
  },
);

test.each(["x", "-0.1", "1.1", "0x1", "NaN", "1e9", "0,5"])(
  "the bad ratio %s counts as 1",
  (arg) => {
    const { sample, warnings } = sampler("traceidratio", arg);
    expect(sample(TRACE, undefined)).toBe(true);
    expect(warnings).toEqual(["bad_sampler_ratio"]);
  },
);

test.each(["0.5", "0.1", "1e-3", ".25", "0.999999"])("ratio %s decides as the SDK does", (arg) => {
  const { sample } = sampler("traceidratio", arg);
  const theirs = new TraceIdRatioBasedSampler(Number(arg));
  const ids = createIds();
  let kept = 0;
  const different: string[] = [];
  for (let round = 0; round < 20_000; round++) {
    const id = ids.traceId();
    const { decision } = theirs.shouldSample(ROOT_CONTEXT, id);
    const ours = sample(id, undefined);
    if (ours !== (decision === SamplingDecision.RECORD_AND_SAMPLED)) different.push(id);
    if (ours) kept += 1;
  }
  expect(different).toEqual([]);
  expect(Math.abs(kept / 20_000 - Number(arg))).toBeLessThan(0.03);
});
