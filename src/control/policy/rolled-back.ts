// What decides while a policy is rolled back: the one kept of before, instead of what the files say.
import type { Config } from "../../config/config.ts";
import type { Fault } from "../../config/fault.ts";
import { messageOf } from "../../core/errors.ts";
import type { PolicyFiles, PolicyOptions } from "../../policy/options.ts";
import { filesOf, type KeptPolicy, readHistory } from "./kept-policies.ts";
import { type CheckedPolicy, checkKeptFiles, imagesOf, type PolicyCheck } from "./policy-files.ts";

/** In force until the files say something else, or somebody has them read again. */
export interface PolicyRollback {
  /** What the files say, and nobody is decided by. */
  readonly from: string;
  readonly to: string;
  readonly atMs: number;
  readonly createdBy: string;
  readonly comment: string;
  /** Those that decide. */
  readonly files: PolicyFiles;
}

export interface Decides {
  readonly policy: CheckedPolicy | null;
  readonly rollback: PolicyRollback | null;
}

type Outcome =
  | ({ readonly ok: true } & Decides)
  | { readonly ok: false; readonly faults: readonly Fault[] };

/** Which policy decides, when the files say `policy`; `before` is what decides now. Never throws. */
export type Choose = (
  config: Config,
  policy: CheckedPolicy | null,
  before: CheckedPolicy | null,
) => Promise<Outcome>;

export const asFilesSay: Choose = (_, policy) =>
  Promise.resolve({ ok: true, policy, rollback: null });

/** One that can't be read refuses the whole: nobody should be decided by what was taken back. */
export const asRolledBack: Choose = async (config, policy, before) => {
  if (policy === null || config.policy === null) return { ok: true, policy, rollback: null };
  try {
    const { current, before: kept, rolledBack } = readHistory(config.data);
    if (rolledBack === null || kept === null || current?.revision !== policy.revision) {
      return { ok: true, policy, rollback: null };
    }
    const { data, policy: options } = config;
    const check = await checkKept({ data, kept, options }, before);
    if (!check.ok) return check;
    const rollback = rollbackOf(data, policy.revision, { ...rolledBack, kept });
    return { ok: true, policy: check.policy, rollback };
  } catch (thrown) {
    const message = `what is kept of policies can't be read (${messageOf(thrown)}); remove the folder policies in it`;
    return { ok: false, faults: [{ file: config.data, line: 1, keyPath: "data", message }] };
  }
};

interface Kept {
  readonly data: string;
  readonly kept: KeptPolicy;
  readonly options: PolicyOptions;
}

export function checkKept(
  { data, kept, options }: Kept,
  before: CheckedPolicy | null,
): Promise<PolicyCheck> {
  return checkKeptFiles(filesOf(data, kept), options.request, imagesOf(before));
}

export function rollbackOf(
  data: string,
  from: string,
  {
    kept,
    ...why
  }: Pick<PolicyRollback, "atMs" | "createdBy" | "comment"> & { readonly kept: KeptPolicy },
): PolicyRollback {
  return { from, to: kept.revision, ...why, files: filesOf(data, kept) };
}
