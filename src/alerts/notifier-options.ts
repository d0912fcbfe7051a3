// Who is told of alerts, and when: what a file of alerts says of it, checked and complete.

export const NOTIFIER_KINDS = ["webhook", "slack", "alertmanager", "smtp"] as const;
type NotifierKind = (typeof NOTIFIER_KINDS)[number];

export interface NotifierOptions {
  readonly name: string;
  readonly kind: NotifierKind;
  /** May hold a secret, so it is never shown. */
  readonly url: string;
  /** Signs a webhook; empty: it is not signed. */
  readonly secret: string;
  /** Of a mail server; empty: nobody logs in. */
  readonly user: string;
  readonly password: string;
  /** Addresses of an e-mail. */
  readonly from: string;
  readonly to: readonly string[];
}

export interface GroupOptions {
  /** Labels that alerts of one message share. */
  readonly by: readonly string[];
  /** From a change to its message, so that what breaks together is told together. */
  readonly waitMs: number;
  /** Between two messages about what goes on. */
  readonly repeatMs: number;
}
