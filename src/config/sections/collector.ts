// The section that says where services send their own spans, logs and metrics, by which keys, and which are kept.
import { z } from "zod";
import { isTimeZone } from "../../core/time-zone.ts";
import { DEFAULTS } from "../defaults.ts";
import { ownTls } from "./tls.ts";
import {
  anyText,
  cidrBlock,
  integer,
  listenAddress,
  milliseconds,
  nameText,
  pathOf,
  textLike,
} from "../fields.ts";

const MAX_KEYS = 1_000;
const MIB = 1024 * 1024;
/** A body is held whole, and once more while it is inflated. */
const MOST_BYTES = 64 * MIB;

const MAX_RULES = 100;
const MAX_WAIT_MS = 600_000;
const MOST_WAITING_BYTES = 128 * MIB;
const { sampling } = DEFAULTS.collector;

const share = (): z.ZodNumber => z.number().min(0).max(1);

const samplingRule = z.strictObject({
  name: nameText().meta({ description: "What it is for" }),
  share: share().default(1).meta({ description: "Of the traces it is for; 1: all" }),
  service: anyText().optional().meta({ description: "Only spans of this service" }),
  span: anyText().optional().meta({ description: "Only spans of this name" }),
  error: z.boolean().default(false).meta({ description: "Only spans whose status is Error" }),
  min_ms: milliseconds(0).default(0).meta({ description: "Only spans that took so long" }),
  attribute: anyText().optional().meta({
    description: "Only spans that have this attribute, or whose resource has it",
  }),
  values: z
    .array(z.union([anyText(), z.number()]))
    .max(MAX_RULES)
    .default([])
    .meta({ description: "Only where the attribute is one of these" }),
});

const samplingSection = z.strictObject({
  share: share().meta({ description: "Of the traces that no rule is for; 0: none, 1: all" }),
  wait_ms: integer(100, MAX_WAIT_MS).default(sampling.wait_ms).meta({
    description: "How long a trace's spans wait for one another before it is decided",
  }),
  max_bytes: integer(MIB, MOST_WAITING_BYTES).default(sampling.max_bytes).meta({
    description: "Of spans that wait; beyond it the oldest traces are decided before their time",
  }),
  rules: z
    .array(samplingRule)
    .max(MAX_RULES)
    .prefault(() =>
      sampling.rules.map((rule) => structuredClone(rule) as z.input<typeof samplingRule>),
    )
    .meta({
      description:
        "The first that is for any span of a trace decides it; [] draws from all traces alike, and nothing waits",
      default: "errors, denied (401 and 403) and slow (1 s), all kept",
    }),
});

const MAX_INPUTS = 100;
const MAX_ATTRIBUTES = 32;

/** What every input says of what comes by it. */
const input = {
  service: anyText().optional().meta({ description: "service.name of what comes by it" }),
  attributes: z
    .record(anyText(), anyText())
    .refine(
      (all) => Object.keys(all).length <= MAX_ATTRIBUTES,
      `must have at most ${MAX_ATTRIBUTES} names`,
    )
    .default({})
    .meta({ description: "Further attributes of its resource" }),
};

const followedFiles = z.strictObject({
  path: pathOf("file").meta({ description: "May have * and ? in it; followed through rotation" }),
  ...input,
  from: z.enum(["start", "end"]).default("end").meta({
    description: "Of files that are there at first; later ones are read whole",
  }),
  join: z.enum(["none", "indented"]).default("none").meta({
    description: "indented: indented lines and stack traces belong to the line before",
  }),
});

const syslogListener = z.strictObject({
  listen: listenAddress().meta({ description: "Where RFC 5424 and 3164 are received" }),
  protocol: z.enum(["udp", "tcp"]).default("udp").meta({
    description: "tcp: messages by their length in front, or by line end",
  }),
  zone: textLike("a time zone, such as Europe/Berlin", isTimeZone).default("UTC").meta({
    description: "Of times that name none, as those of RFC 3164",
  }),
  ...input,
  senders: z.array(cidrBlock()).max(MAX_KEYS).default([]).meta({
    description: "Addresses and blocks that may send, needed beyond loopback; []: all",
  }),
});

export const collectorSection = z.strictObject({
  listen: listenAddress().prefault(DEFAULTS.collector.listen).meta({
    description:
      "Where OTLP over HTTP is received; beyond loopback only with a key or a client certificate",
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
  tls: ownTls.optional().meta({
    description: "Answers over TLS only; a client certificate is then as good as a key",
    default: "none: plain HTTP",
  }),
  max_body_bytes: integer(MIB / 1024, MOST_BYTES)
    .default(DEFAULTS.collector.max_body_bytes)
    .meta({ description: "Of one request, also once it is inflated" }),
  sampling: samplingSection.optional().meta({
    description: "Which spans are kept, by trace",
    default: "none: all spans are kept",
  }),
  files: z.array(followedFiles).max(MAX_INPUTS).default([]).meta({
    description: "Files of logs, a line a record, JSON or text",
  }),
  syslog: z.array(syslogListener).max(MAX_INPUTS).default([]).meta({
    description: "Where logs come by syslog",
  }),
});
