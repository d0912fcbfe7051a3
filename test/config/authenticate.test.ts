// authenticate of a route: what is refused, with the key path.
import { expect, test } from "vitest";
import { loadConfigObject } from "../../src/config/load.ts";

function faultsOf(authenticate: readonly string[]): readonly string[] {
  const load = loadConfigObject(
    {
      services: { app: { endpoints: ["http://127.0.0.1:4001"] } },
      routes: [
        { name: "open", match: { path: "/open" }, service: "app" },
        { name: "all", service: "app", authenticate },
      ],
    },
    "/tmp",
    {},
  );
  return load.ok ? [] : load.faults.map(({ keyPath, message }) => `${keyPath}: ${message}`);
}

test.each<[asked: readonly string[], faults: readonly string[]]>([
  [["key", "anonymous"], []],
  [["key", "key"], ["[1]: is there twice; remove one"]],
  [["anonymous", "key"], ["[0]: must be the last: methods behind it would not be asked"]],
  [
    ["basic", "jwt", "certificate"],
    [
      "[0]: needs identity.users: { file: FILE }",
      "[1]: needs an issuer under identity.tokens",
      "[2]: needs listen.https.client_certificates",
    ],
  ],
])("%s", (asked, faults) => {
  expect(faultsOf(asked)).toEqual(faults.map((each) => `routes[1].authenticate${each}`));
});
