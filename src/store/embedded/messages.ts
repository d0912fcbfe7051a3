// What the supervisor and its child say to each other over the process channel.

/** Port 0 asks for a free one; later starts name the port the first one got. */
export interface StartMessage {
  readonly kind: "start";
  readonly port: number;
  readonly password: string;
}

export type ToChild = StartMessage | { readonly kind: "ping" } | { readonly kind: "stop" };

export type FromChild =
  | { readonly kind: "ready"; readonly port: number }
  | { readonly kind: "failed"; readonly error: string }
  | { readonly kind: "pong" };

/** The one user of the embedded server. */
export const EMBEDDED_USER = "weir";
