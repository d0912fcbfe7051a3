// The answer first: what fires and since when, what nobody can say, or that all is quiet.
import type { ReactNode } from "react";
import type { Alerts } from "../../alerting.ts";
import { instant, timeMs } from "../../words/time.ts";

export function AlertsVerdict({ alerts }: { readonly alerts: Alerts }): ReactNode {
  const { rules } = alerts;
  const firing = alerts.alerts.filter(({ state }) => state === "firing");
  const told = firing.filter((alert) => alert.silenced_by.length === 0);
  const blind = rules.filter((rule) => rule.unknown_since !== null);
  const tone = told.length > 0 ? "bad" : blind.length > 0 ? "slow" : "";
  return (
    <p className={`verdict ${tone}`} role="status">
      <strong>{headline(told.length, firing.length - told.length, rules.length)}</strong>{" "}
      {sentence(told[0])}
      {blind.length === 0 ? null : (
        <span>
          Of {blind.length} of {rules.length} rules nobody can say: {blind[0]?.unknown_why}.
        </span>
      )}
    </p>
  );
}

function headline(firing: number, silenced: number, rules: number): string {
  const quiet = silenced === 0 ? "" : `, and ${silenced} ${silenced === 1 ? "is" : "are"} silenced`;
  if (firing === 0) return `Nothing fires${quiet}; ${rules} rules look.`;
  return `${firing} ${firing === 1 ? "alert fires" : "alerts fire"}${quiet}.`;
}

function sentence(alert: Alerts["alerts"][number] | undefined): ReactNode {
  if (alert === undefined) return null;
  const summary = alert.annotations["summary"] ?? alert.alert;
  return (
    <span>
      Since {instant(timeMs(alert.since), Date.now())}: {summary}.{" "}
    </span>
  );
}
