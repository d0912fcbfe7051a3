// What an audit row says of a reload, whoever asked for it.
import type { AuditLog } from "../telemetry/audit-log.ts";
import type { ReloadResult } from "./reloader.ts";

/** A fault may name many places of a long file. */
const MOST_CHARS = 500;

/** Rows of those that nobody asked for at the API, which has rows of its own. A touched file is no change. */
export function auditReload(
  audit: Pick<AuditLog, "writeOwn">,
): (result: Omit<ReloadResult, "restart" | "atMs">) => void {
  return ({ ok, fault, shadowFault, tlsFault, causes, before, after, changed }) => {
    const own = causes.filter((cause) => cause !== "api");
    const isNews = own.includes("signal") || !ok || changed.length > 0;
    if (own.length === 0 || !isNews) return;
    const wrong = fault ?? tlsFault ?? shadowFault ?? "";
    audit.writeOwn({
      action: "reload",
      errorCode: ok ? "" : "reload_refused",
      details: Object.entries({
        "audit.cause": own.join(","),
        "audit.before": before,
        "audit.after": after,
        "audit.changed": changed.join(","),
        ...(wrong === "" ? {} : { "audit.fault": wrong.slice(0, MOST_CHARS) }),
      }).flat(),
    });
  };
}
