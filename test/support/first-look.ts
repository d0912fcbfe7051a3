// The first look at watched files: taken on threads of the pool, in the order asked for, and nothing tells when.
import { stat } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";

/** More than there are threads in the pool. */
const LOOKS = 16;

/** Resolves once what was watched before has been looked at: changes are seen from now on. */
export async function firstLook(): Promise<void> {
  for (let nth = 0; nth < LOOKS; nth++) await stat("/");
  await sleep(50);
}
