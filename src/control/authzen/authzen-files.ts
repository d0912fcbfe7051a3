// What AuthZEN asks: the enforced policy or one of its own, with the entities that are known, checked as one.
import type { Config } from "../../config/config.ts";
import { DEFAULTS } from "../../config/defaults.ts";
import type { Fault } from "../../config/fault.ts";
import type { Entities } from "../../policy/authzen/entities.ts";
import type { AuthzenOptions } from "../../policy/options.ts";
import type { PolicyImage } from "../../policy/image/policy-image.ts";
import type { PolicyFault } from "../../policy/source.ts";
import { type CheckedPolicy, checkAuthzenPolicy, imagesOf } from "../policy/policy-files.ts";
import { readNamed, shownFile } from "../named-file.ts";

export interface AuthzenPolicy {
  readonly image: PolicyImage;
  /** Whether it is the enforced policy, so that its candidate is asked as well. */
  readonly isEnforced: boolean;
  /** AuthZEN fields, as many as the model's r has. */
  readonly fields: readonly string[];
  readonly entities: Entities;
  /** Of policy and entities. */
  readonly revision: string;
}

export type AuthzenCheck =
  | { readonly ok: true; readonly authzen: AuthzenPolicy | null }
  | { readonly ok: false; readonly faults: readonly Fault[] };

const NOBODY: Entities = { lists: { subject: [], resource: [], action: [] }, revision: "" };

/**
 * Without a word of it in the config, the enforced policy is asked if its r has as many fields as
 * AuthZEN's requests by default: an older config must not fail for it. Never throws.
 */
export async function checkAuthzen(
  { policy }: Config,
  enforced: CheckedPolicy | null,
  before: AuthzenPolicy | null = null,
): Promise<AuthzenCheck> {
  if (policy === null || enforced === null) return { ok: true, authzen: null };
  if (policy.authzen === null) return { ok: true, authzen: asItIs(enforced) };
  return checkOptions(policy.authzen, enforced, before);
}

async function checkOptions(
  options: AuthzenOptions,
  enforced: CheckedPolicy,
  before: AuthzenPolicy | null,
): Promise<AuthzenCheck> {
  const { request: fields } = options;
  const own =
    options.policy === null ? null : await checkAuthzenPolicy(options.policy, imagesOf(before));
  if (own?.ok === false) return own;
  const { image } = own?.policy ?? enforced;
  const arity = arityFault(image, fields);
  const read = await readKnown(options.entities);
  if (!read.ok) return { ok: false, faults: [...arity, ...read.faults] };
  if (arity.length > 0) return { ok: false, faults: arity };
  const { entities } = read;
  const revision = `${image.revision}-${entities.revision}`;
  return { ok: true, authzen: { image, isEnforced: own === null, fields, entities, revision } };
}

function asItIs({ image, revision }: CheckedPolicy): AuthzenPolicy | null {
  const fields = DEFAULTS.authzen_request;
  if (image.model.request.length !== fields.length) return null;
  return { image, isEnforced: true, fields, entities: NOBODY, revision };
}

function arityFault({ model, source }: PolicyImage, fields: readonly string[]): readonly Fault[] {
  const { request, requestLine } = model;
  if (request.length === fields.length) return [];
  const message = `r has ${request.length} fields (${request.join(", ")}) and this maps ${fields.length} (${fields.join(", ")})`;
  const place = { file: source.modelFile, line: Math.max(1, requestLine) };
  return [{ ...place, keyPath: "policy.authzen.request", message }];
}

type KnownRead =
  | { readonly ok: true; readonly entities: Entities }
  | { readonly ok: false; readonly faults: readonly Fault[] };

async function readKnown(file: string): Promise<KnownRead> {
  if (file === "") return { ok: true, entities: NOBODY };
  const blame = ({ line, message }: Omit<PolicyFault, "file">): Fault => {
    return {
      file: shownFile(file),
      line: Math.max(1, line),
      keyPath: "policy.authzen.entities",
      message,
    };
  };
  const known = readNamed(file);
  if ("problem" in known)
    return { ok: false, faults: [blame({ line: 1, message: known.problem })] };
  const { readEntities } = await import("../../policy/authzen/read-entities.ts");
  const read = readEntities(known.text, file);
  return read.ok ? read : { ok: false, faults: read.faults.map(blame) };
}
