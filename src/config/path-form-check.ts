// Checks patterns of paths against paths.allow: what no request may have, none can match.
import { PATH_FORMS } from "../core/normal-path.ts";
import type { Finding } from "./fault.ts";
import { listOf, mappingOf, type RawMapping, textOf } from "./raw.ts";
import { pathPatternProblem } from "./route-pattern.ts";

export function checkPathForms(config: RawMapping): Finding[] {
  const named = listOf(mappingOf(config["paths"])["allow"]);
  const allowed = PATH_FORMS.filter((form) => named.includes(form));
  const routes = listOf(config["routes"]).flatMap((raw, at) => {
    const { match, rewrite } = mappingOf(raw);
    return [
      { path: ["routes", at, "match", "path"], pattern: mappingOf(match)["path"] },
      { path: ["routes", at, "rewrite"], pattern: rewrite },
    ];
  });
  const redact = mappingOf(mappingOf(config["telemetry"])["redact"]);
  const hidden = listOf(redact["path"]).map((pattern, at) => {
    return { path: ["telemetry", "redact", "path", at], pattern };
  });
  return [...routes, ...hidden].flatMap(({ path, pattern }) => {
    const problem = textOf(pattern) === "" ? null : pathPatternProblem(textOf(pattern), allowed);
    return problem === null ? [] : [{ path, message: `${problem}; see paths.allow` }];
  });
}
