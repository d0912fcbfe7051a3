// Loads the library that writes certificates, when the first one is written: it takes a sixth of a second.
import type * as x509 from "@peculiar/x509";
import { provideReflectMetadata } from "./reflect-metadata.ts";

export type X509 = typeof x509;

export function loadX509(): Promise<X509> {
  provideReflectMetadata();
  return import("@peculiar/x509");
}
