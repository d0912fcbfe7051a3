// The AuthZEN API's part of the main thread: the policy it asks, attached when first asked, and its rows.
import type { DecisionPoint } from "../policy/authzen/decision-point.ts";
import type { AuthzenCall, CallFacts } from "../policy/authzen/call.ts";
import type { AuthzenPolicy } from "./authzen-files.ts";
import type { DecisionLog } from "./decision-log.ts";
import type { InForce } from "./load-all.ts";

export interface Authzen {
  /** null: no policy takes such requests. */
  readonly point: () => Promise<DecisionPoint | null>;
  /** null: its rows can't be kept and must be, so nothing may be answered. */
  readonly open: (facts: CallFacts, point: DecisionPoint) => AuthzenCall | null;
}

/** An attached image costs milliseconds and little memory, so it is kept until another one is in force. */
export function createAuthzen(inForce: () => InForce, log: DecisionLog): Authzen {
  let attached: { readonly of: AuthzenPolicy; readonly point: Promise<DecisionPoint> } | null =
    null;
  return {
    async point() {
      const { authzen } = inForce();
      if (authzen === null) return null;
      if (attached?.of !== authzen) attached = { of: authzen, point: attach(authzen) };
      return attached.point;
    },
    open(facts, point) {
      const { config, revision } = inForce();
      return log.open(facts, {
        point,
        configRevision: revision,
        secrets: config.telemetry.redact.attributes,
      });
    },
  };
}

async function attach({ image, fields, entities }: AuthzenPolicy): Promise<DecisionPoint> {
  const [{ attachImage }, { createDecisionPoint }] = await Promise.all([
    import("../policy/image/attach-image.ts"),
    import("../policy/authzen/decision-point.ts"),
  ]);
  return createDecisionPoint({ ...(await attachImage(image)), fields, entities });
}
