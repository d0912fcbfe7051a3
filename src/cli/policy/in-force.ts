// The policy in force as a proposal needs it: what its requests are made of, and its rules.
import { existsSync } from "node:fs";
import { DEFAULTS } from "../../config/defaults.ts";
import type { TupleShape } from "../../policy/propose/observe.ts";
import type { Rule } from "../../policy/rules/rule.ts";
import { loadInput, namedFiles, UnusableError } from "./input.ts";

export interface InForce {
  /** As policy.request has them. */
  readonly request: readonly string[];
  readonly shape: TupleShape;
  /** Empty where no config names a policy. */
  readonly rules: readonly Rule[];
}

const DEFAULT_FILE = "weir.yaml";
const FIELDS = {
  subject: "identity.subject",
  path: "request.path",
  method: "request.method",
} as const;

/** Without a config the default request is assumed. Rejects with UnusableError. */
export async function readInForce(options: { readonly config?: string }): Promise<InForce> {
  const config = options.config ?? (existsSync(DEFAULT_FILE) ? DEFAULT_FILE : undefined);
  if (config === undefined) {
    return { request: DEFAULTS.policy_request, shape: shapeOf(DEFAULTS.policy_request), rules: [] };
  }
  const fields = namedFiles("", { config }).request ?? DEFAULTS.policy_request;
  const shape = shapeOf(fields);
  const isWhole = fields.length === 3 && Object.values(shape).every((at) => at >= 0);
  if (!isWhole) throw otherModel(config, fields);
  const { policy } = await loadInput("", { config });
  return { request: fields, shape, rules: policy.rules };
}

function shapeOf(fields: readonly string[]): TupleShape {
  return {
    subject: fields.indexOf(FIELDS.subject),
    path: fields.indexOf(FIELDS.path),
    method: fields.indexOf(FIELDS.method),
  };
}

function otherModel(file: string, fields: readonly string[]): UnusableError {
  const wanted = Object.values(FIELDS).join(", ");
  const message = `is [ ${fields.join(", ")} ]; a policy can be proposed where it is [ ${wanted} ], in any order`;
  return new UnusableError([{ file, line: 1, keyPath: "policy.request", message }]);
}
