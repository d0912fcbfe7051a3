// What tests of a store that is elsewhere stand on: a service, the store, and weirs between the two.
import { afterAll } from "vitest";
import {
  cleanUp,
  configOf,
  createSite,
  startWeir,
  type WeirProcess,
} from "../../support/weir-process.ts";
import { type FarStore, startFarStore } from "./far-store.ts";
import { startUpstream } from "./upstream.ts";

export interface FarSide {
  readonly store: FarStore;
  /** One that has reached the store; `more`: further top-level lines of its config. */
  readonly startWeir: (more?: string) => Promise<WeirProcess>;
}

/** For the top of a test file; all of it ends with the file. */
export async function startFarSide(): Promise<FarSide> {
  const [upstream, store] = await Promise.all([startUpstream(), startFarStore()]);
  afterAll(async () => {
    cleanUp();
    upstream.close();
    await store.close();
  });
  return {
    store,
    async startWeir(more = "") {
      const weir = await startWeir(
        createSite(configOf({ upstreams: [upstream.url], store: store.config, more })),
      );
      await weir.until(({ store: { state } }) => state === "ready");
      return weir;
    },
  };
}
