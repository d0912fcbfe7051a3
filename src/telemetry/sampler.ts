// Which traces are exported: OTEL_TRACES_SAMPLER, decided as OpenTelemetry's JavaScript SDK does.
import type { Log } from "../core/log.ts";

/** Decides once for a request; the row is kept whatever it says. */
export interface Sampler {
  /** As in OTEL_TRACES_SAMPLER. */
  readonly name: string;
  /** `parentSampled` is undefined where there is no caller, or it left the decision to us. */
  readonly sample: (traceId: string, parentSampled: boolean | undefined) => boolean;
}

type Decide = (traceId: string) => boolean;

const DEFAULT_NAME = "parentbased_always_on";
const PARENT_BASED = "parentbased_";
/** A decimal number in [0, 1]: Number() alone would take "", "0x1" and " 1". */
const RATIO = /^(?:0|1|0?\.\d+|0\.\d*|1\.0*)(?:[eE]-?\d{1,3})?$/;

/**
 * The sampler that OTEL_TRACES_SAMPLER and OTEL_TRACES_SAMPLER_ARG name. What they say wrongly is
 * warned about and then ignored, so the default holds: parentbased_always_on, and a ratio of 1
 * (OpenTelemetry, Environment Variable Specification). The JavaScript SDK takes a bad ratio for 0.
 */
export function createSampler(env: NodeJS.ProcessEnv, warn: Log["warn"]): Sampler {
  const asked = env["OTEL_TRACES_SAMPLER"]?.trim() || DEFAULT_NAME;
  const known = rootOf(asked, env, warn);
  if (known === undefined) warn("unknown_sampler", { OTEL_TRACES_SAMPLER: asked });
  const name = known === undefined ? DEFAULT_NAME : asked;
  const root = known ?? always;
  if (!name.startsWith(PARENT_BASED)) return { name, sample: root };
  return { name, sample: (traceId, parentSampled) => parentSampled ?? root(traceId) };
}

function rootOf(name: string, env: NodeJS.ProcessEnv, warn: Log["warn"]): Decide | undefined {
  switch (name.startsWith(PARENT_BASED) ? name.slice(PARENT_BASED.length) : name) {
    case "always_on":
      return always;
    case "always_off":
      return () => false;
    case "traceidratio":
      return byRatio(ratioOf(env["OTEL_TRACES_SAMPLER_ARG"], warn));
    default:
      return undefined;
  }
}

function always(): boolean {
  return true;
}

function ratioOf(text: string | undefined, warn: Log["warn"]): number {
  const given = text?.trim() ?? "";
  if (given === "") return 1;
  const ratio = RATIO.test(given) ? Number(given) : Number.NaN;
  if (ratio >= 0 && ratio <= 1) return ratio;
  warn("bad_sampler_ratio", { OTEL_TRACES_SAMPLER_ARG: given, used: 1 });
  return 1;
}

/**
 * Keeps a trace if the exclusive-or of its id's four 32-bit words lies below the ratio's share of
 * 2^32: the JavaScript SDK's rule bit for bit, so a service sampled beside weir keeps the same.
 */
function byRatio(ratio: number): Decide {
  const bound = ratio === 1 ? 2 ** 32 : Math.floor(ratio * (2 ** 32 - 1));
  return (traceId) => {
    let folded = 0;
    for (let at = 0; at < 32; at += 8) folded ^= Number.parseInt(traceId.slice(at, at + 8), 16);
    return folded >>> 0 < bound;
  };
}
