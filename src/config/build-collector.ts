// The collector's part of the config with everything filled in.
import type { CollectorOptions, SamplingOptions } from "../collector/options.ts";
import { buildOwnTls } from "./build-tls.ts";
import { cidrOf } from "./fields.ts";
import { absolutePath } from "./named-files.ts";
import type { ConfigInput } from "./schema.ts";

/** `folder` is where relative paths begin. */
export function buildCollector(
  input: ConfigInput["collector"],
  folder: string,
): CollectorOptions | null {
  if (input === undefined) return null;
  const { tls, sampling, files, syslog, listen, keys, max_body_bytes } = input;
  // Always in the same order, since what needs a restart is told by comparing texts.
  return {
    listen,
    keys,
    max_body_bytes,
    tls: tls === undefined ? null : buildOwnTls(tls, folder),
    sampling: sampling === undefined ? null : buildSampling(sampling),
    files: files.map(({ service = "", ...file }) => {
      return { ...file, service, path: absolutePath(folder, file.path) };
    }),
    syslog: syslog.map(({ service = "", senders, ...listener }) => {
      return { ...listener, service, senders: senders.map((block) => cidrOf(block) ?? block) };
    }),
  };
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
