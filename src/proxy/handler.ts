// The life of a request, top to bottom: the only place where the order of the stages exists.
import type { Permit } from "../policy/snapshot.ts";
import type { Balance, Send } from "./balance.ts";
import type { Exchange } from "./exchange.ts";
import type { Identify } from "./identify.ts";
import type { RecordStage } from "./record.ts";
import type { Rescue } from "./rescue.ts";
import type { RoutedRequest } from "./route.ts";

/** The stages up to the Permit. */
export interface GuardStages {
  readonly record: RecordStage;
  readonly rescue: Rescue;
  readonly admit: (exchange: Exchange) => void;
  readonly route: (exchange: Exchange) => RoutedRequest;
  readonly identify: Identify;
  readonly authorize: (exchange: Exchange, routed: RoutedRequest) => Permit;
}

export interface SendStages {
  readonly balance: Balance;
  readonly forward: (permit: Permit, exchange: Exchange, routed: RoutedRequest) => Send;
}

export type Handler = (exchange: Exchange) => Promise<void>;
/** Answers what was allowed; resolves when the reply is complete. */
export type Serve = (permit: Permit, exchange: Exchange, routed: RoutedRequest) => Promise<void>;
export type Guard = (exchange: Exchange, serve: Serve) => Promise<void>;

/**
 * The row is sealed after `rescue`, so that it has the status the client saw. A route says which
 * credentials it takes, so it comes before them; `forward` takes a Permit, and only policy/ makes one.
 */
export function createGuard(stages: GuardStages): Guard {
  const { record, rescue, admit, route, identify, authorize } = stages;
  return async (exchange, serve) => {
    record(exchange);
    try {
      admit(exchange);
      const routed = route(exchange);
      await identify(exchange, routed);
      const permit = authorize(exchange, routed);
      await serve(permit, exchange, routed);
    } catch (thrown) {
      await rescue(exchange, thrown);
    } finally {
      exchange.seal();
    }
  };
}

/** The whole line: what is allowed goes to an endpoint. */
export function createHandler(guard: Guard, { balance, forward }: SendStages): Handler {
  const serve: Serve = (permit, exchange, routed) =>
    balance(exchange, routed, forward(permit, exchange, routed));
  return (exchange) => guard(exchange, serve);
}
