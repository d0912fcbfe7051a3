// What weir watches of itself without being told; a rule of the same name in a file takes its place.
import { buildRule } from "./build-rule.ts";
import { fileSchema } from "./file-schema.ts";
import type { Rule } from "./rule.ts";

const written = fileSchema.parse({
  rules: [
    {
      name: "weir-certificate",
      question: "Which certificate, authority or revocation list ends soon, or does not hold?",
      status: "certificates",
      when: "state > 0",
      by: ["key", "file"],
      every: "1m",
      annotations: { summary: "{{file}} ({{key}}) has {{days_left}} days left" },
    },
    {
      name: "weir-spool-filling",
      question: "Do rows wait that the store does not take?",
      status: "spool",
      when: "used_share > 0.5",
      for: "1m",
      annotations: {
        summary: "{{used_share}} of the spool is used; when it is full, rows are lost",
      },
    },
    {
      name: "weir-store-lag",
      question: "How old is what the dashboards show?",
      status: "spool",
      when: "lag_ns > 60000000000",
      for: "1m",
      annotations: { summary: "the oldest row that is not stored yet waits for {{lag_ns}}" },
    },
    {
      name: "weir-rows-dropped",
      question: "Were rows lost?",
      status: "spool",
      window: "10m",
      when: "dropped_rows > 0",
      severity: "page",
      annotations: { summary: "the spool was full: {{dropped_rows}} rows were lost in 10 minutes" },
    },
    {
      name: "weir-rows-rejected",
      question: "Which rows will the store never take?",
      status: "spool",
      window: "10m",
      when: "rejected_rows > 0",
      annotations: { summary: "{{rejected_rows}} rows are in spool/dead-letter" },
    },
    {
      name: "weir-store-down",
      question: "Does the store answer?",
      status: "store",
      when: "down = 1",
      for: "1m",
      severity: "page",
      annotations: {
        summary: "the store does not answer for {{state_ns}}; rows wait in the spool",
      },
    },
    {
      name: "weir-reload-refused",
      question: "Is what the files say in force?",
      status: "reload",
      when: "refused = 1",
      for: "5m",
      annotations: { summary: "weir goes on with the config before; /api/v1/status says why" },
    },
  ],
});

export const BUILT_IN_RULES: readonly Rule[] = written.rules.map(buildRule);
