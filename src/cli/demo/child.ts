// What every process of the demo has in common: it ends with its parent and leaves Ctrl-C to it.

/** Told by the parent once the proxy listens. */
export interface DemoNews {
  /** Where the proxy listens: http://host:port. */
  readonly proxy: string;
}

/** Told later, once it receives. */
export interface CollectorNews {
  /** Where spans are sent: http://host:port. */
  readonly collector: string;
}

/** What a child says when it is ready. */
export interface DemoReady {
  readonly port: number;
}

/** A terminal's Ctrl-C reaches the whole group: weir drains first, then its children are let go. */
export function followParent(): void {
  process.on("SIGINT", () => undefined);
  process.on("SIGTERM", () => undefined);
  process.on("disconnect", () => process.exit(0));
}

/** A parent that is gone meanwhile is told nothing; `followParent` ends this process. */
export function announce(ready: DemoReady): void {
  process.send?.(ready, () => undefined);
}

/** Resolves with the first news from the parent. */
export function untilNews(): Promise<DemoNews> {
  return new Promise((resolve) => process.once("message", (news) => resolve(news as DemoNews)));
}

export function untilCollector(): Promise<string> {
  return new Promise((resolve) =>
    process.on("message", (news: DemoNews | CollectorNews) => {
      if ("collector" in news) resolve(news.collector);
    }),
  );
}
