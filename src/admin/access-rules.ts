// What decides on who asks, as the config in force has it: made anew only where that changed.
import { systemClock } from "../core/clock.ts";
import { createForwarded } from "../core/forwarded.ts";
import { HeaderList } from "../core/header-list.ts";
import { ofNewest } from "../core/of-newest.ts";
import { createFailureCells, createFailureLimits } from "../identity/failure-limits.ts";
import type { AccessRules } from "./http/access.ts";
import { createKnownCallers } from "./http/callers.ts";
import type { AdminParts } from "./parts.ts";

export function accessRules(
  { listen, running }: Pick<AdminParts, "listen" | "running">,
  tlsOf: AccessRules["tlsOf"],
): AccessRules {
  // Its own: who guesses at the admin side is not one who fails at a route.
  const cells = createFailureCells();
  const forwarded = ofNewest(() => running().config.forwarded, createForwarded);
  return {
    listen,
    tlsOf,
    sourceOf({ socket: { remoteAddress: peer = "" }, rawHeaders }) {
      return forwarded()({ peer, scheme: "", host: "", headers: new HeaderList(rawHeaders) })
        .address;
    },
    callers: ofNewest(() => running().config.admin, createKnownCallers),
    limits: ofNewest(
      () => running().config.identity.failures,
      (options) => createFailureLimits(cells, options, systemClock),
    ),
    names: ofNewest(
      () => running().tls.admin,
      (tls) => tls?.pairs.flatMap((pair) => pair.names) ?? [],
    ),
  };
}
