// The AuthZEN API's part of the main thread: the policy it asks, attached when first asked, and its rows.
import type { DecisionPoint } from "../../policy/authzen/decision-point.ts";
import type { AuthzenCall, CallFacts } from "../../policy/authzen/call.ts";
import type { PolicyImage } from "../../policy/image/policy-image.ts";
import type { AuthzenPolicy } from "./authzen-files.ts";
import { ofNewest } from "../../core/of-newest.ts";
import { createConceal } from "../../telemetry/conceal.ts";
import type { TelemetryOptions } from "../../telemetry/options.ts";
import type { CallScope, DecisionLog } from "./decision-log.ts";
import type { InForce } from "../load-all.ts";
import { secretMembersOf } from "./secret-members.ts";

export interface Authzen {
  /** null: no policy takes such requests. */
  readonly point: () => Promise<DecisionPoint | null>;
  /** null: its rows can't be kept and must be, so nothing may be answered. */
  readonly open: (facts: CallFacts, point: DecisionPoint) => AuthzenCall | null;
}

interface Attached {
  readonly authzen: AuthzenPolicy;
  readonly candidate: PolicyImage | null;
  readonly point: Promise<DecisionPoint>;
}

/** An attached image costs milliseconds and little memory, so it is kept until another one is in force. */
export function createAuthzen(inForce: () => InForce, log: DecisionLog): Authzen {
  let attached: Attached | null = null;
  const privacy = ofNewest(() => inForce().config.telemetry, privacyOf);
  return {
    async point() {
      const { authzen, shadow } = inForce();
      if (authzen === null) return null;
      const candidate = authzen.isEnforced ? (shadow?.policy?.image ?? null) : null;
      if (attached?.authzen !== authzen || attached.candidate !== candidate) {
        attached = { authzen, candidate, point: attach(authzen, candidate) };
      }
      return attached.point;
    },
    open(facts, point) {
      return log.open(facts, { point, configRevision: inForce().revision, ...privacy() });
    },
  };
}

/** What rows are not to keep. */
function privacyOf(telemetry: TelemetryOptions): Pick<CallScope, "secrets" | "conceal"> {
  return { secrets: secretMembersOf(telemetry), conceal: createConceal(telemetry) };
}

async function attach(
  { image, fields, entities }: AuthzenPolicy,
  candidate: PolicyImage | null,
): Promise<DecisionPoint> {
  const [{ attachImage }, { createDecisionPoint }] = await Promise.all([
    import("../../policy/image/attach-image.ts"),
    import("../../policy/authzen/decision-point.ts"),
  ]);
  const { snapshot } = await attachImage(image);
  const shadow = candidate === null ? null : (await attachImage(candidate)).snapshot;
  return createDecisionPoint({ image, snapshot, fields, entities, shadow });
}
