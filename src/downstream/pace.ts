// Whether a client is too slow, though not silent: bytes now and then would hold a connection for hours.

/** How slow a client may be while it is waited for; `minBytesPerS` 0: as slow as it likes. */
export interface Pace {
  readonly minBytesPerS: number;
  /** Over which that is measured, and how long a client may take for a beginning. */
  readonly windowMs: number;
}

/** Until a route says otherwise. */
export const FIRST_PACE: Pace = { minBytesPerS: 240, windowMs: 60_000 };

/** What a socket tells of its way out (node:net). */
export interface Outlet {
  /** Bytes the kernel has not taken, for the client takes none from it. */
  readonly writableLength: number;
  /** Bytes ever written, those that wait included. */
  readonly bytesWritten: number;
}

/** What an exchange tells of its body, and of what was agreed. */
export interface PacedExchange {
  readonly pace: Pace;
  readonly receivedBytes: number;
  /** Whether the body was waited for ever since this was last asked. */
  readonly waitedForBody: () => boolean;
}

/** Asked now and then; times by performance.now(). */
export class PaceMeter {
  /** Where no exchange is under way: that of the last one, for what is left to send of it. */
  pace: Pace = FIRST_PACE;
  #bodySinceMs = -1;
  #bodyBytes = 0;
  #dueMs = -1;
  #goalBytes = 0;

  /** Who is too slow. */
  slow(nowMs: number, outlet: Outlet, exchange: PacedExchange | null): "reader" | "body" | null {
    const { pace } = exchange ?? this;
    if (this.isReaderSlow(nowMs, outlet, pace)) return "reader";
    if (exchange?.waitedForBody() !== true) this.restBody();
    else if (this.isBodySlow(nowMs, exchange.receivedBytes, pace)) return "body";
    return null;
  }

  /** Of a body that is waited for: in each window so many bytes must come. */
  isBodySlow(nowMs: number, receivedBytes: number, pace: Pace): boolean {
    const waitedMs = nowMs - this.#bodySinceMs;
    if (this.#bodySinceMs >= 0 && waitedMs < pace.windowMs) return false;
    const wantedBytes = (waitedMs / 1000) * pace.minBytesPerS;
    const slow = this.#bodySinceMs >= 0 && receivedBytes - this.#bodyBytes < wantedBytes;
    this.#bodySinceMs = nowMs;
    this.#bodyBytes = receivedBytes;
    return slow;
  }

  /** Nobody waits for the body now. */
  restBody(): void {
    this.#bodySinceMs = -1;
  }

  /**
   * Of one who reads: what waits at one moment must have gone within a window and the time it takes at
   * the least rate. Nothing waits where there is nothing to send, so streams may be quiet.
   */
  isReaderSlow(nowMs: number, outlet: Outlet, pace: Pace): boolean {
    const waiting = outlet.writableLength;
    if (waiting === 0 || pace.minBytesPerS === 0) {
      this.#dueMs = -1;
      return false;
    }
    const written = outlet.bytesWritten;
    if (this.#dueMs >= 0 && written - waiting < this.#goalBytes) return nowMs >= this.#dueMs;
    this.#goalBytes = written;
    this.#dueMs = nowMs + pace.windowMs + (waiting * 1000) / pace.minBytesPerS;
    return false;
  }
}
