import assert from "node:assert/strict";
import { test } from "node:test";
import { integer, optional, string } from "../../../src/capabilities/input-schema.ts";
import { isoDuration } from "../../../src/capabilities/iso-8601.ts";
import { readHostPolicy } from "../../../src/capabilities/remote/host-policy.ts";
import { readHttpPolicy } from "../../../src/capabilities/remote/http-policy.ts";
import { wordsOfPolicyFlaw } from "../../../src/capabilities/remote/policy-flaw.ts";
import { pointer } from "../../../src/json/pointer.ts";
import type { Json, JsonObject } from "../../../src/json/value.ts";

const ORIGINS = { allowed_origins: ["https://hooks.example.org"] };

/** Code and place of every flaw, and what is said to be meant. */
function flawsIn(policy: JsonObject): readonly (readonly [string, string, string | null])[] {
  const read = readHttpPolicy(policy);
  const flaws = "flaws" in read ? read.flaws : [];
  for (const flaw of flaws) assert.match(wordsOfPolicyFlaw(flaw).hint, /^[a-z].*[^.]$/);
  return flaws.map(({ code, path, meant }) => [code, pointer(path), meant]);
}

test("an origin has a scheme, a host and no more; the hint has the origin that was meant", () => {
  const wrong: Readonly<Record<string, string | null>> = {
    "https://hooks.example.org/": "https://hooks.example.org",
    "https://hooks.example.org/a?b#c": "https://hooks.example.org",
    "https://hooks.example.org:443": "https://hooks.example.org",
    "http://hooks.example.org:80": "http://hooks.example.org",
    "HTTPS://Hooks.Example.ORG": "https://hooks.example.org",
    "https://user:pass@hooks.example.org": "https://hooks.example.org",
    "hooks.example.org": "https://hooks.example.org",
    "hooks.example.org:8443": "https://hooks.example.org:8443",
    "https://häuser.example": "https://xn--huser-gra.example",
    "http://[0:0::1]:8080": "http://[::1]:8080",
    "http://127.1": "http://127.0.0.1",
    "*": null,
    "https://*.example.org": null,
    "file:///etc": null,
    "ftp://hooks.example.org": null,
    "": null,
  };
  for (const [origin, meant] of Object.entries(wrong)) {
    const found = flawsIn({ allowed_origins: [origin] });
    assert.deepEqual(found, [["NO_ORIGIN", "/allowed_origins/0", meant]], origin);
  }
  for (const right of [
    "https://hooks.example.org",
    "http://127.0.0.1:8080",
    "http://[::1]",
    "https://a.example:8443",
  ])
    assert.deepEqual(flawsIn({ allowed_origins: [right] }), []);
});

test("every member of a policy is checked, and all flaws are found at once", () => {
  assert.deepEqual(flawsIn({}), [["NO_ALLOWED_ORIGINS", "/allowed_origins", null]]);
  assert.deepEqual(flawsIn({ allowed_origins: [] }), []);
  const wrong: readonly (readonly [string, Json, string])[] = [
    ["allowed_origins", "https://hooks.example.org", "NO_LIST_OF_TEXTS"],
    ["timeout", 10, "BAD_DURATION"],
    ["timeout", "10s", "BAD_DURATION"],
    ["timeout", "PT0S", "BAD_DURATION"],
    ["timeout", "P1D", "BAD_DURATION"],
    ["time_limit", "P2D", "BAD_DURATION"],
    ["max_answer_bytes", 0, "BAD_COUNT"],
    ["max_answer_bytes", 1.5, "BAD_COUNT"],
    ["max_answer_bytes", 1e12, "BAD_COUNT"],
    ["hidden_query", [7], "NO_LIST_OF_TEXTS"],
    ["secret_headers", [], "BAD_SECRET"],
    ["secret_query", "TOKEN", "BAD_SECRET"],
    ["proxy", "http://proxy.example.org", "BAD_SECRET"],
    ["proxy", { environment: "PROXY", prefix: "x" }, "BAD_SECRET"],
  ];
  for (const [member, value, code] of wrong)
    assert.deepEqual(
      flawsIn({ ...ORIGINS, [member]: value }).map(([one, at]) => [one, at]),
      [[code, `/${member}`]],
    );
  for (const secret of [
    7,
    {},
    { environment: "A B" },
    { environment: "" },
    { environment: "A", more: 1 },
    { environment: "A", prefix: "\n" },
  ])
    assert.deepEqual(flawsIn({ ...ORIGINS, secret_headers: { "X-Key": secret } }), [
      ["BAD_SECRET", "/secret_headers/X-Key", null],
    ]);
  for (const header of ["host", "Content-Length", "proxy-authorization", "a b", ""])
    assert.equal(flawsIn({ ...ORIGINS, secret_headers: { [header]: { environment: "A" } } }).length, 1, header);
  assert.equal(flawsIn({ timeout: 1, max_answer_bytes: 0, proxy: 1 }).length, 4);
});

test("a configuration fits its declaration, and nothing is hidden behind its first flaw", () => {
  const schema = { file: string, rows: optional(integer) };
  const read = (config: Json) => readHostPolicy(schema, { config });
  assert.deepEqual(read({ file: "f" }), { config: { file: "f", rows: undefined } });
  const all = read({ rows: "many", flie: "g", zzz: 1 });
  assert.deepEqual("flaws" in all && all.flaws.map(({ code, path }) => [code, pointer(path)]), [
    ["CONFIG_MISSING", "/config/file"],
    ["CONFIG_TYPE", "/config/rows"],
    ["CONFIG_UNKNOWN", "/config/flie"],
    ["CONFIG_UNKNOWN", "/config/zzz"],
  ]);
  for (const config of [null, 7, [], "f"]) assert.ok("flaws" in read(config), JSON.stringify(config));
});

test("a duration is read to the millisecond, and no other text is one", () => {
  const durations: Readonly<Record<string, number | undefined>> = {
    "PT0.2S": 200,
    PT10S: 10_000,
    "PT1M1.001S": 61_001,
    P1DT2H: 93_600_000,
    P1D: 86_400_000,
    P: undefined,
    PT: undefined,
    P1DT: undefined,
    P1M: undefined,
    P1Y: undefined,
    "-PT1S": undefined,
    "PT1,5S": undefined,
    pt1s: undefined,
    PT1S1M: undefined,
    "": undefined,
  };
  for (const [text, milliseconds] of Object.entries(durations))
    assert.equal(isoDuration(text), milliseconds, text);
});
