// What a route usually takes, so that an endpoint is not called slow for serving slow routes.
import type { Nanos } from "../core/clock.ts";

const WEIGHT = 0.001;
const LARGEST_ROUTE = 65_535;

/** One worker's means by route; forgotten on reload, as route numbers change then. */
export class RouteTimes {
  #means: Float64Array = new Float64Array(16);
  #samples: Float64Array = new Float64Array(16);

  /** Mean time to first byte of a route, ns; 0 where it has no sample. */
  meanNs(routeId: number): Nanos {
    return this.#means[routeId] ?? 0;
  }

  /** The same weights as the fleet's mean, so that a service with one route is left as observed. */
  observe(routeId: number, observedNs: Nanos): void {
    if (routeId >= this.#means.length) this.#grow(routeId);
    if (routeId >= this.#means.length) return;
    const samples = (this.#samples[routeId] ?? 0) + 1;
    const mean = this.#means[routeId] ?? 0;
    this.#samples[routeId] = samples;
    this.#means[routeId] = mean + (observedNs - mean) * Math.max(WEIGHT, 1 / samples);
  }

  #grow(routeId: number): void {
    if (routeId > LARGEST_ROUTE) return;
    const means = new Float64Array(routeId * 2);
    const samples = new Float64Array(routeId * 2);
    means.set(this.#means);
    samples.set(this.#samples);
    this.#means = means;
    this.#samples = samples;
  }
}
