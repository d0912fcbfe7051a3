// Checks the policies that a config names, and builds what all threads decide by.
import type { Config } from "../../config/config.ts";
import type { Fault } from "../../config/fault.ts";
import type { PolicyFiles, PolicyOptions } from "../../policy/options.ts";
import type { PolicyImage } from "../../policy/image/policy-image.ts";
import type { PolicyFault } from "../../policy/source.ts";
import { buildPolicyFiles, type PolicyBuildOrder } from "./build-policy-files.ts";
import { shownFile } from "../named-file.ts";

/** A policy that was checked whole; null where none is configured. */
export interface CheckedPolicy {
  readonly image: PolicyImage;
  readonly revision: string;
  /** Number of rules, role links included. */
  readonly rules: number;
}

export type PolicyCheck =
  | { readonly ok: true; readonly policy: CheckedPolicy | null }
  | { readonly ok: false; readonly faults: readonly Fault[] };

/** Images in force, which are not built again while their files stay as they are. */
type Known = readonly PolicyImage[];

/** The policy that is enforced. Never throws: a file that can't be read is a fault like any other. */
export async function checkPolicyFiles({ policy }: Config, known?: Known): Promise<PolicyCheck> {
  if (policy === null) return { ok: true, policy: null };
  return checkFiles({ files: policy, request: policy.request }, blaming(policy), known);
}

/** Its candidate, which is asked about the same requests; the same of it. */
export async function checkShadowFiles({ policy }: Config, known?: Known): Promise<PolicyCheck> {
  if (policy === null || policy.shadow === null) return { ok: true, policy: null };
  const { shadow: files, request } = policy;
  return checkFiles({ files, request }, blaming(files, "policy.shadow"), known);
}

/** The policy of its own that AuthZEN asks; the same of it. */
export async function checkAuthzenPolicy(files: PolicyFiles, known?: Known): Promise<PolicyCheck> {
  return checkFiles({ files, request: null }, blaming(files, "policy.authzen"), known);
}

/** Files that weir keeps itself, asked what the config asks. */
export async function checkKeptFiles(
  files: PolicyFiles,
  request: PolicyOptions["request"],
  known?: Known,
): Promise<PolicyCheck> {
  return checkFiles({ files, request }, blaming(files), known);
}

/** Of a policy in force, or of none. */
export function imagesOf(inForce: Pick<CheckedPolicy, "image"> | null | undefined): Known {
  return inForce ? [inForce.image] : [];
}

/** Whether a policy that was sound is so under these options, too. */
export function fits({ image }: CheckedPolicy, { request }: PolicyOptions): boolean {
  return image.model.request.length === request.length;
}

async function checkFiles(
  order: PolicyBuildOrder,
  blame: (fault: PolicyFault) => Fault,
  known?: Known,
): Promise<PolicyCheck> {
  const build = await buildPolicyFiles(order, known);
  if (!build.ok) return { ok: false, faults: build.faults.map(blame) };
  const { image } = build;
  return { ok: true, policy: { image, revision: image.revision, rules: image.rules } };
}

/** What is wrong with these files, with the key of the config that names the one. */
export function blaming({ model }: PolicyFiles, key = "policy"): (fault: PolicyFault) => Fault {
  return ({ file, line, message }) => ({
    file,
    line: Math.max(1, line),
    keyPath: `${key}.${file === shownFile(model) ? "model" : "rules"}`,
    message,
  });
}
