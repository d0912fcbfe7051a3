// Rules of the admin side that fit no endpoint: one with a path misspelt lets nobody in, and says nothing.
import { matchingFunctions } from "../policy/functions/matching-functions.ts";
import type { RoleRule } from "./http/door.ts";
import type { Endpoint } from "./http/endpoint.ts";

const keyMatch = matchingFunctions().get("keyMatch");

export function idleRules(
  rules: readonly RoleRule[],
  endpoints: readonly Pick<Endpoint, "path" | "method">[],
): readonly RoleRule[] {
  return rules.filter(({ fields: [, path = "", method = ""] }) => {
    const fits = (asked: Pick<Endpoint, "path" | "method">): boolean =>
      keyMatch?.(asked.path, path) === true &&
      (method === "*" || method === asked.method.toUpperCase());
    return !endpoints.some(fits);
  });
}
