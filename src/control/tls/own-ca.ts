// The CA that a config names: whether certificates can be renewed by it.
import { join } from "node:path";
import { CA_FILES, readAuthority } from "../../ca/authority.ts";
import { CaError } from "../../ca/ca-error.ts";
import { type CertificateFacts, factsOf, PemFault } from "./pem-files.ts";

/** One that has expired can be read all the same: it is told of, and keeps weir from nothing else. @throws PemFault */
export function readOwnCa(folder: string): CertificateFacts {
  const file = join(folder, CA_FILES.certificate);
  try {
    return factsOf({ file, keyPath: "ca" }, readAuthority(folder).certificate);
  } catch (thrown) {
    if (!(thrown instanceof CaError)) throw thrown;
    throw new PemFault({ file, keyPath: "ca" }, thrown.message);
  }
}
