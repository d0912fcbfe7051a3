// Which field of a request is its subject, which its path and its method: by the config, or by name.

export const USES = ["subject", "path", "method"] as const;
export type FieldUse = (typeof USES)[number];

/** Positions in the request; -1 where there is none. */
export type FieldUses = Readonly<Record<FieldUse, number>>;

/** What models commonly call them. */
const NAMES: Readonly<Record<FieldUse, readonly string[]>> = {
  subject: ["sub", "subject", "user", "who"],
  path: ["obj", "object", "path", "resource", "url"],
  method: ["act", "action", "method", "verb"],
};

const CONFIGURED: Readonly<Record<FieldUse, string>> = {
  subject: "identity.subject",
  path: "request.path",
  method: "request.method",
};

/** `mapped` is `policy.request` of a config, null without one. */
export function fieldUses(request: readonly string[], mapped: readonly string[] | null): FieldUses {
  const find = (use: FieldUse): number => {
    const configured = mapped?.indexOf(CONFIGURED[use]) ?? -1;
    return configured < 0 ? request.findIndex((name) => NAMES[use].includes(name)) : configured;
  };
  return { subject: find("subject"), path: find("path"), method: find("method") };
}
