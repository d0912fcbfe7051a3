// Many files read as one: every fault is noted, none stops the rest.
import { createHash } from "node:crypto";
import type { Fault } from "../config/fault.ts";
import { type CertificateFacts, PemFault } from "./pem-files.ts";

export interface Reading {
  /** What a step gives; null where it failed, and its fault is noted. */
  readonly read: <T>(step: () => T) => T | null;
  readonly faults: readonly Fault[];
  readonly certificates: CertificateFacts[];
}

export function createReading(): Reading {
  const faults: Fault[] = [];
  return {
    faults,
    certificates: [],
    read(step) {
      try {
        return step();
      } catch (thrown) {
        if (!(thrown instanceof PemFault)) throw thrown;
        faults.push(thrown.fault);
        return null;
      }
    },
  };
}

/** A short name for what was read, secrets included. */
export function digestOf(material: unknown): string {
  return createHash("sha256").update(JSON.stringify(material)).digest("hex").slice(0, 12);
}
