// What is told of broken files of certificates while what they held before goes on.
import { formatFaults } from "../../config/fault.ts";
import type { Log } from "../../core/log.ts";
import type { LoadedTls } from "./tls-files.ts";

type Faulty = Pick<LoadedTls, "faults">;

/** Why files as they are now are not in use; null where all are. */
export function tlsFaultOf({ faults }: Faulty): string | null {
  return faults.length === 0 ? null : formatFaults(faults);
}

interface Change {
  readonly before: Faulty;
  readonly after: Faulty;
}

export function sayOfTls(log: Log, { before, after }: Change): void {
  const fault = tlsFaultOf(after);
  if (fault !== null) log.error("certificates_refused", { fault });
  else if (tlsFaultOf(before) !== null) log.info("certificates_mended");
}
