// What everybody must know before they believe a figure: what is off, since when, what still works.
import type { ReactNode } from "react";
import type { Status } from "../api.ts";
import { ApiError } from "../client.ts";
import { Icon, type IconName } from "../parts/icon.tsx";
import { useNow } from "../state/live.ts";
import type { Loaded } from "../state/use-api.ts";
import { bytes, count, text } from "../../../../src/core/quantity.ts";
import { age, clock, timeMs } from "../words/time.ts";

export function Banners({ status }: { readonly status: Loaded<Status> }): ReactNode {
  const now = useNow(5000);
  if (status.error !== null) return <Unreachable status={status} now={now} />;
  if (status.data === null) return null;
  const { store, policy, reload, spool, certificates } = status.data;
  return (
    <>
      {store.state === "ready" ? null : <StoreBanner status={status.data} now={now} />}
      {reload !== null && !reload.ok ? <ReloadBanner at={reload.at} fault={reload.fault} /> : null}
      <RestartBanner reload={reload} />
      <TlsFault reload={reload} />
      <PolicyFault policy={policy} reload={reload} />
      <RollbackBanner policy={policy} />
      <ShadowFault policy={policy} />
      {policy.enforced ? null : <OpenBanner />}
      <ExpiryBanner certificates={certificates} />
      {spool.dropped_rows + spool.rejected_rows > 0 ? <LossBanner spool={spool} /> : null}
    </>
  );
}

function RestartBanner({ reload }: Pick<Status, "reload">): ReactNode {
  if (reload === null || reload.restart.length === 0) return null;
  return (
    <Banner tone="slow" icon="warn" title="Some changes wait for a restart of weir.">
      <code>{reload.restart.join(", ")}</code>
    </Banner>
  );
}

function TlsFault({ reload }: Pick<Status, "reload">): ReactNode {
  if (reload === null || reload.tls_fault === null) return null;
  const title = "Files of certificates are broken; what they held before is used.";
  return (
    <Banner tone="error" icon="shield" title={title}>
      <code>{reload.tls_fault}</code>
    </Banner>
  );
}

/** Not said twice where the failed reload is that of the policy. */
function PolicyFault({ policy, reload }: Pick<Status, "policy" | "reload">): ReactNode {
  if (policy.fault === null || reload?.fault === policy.fault) return null;
  const title = "The policy on disk is broken; the last good one decides.";
  return (
    <Banner tone="error" icon="shield" title={title}>
      <code>{policy.fault}</code>
    </Banner>
  );
}

function RollbackBanner({ policy: { rollback } }: Pick<Status, "policy">): ReactNode {
  if (rollback === null) return null;
  const { from, to, at, comment, created_by: by } = rollback;
  return (
    <Banner tone="error" icon="shield" title={`The policy was rolled back to ${to}.`}>
      By {by} at {clock(timeMs(at))}: {comment}. What its files say, <code>{from}</code>, decides
      nothing until they change or somebody runs <code>weir reload</code>.
    </Banner>
  );
}

function ShadowFault({ policy: { shadow } }: Pick<Status, "policy">): ReactNode {
  if (shadow === null || shadow.fault === null) return null;
  const title =
    shadow.revision === ""
      ? "The candidate policy is broken, so it is not asked."
      : "The newest candidate policy is broken; the last good one is asked.";
  return (
    <Banner tone="slow" icon="shield" title={title}>
      <code>{shadow.fault}</code>
    </Banner>
  );
}

/** The first to end is named. */
function ExpiryBanner({ certificates }: Pick<Status, "certificates">): ReactNode {
  const ending = certificates
    .filter(({ state }) => state !== "ok")
    .sort((one, other) => timeMs(one.not_after) - timeMs(other.not_after));
  const [first] = ending;
  if (first === undefined) return null;
  const title =
    first.state === "soon"
      ? "A certificate expires soon."
      : first.state === "future"
        ? "A certificate is not valid yet."
        : "A certificate has expired.";
  return (
    <Banner tone={first.state === "soon" ? "slow" : "error"} icon="shield" title={title}>
      <code>{first.key}</code> ({first.file}): {first.not_after}
      {ending.length > 1 ? `, and ${count(ending.length - 1)[0]} more` : ""}
    </Banner>
  );
}

interface AgedProps {
  readonly status: Loaded<Status>;
  readonly now: number;
}

function Unreachable({ status, now }: AgedProps): ReactNode {
  const answered = status.error instanceof ApiError ? status.error.status : 0;
  // Refused, not gone: the token dialog says what to do.
  if (answered === 401) return null;
  const since = status.loadedAt;
  const title =
    answered === 0
      ? "weir's admin server does not answer this page."
      : `weir's admin server answers with an error (${answered}).`;
  return (
    <Banner tone="error" icon="warn" title={title}>
      {since === null ? "Nothing was heard from it yet" : `Last heard ${age(now - since)} ago`}; it
      is asked again every 5 s. What you see is from before.
    </Banner>
  );
}

function StoreBanner({
  status,
  now,
}: {
  readonly status: Status;
  readonly now: number;
}): ReactNode {
  const { store, spool } = status;
  const since = timeMs(store.since);
  if (store.state === "starting") {
    return (
      <Banner tone="slow" icon="warn" title="The store is starting.">
        Requests are already proxied, decided and recorded; {waiting(spool)}.
      </Banner>
    );
  }
  const title = `The store has not answered since ${clock(since)} (${age(now - since)}).`;
  return (
    <Banner tone="error" icon="warn" title={title}>
      Requests are still proxied, decided, balanced and recorded: {waiting(spool)} and go in when it
      is back. Figures below are from before.{" "}
      {store.error === null ? null : <code>{store.error}</code>}
    </Banner>
  );
}

function waiting(spool: Status["spool"]): string {
  const rows = text(count(spool.pending_rows));
  return `${rows} rows (${text(bytes(spool.pending_bytes))}) wait in the spool`;
}

interface ReloadBannerProps {
  readonly at: string;
  readonly fault: string | null;
}

function ReloadBanner({ at, fault }: ReloadBannerProps): ReactNode {
  const title = `The reload at ${clock(timeMs(at))} failed; weir goes on with what it had.`;
  return (
    <Banner tone="error" icon="warn" title={title}>
      <code>{fault ?? "No fault was given."}</code>
    </Banner>
  );
}

function OpenBanner(): ReactNode {
  return (
    <Banner
      tone="policy"
      icon="shield"
      title="No policy is enforced: every request is let through."
    >
      Name a model and rules under <code>policy:</code> in weir.yaml to have weir decide.
    </Banner>
  );
}

function LossBanner({ spool }: { readonly spool: Status["spool"] }): ReactNode {
  const { dropped_rows: dropped, rejected_rows: rejected } = spool;
  const title = `${text(count(dropped + rejected))} request rows are missing from the figures.`;
  return (
    <Banner tone="slow" icon="warn" title={title}>
      {dropped > 0 ? `${text(count(dropped))} were dropped because the spool was full. ` : ""}
      {rejected > 0 ? `${text(count(rejected))} were refused by the store (dead letters).` : ""}
    </Banner>
  );
}

interface BannerProps {
  readonly tone: "error" | "slow" | "policy";
  readonly icon: IconName;
  readonly title: string;
  readonly children: ReactNode;
}

function Banner({ tone, icon, title, children }: BannerProps): ReactNode {
  return (
    <div className={`banner ${tone}`} role={tone === "error" ? "alert" : "status"}>
      <Icon name={icon} />
      <div>
        <p>
          <strong>{title}</strong>
        </p>
        <p>{children}</p>
      </div>
    </div>
  );
}
