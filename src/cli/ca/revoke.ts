// `weir ca revoke`: takes certificates back before they expire.
import { join } from "node:path";
import { Command } from "commander";
import { CA_FILES, openAuthority } from "../../ca/authority.ts";
import { revoke } from "../../ca/revocation-list.ts";
import { type CaOptions, telling, withFolder } from "./command.ts";

export function revokeCommand(): Command {
  return withFolder(new Command("revoke"))
    .description("revoke what was issued under a name, or by its serial number; writes ca.crl")
    .argument("<name-or-serial>", "as weir ca issue printed it")
    .action((what: string, options: CaOptions) =>
      telling(options, async () => {
        const nowMs = Date.now();
        const serials = await revoke(openAuthority(options.dir, nowMs), what, nowMs);
        const crl = join(options.dir, CA_FILES.list);
        return {
          json: { action: "revoked", serials, crl },
          lines: [...serials.map((serial) => `revoked ${serial}`), `list    ${crl}`],
        };
      }),
    );
}
