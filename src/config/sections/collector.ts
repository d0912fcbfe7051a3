// The section that says where services send their own spans, logs and metrics, and by which keys.
import { z } from "zod";
import { DEFAULTS } from "../defaults.ts";
import { integer, listenAddress, textLike } from "../fields.ts";

const MAX_KEYS = 1_000;
const MIB = 1024 * 1024;
/** A body is held whole, and once more while it is inflated. */
const MOST_BYTES = 64 * MIB;

export const collectorSection = z.strictObject({
  listen: listenAddress().prefault(DEFAULTS.collector.listen).meta({
    description: "Where OTLP over HTTP is received; beyond loopback only with a key",
  }),
  keys: z
    .array(
      textLike("visible ASCII without blanks and commas, 16 to 512 long", (text) =>
        /^[!-+\--~]{16,512}$/.test(text),
      ),
    )
    .max(MAX_KEYS)
    .default([])
    .meta({
      description: "Of which one must come in x-api-key; secrets, so give references",
    }),
  max_body_bytes: integer(MIB / 1024, MOST_BYTES)
    .default(DEFAULTS.collector.max_body_bytes)
    .meta({ description: "Of one request, also once it is inflated" }),
});
