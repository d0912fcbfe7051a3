// `weir ca init`: makes a CA for one trust domain.
import { join } from "node:path";
import { Command } from "commander";
import { type Authority, CA_FILES } from "../../ca/authority.ts";
import { createAuthority } from "../../ca/create-authority.ts";
import { type CaOptions, telling, type Told, utc, withFolder } from "./command.ts";

interface InitOptions extends CaOptions {
  readonly trustDomain: string;
}

export function initCommand(): Command {
  return withFolder(new Command("init"))
    .description("make a CA for ten years; never over one that is there")
    .requiredOption("--trust-domain <name>", "of all SPIFFE IDs it issues, such as example.org")
    .action((options: InitOptions) =>
      telling(options, async () =>
        toldOf(await createAuthority(options.dir, options.trustDomain, Date.now())),
      ),
    );
}

function toldOf({ folder, trustDomain, notAfterMs, certificate }: Authority): Told {
  const [crt, key, crl] = [CA_FILES.certificate, CA_FILES.key, CA_FILES.list].map((name) =>
    join(folder, name),
  );
  return {
    json: {
      action: "created",
      trust_domain: trustDomain,
      certificate: crt,
      key,
      crl,
      fingerprint: certificate.fingerprint256,
      not_after: new Date(notAfterMs).toISOString(),
    },
    lines: [
      `CA for ${trustDomain}, until ${utc(notAfterMs)}`,
      `  certificate      ${crt}   give it to all who shall trust this CA`,
      `  private key      ${key}   keep it, and keep it secret`,
      `  revocation list  ${crl}`,
      `  SHA-256          ${certificate.fingerprint256}`,
    ],
  };
}
