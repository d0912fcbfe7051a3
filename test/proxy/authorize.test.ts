// What a decision leaves in the row besides itself: by which roles its rule matched.
import { expect, it } from "vitest";
import { startProxy } from "../support/proxy.ts";
import { answerOk, startUpstream } from "../support/raw-upstream.ts";
import { exchangeRaw, requestText } from "../support/raw-client.ts";
import { model } from "../policy/support.ts";
import { EFFECTS } from "../../src/policy/model/model.ts";

const MODEL = model({
  request: "sub, obj",
  policy: "sub, obj",
  effect: EFFECTS.allowOverride,
  matcher: "g(r.sub, p.sub) && keyMatch2(r.obj, p.obj)",
});
const RULES = "p, team, /a\np, anonymous, /b\ng, anonymous, guests\ng, guests, team\n";

it("the row has the roles by which the rule matched; none where the caller itself is named", async () => {
  await using upstream = await startUpstream(answerOk);
  await using proxy = await startProxy({
    upstreams: [upstream.url],
    policy: { model: MODEL, rules: RULES },
    request: ["identity.subject", "request.path"],
  });
  for (const path of ["/a", "/b", "/c"]) await exchangeRaw(proxy.port, requestText(`GET ${path}`));
  expect((await proxy.row(0)).rolePath).toEqual(["anonymous", "guests", "team"]);
  expect((await proxy.row(1)).rolePath).toEqual([]);
  expect(await proxy.row(2)).toMatchObject({ decision: "deny", rolePath: [] });
});

it("no path where it would begin with a secret", async () => {
  await using upstream = await startUpstream(answerOk);
  await using proxy = await startProxy({
    upstreams: [upstream.url],
    policy: { model: MODEL, rules: "p, team, /a\ng, s3cret, team\n" },
    request: ["request.header.authorization", "request.path"],
  });
  await exchangeRaw(proxy.port, requestText("GET /a", { authorization: "s3cret" }));
  const row = await proxy.row(0);
  expect(row).toMatchObject({ decision: "allow", policyReplay: "redacted", rolePath: [] });
  expect(JSON.stringify(row)).not.toContain("s3cret");
});
