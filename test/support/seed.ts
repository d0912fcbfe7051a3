// What random tests draw: the same in each run, which so tells of a change and not of chance.
// WEIR_FUZZ_SEED=7 draws other things, WEIR_FUZZ_SEED=any others each time.
import * as fc from "fast-check";

const asked = process.env["WEIR_FUZZ_SEED"] ?? "20261122";

export const SEED: number = asked === "any" ? Date.now() % 2 ** 31 : Number(asked);

fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: SEED });
