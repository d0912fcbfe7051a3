// Checks what routes ask of callers: each way once, in an order in which all are tried, with what it rests on.
import type { Finding } from "./fault.ts";
import { listOf, mappingOf, type RawMapping } from "./raw.ts";

/** A way to prove an identity that rests on nothing would refuse everybody. */
export function checkAuthenticate(config: RawMapping): Finding[] {
  const missing = missingIn(config);
  return listOf(config["routes"]).flatMap((route, at) => {
    const methods = listOf(mappingOf(route)["authenticate"]);
    return methods.flatMap((method, place): Finding[] => {
      const message = misplaced(methods, place) ?? missing.get(method);
      return message === undefined
        ? []
        : [{ path: ["routes", at, "authenticate", place], message }];
    });
  });
}

function misplaced(methods: readonly unknown[], place: number): string | undefined {
  const method = methods[place];
  if (methods.indexOf(method) < place) return "is there twice; remove one";
  const isEarly = method === "anonymous" && place < methods.length - 1;
  return isEarly ? "must be the last: methods behind it would not be asked" : undefined;
}

/** What the config lacks, by the method that needs it. */
function missingIn(config: RawMapping): ReadonlyMap<unknown, string> {
  const { tokens, users } = mappingOf(config["identity"]);
  const { client_certificates: clients } = mappingOf(mappingOf(config["listen"])["https"]);
  const missing = new Map<unknown, string>();
  if (listOf(tokens).length === 0) missing.set("jwt", "needs an issuer under identity.tokens");
  if (users === undefined) missing.set("basic", "needs identity.users: { file: FILE }");
  if (clients === undefined) missing.set("certificate", "needs listen.https.client_certificates");
  return missing;
}
