// The collector's part of the config with everything filled in.
import type { CollectorOptions, SamplingOptions } from "../collector/options.ts";
import type { ConfigInput } from "./schema.ts";

export function buildCollector(input: ConfigInput["collector"]): CollectorOptions | null {
  if (input === undefined) return null;
  const { sampling } = input;
  return { ...input, sampling: sampling === undefined ? null : buildSampling(sampling) };
}

type SamplingInput = NonNullable<NonNullable<ConfigInput["collector"]>["sampling"]>;

function buildSampling(input: SamplingInput): SamplingOptions {
  const rules = input.rules.map(({ service = "", span = "", attribute = "", values, ...rest }) => ({
    ...rest,
    service,
    span,
    attribute,
    values: values.map(String),
  }));
  return { ...input, rules };
}
