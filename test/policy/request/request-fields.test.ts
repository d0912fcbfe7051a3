// The request tuple is made of exactly the named fields, and of nothing a client could pass off.
import { describe, expect, it } from "vitest";
import { HeaderList } from "../../../src/core/header-list.ts";
import { ANONYMOUS, type Identity } from "../../../src/core/identity.ts";
import {
  compileRequestFields,
  type DecisionInput,
} from "../../../src/policy/request/request-fields.ts";
import type { RequestValue } from "../../../src/policy/request/tuple.ts";

const ALICE: Identity = {
  subject: "alice",
  kind: "key",
  issuer: "weir",
  roles: ["admin", "a,b"],
  attributes: { team: "red" },
};

const INPUT: DecisionInput = {
  identity: ALICE,
  path: "/orders/1",
  method: "GET",
  host: "shop.example",
  scheme: "https",
  clientAddress: "10.0.0.1",
  headers: new HeaderList(["X-Tenant", "one", "x-tenant", "two"]),
  route: "orders",
  service: "orders-v1",
};

function read(name: string, input: DecisionInput = INPUT): RequestValue | undefined {
  const fields = compileRequestFields([name]);
  if (!fields.ok) throw new Error(fields.faults.join());
  return fields.read(input)[0];
}

describe("request fields", () => {
  it.each([
    ["identity.subject", "alice"],
    ["identity.kind", "key"],
    ["identity.issuer", "weir"],
    ["identity.attribute.team", "red"],
    ["identity.attribute.constructor", ""],
    ["identity.role.admin", "true"],
    ["identity.role.a", ""],
    ["request.path", "/orders/1"],
    ["request.method", "GET"],
    ["request.host", "shop.example"],
    ["request.scheme", "https"],
    ["request.client_address", "10.0.0.1"],
    ["request.header.X-Tenant", "one, two"],
    ["request.header.absent", ""],
    ["route.name", "orders"],
    ["route.service", "orders-v1"],
  ])("%s reads as %j", (name, value) => {
    expect(read(name)).toBe(value);
  });

  it("are objects where the model asks for attributes", () => {
    expect(read("identity")).toEqual({
      subject: "alice",
      kind: "key",
      issuer: "weir",
      roles: ["admin", "a,b"],
      attributes: { team: "red" },
    });
    expect(read("identity", { ...INPUT, identity: ANONYMOUS })).toMatchObject({
      subject: "anonymous",
    });
    expect(read("request")).toEqual({
      path: "/orders/1",
      method: "GET",
      host: "shop.example",
      scheme: "https",
      client_address: "10.0.0.1",
    });
  });

  it("come in the order they are named", () => {
    const fields = compileRequestFields(["request.method", "identity.subject", "request.path"]);
    expect(fields.ok && fields.read(INPUT)).toEqual(["GET", "alice", "/orders/1"]);
  });

  it("call a caller without credentials anonymous", () => {
    expect(read("identity.subject", { ...INPUT, identity: ANONYMOUS })).toBe("anonymous");
  });

  it.each(["identity.name", "request.header.", "path", "", "constructor", "identity.roles"])(
    "%j is a fault that names what would be right",
    (name) => {
      const fields = compileRequestFields([name, "request.path"]);
      expect(fields.ok ? [] : fields.faults).toEqual([
        expect.stringContaining(`unknown request field "${name}"; known are identity.subject,`),
      ]);
    },
  );

  it("must be at least one", () => {
    expect(compileRequestFields([]).ok).toBe(false);
  });
});
