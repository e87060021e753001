/** The published snapshot, unsealed as it is, through the command line. */

import assert from "node:assert/strict";
import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { test } from "node:test";
import type { JsonObject } from "../../src/json/value.ts";
import { takingTurns } from "../support/portion.ts";
import { sharedPath, skipWithout } from "../support/shared.ts";
import { assertSound, at, document, lines, type Workspace, workspace } from "./world.ts";

const it = takingTurns(import.meta.url);

const skip = skipWithout("published/protocol_snapshot");
const snapshot = sharedPath("published/protocol_snapshot");
const ACTORS = "data/blockchain/identity/registry/actors.json";
const ACTOR_EVENTS = "data/blockchain/identity/events/identity_events.jsonl";

/** Runs it, examines the trace, answers the report. */
async function run(place: Workspace, workflow: string, payload: string | JsonObject, exitCode = 0) {
  const file = typeof payload === "string" ? payload : place.path("payload.json");
  if (typeof payload !== "string") writeFileSync(file, JSON.stringify(payload));
  const said = await place.session("run", "--wf", workflow, "--payload", file, "--no-png", "--json");
  const report = document(said);
  assert.equal(said.code, exitCode, said.out.slice(0, 400));
  assert.equal(at(report, "snapshot", "seal"), "verified");
  await assertSound(place, at(report, "trace", "jsonl") as string);
  return report;
}

function outcomes(report: JsonObject): Record<string, string> {
  const path = report["path"] as { node: string; outcome: string }[];
  return Object.fromEntries(path.map(({ node, outcome }) => [node, outcome]));
}

const register = (place: Workspace) =>
  run(
    place,
    "blockchain::WF_REGISTER_ACTOR_UNVERIFIED_V0",
    sharedPath("published/seeds/register_actor_unverified_payload.json"),
  );

it("an actor registered twice is bound once, and each registration leaves its event", { skip }, async (t) => {
  const place = workspace(t, { snapshot });

  const first = await register(place);
  assert.equal(outcomes(first)["CC_REGISTER_ACTOR_KYC_V0"], "SUCCESS");
  assert.equal(first["exit_reason_code"], "COMPLETED");

  const second = await register(place);
  assert.equal(outcomes(second)["CC_REGISTER_ACTOR_KYC_V0"], "ALREADY_EXISTS");
  assert.equal(outcomes(second)["CC_APPEND_ACTOR_EVENT_V0"], "SUCCESS");
  assert.deepEqual([second["status"], second["exit_code"]], ["SUCCESS", 0]);

  const bindings = lines(place.path(ACTORS));
  assert.deepEqual(
    bindings.map(({ key, target_ref }) => [key, target_ref]),
    [
      ["A_KEY_94cee1398e1662e9", "A_dc6e2a7ae93b8bae"],
      ["A_dc6e2a7ae93b8bae", "A_dc6e2a7ae93b8bae"],
    ],
  );
  const events = lines(place.path(ACTOR_EVENTS));
  assert.deepEqual(
    events.map((event) => [event["sequence_number"], at(event, "record", "event_code")]),
    [
      [1, "EV_ACTOR_REGISTERED_UNVERIFIED_V0"],
      [2, "EV_ACTOR_REGISTERED_UNVERIFIED_V0"],
    ],
  );
});

const verification: JsonObject = {
  actor_id: "A_dc6e2a7ae93b8bae",
  actor_record: { first_name: "Bachi", last_name: "Eight", email_registration: "bachi8@yahoo.com" },
  verifier_id: "adm",
  decision: "VERIFIED",
  notes: "ok",
};

it("an actor is verified after, and only after, the registration is on record", { skip }, async (t) => {
  const place = workspace(t, { snapshot });
  const denied = await run(place, "blockchain::WF_VERIFY_ACTOR_V0", verification, 1);
  assert.deepEqual([denied["exit_reason_code"], denied["outcome"]], ["ADMISSION_DENIED", null]);

  await register(place);
  const verified = await run(place, "blockchain::WF_VERIFY_ACTOR_V0", verification);
  assert.equal(verified["exit_reason_code"], "EXIT_ALREADY_EXISTS");
  const records = lines(place.path(ACTOR_EVENTS)).map(({ record }) => record as JsonObject);
  assert.deepEqual(
    records.map(({ event_code, new_state }) => event_code ?? new_state),
    ["EV_ACTOR_REGISTERED_UNVERIFIED_V0", "VERIFIED", "EV_ACTOR_VERIFIED_V0"],
  );
});

test("the Collatz workflow computes, checks and stores its sequences", { skip }, async (t) => {
  const place = workspace(t, { snapshot });
  const wf = "ai_governance::WF_DEMO_COLLATZ_CONJECTURE_V0";
  const report = await run(place, wf, { numbers: [6] });
  assert.equal(report["exit_reason_code"], "COMPLETED");
  const computed = at(report, "results", "CC_COMPUTE_SEQUENCES_V0", "sequences", "6");
  assert.deepEqual(computed, [6, 3, 10, 5, 16, 8, 4, 2, 1]);
  const [effect] = report["effects"] as JsonObject[];
  assert.deepEqual(
    [effect?.["op"], effect?.["store"], effect?.["outcome"]],
    ["WRITE", "COLLATZ_RESULTS", "SUCCESS"],
  );

  const refused = await run(place, wf, { numbers: [0, 98, -5] }, 1);
  assert.deepEqual([refused["exit_reason_code"], refused["effects"]], ["EXIT_VIOLATION", []]);
});

const AUDIT = "data/ai_governance/agent_governance/governance_audit.jsonl";

const action = (tool_name: string, tier: string, requesting_user_id: string): JsonObject => ({
  tool_name,
  parameters: { tier, quantity: 10 },
  requesting_user_id,
  domain_context: "ai_licensing",
});

it("an agent's action is governed by the licence facts of the data root", { skip }, async (t) => {
  const place = workspace(t, { snapshot });
  const facts = place.path("data/ai_governance/ai_licensing/license_facts.json");
  mkdirSync(dirname(facts), { recursive: true });
  cpSync(sharedPath("published/seeds/license_facts.json"), facts);
  const govern = (payload: JsonObject) => run(place, "ai_governance::WF_GOVERN_AGENT_ACTION_V0", payload);
  const ops = (report: JsonObject) => (report["effects"] as JsonObject[]).map(({ op }) => op);

  const allowed = await govern(action("PROVISION_STANDARD_LICENSE", "standard", "EMP_STD_001"));
  assert.deepEqual(ops(allowed), ["READ", "REGISTER", "APPEND"]);
  const unlicensed = await govern(action("PROVISION_STANDARD_LICENSE", "standard", "EMP_NONE_001"));
  assert.deepEqual(ops(unlicensed), ["READ", "APPEND"]);
  const beyondTier = await govern(action("PROVISION_PREMIUM_LICENSE", "premium", "EMP_STD_001"));
  assert.deepEqual(ops(beyondTier), ["READ", "APPEND"]);
  const undeclared = await govern(action("DELETE_DATABASE", "standard", "EMP_STD_001"));
  assert.deepEqual(ops(undeclared), ["APPEND"]);

  assert.deepEqual(
    lines(place.path(AUDIT)).map(({ sequence_number }) => sequence_number),
    [1, 2, 3, 4],
    "each decision is on record",
  );
});

test("a name is not found before it is registered, and found afterwards", { skip }, async (t) => {
  const place = workspace(t, { snapshot });
  const service = "pgs_capabilities.registry.name_service.workflows";
  const lookUp = (exitCode: number) =>
    run(place, `${service}::WF_LOOKUP_NAME_V0`, { name: "alice@example.com" }, exitCode);

  assert.equal((await lookUp(1))["exit_reason_code"], "EXIT_NOT_FOUND");
  const payload = { name: "alice@example.com", resource_addresses: ["addr1", "addr2"] };
  assert.equal((await run(place, `${service}::WF_REGISTER_NAME_V0`, payload))["exit_reason_code"], "COMPLETED");
  const found = await lookUp(0);
  assert.deepEqual(at(found, "results", "lookup", "resource_addresses"), ["addr1", "addr2"]);
});

it("a wallet is made and its owner told, through the binary and a mail server that is not there", {
  skip,
}, async (t) => {
  const place = workspace(t, { snapshot });
  await register(place);
  await run(place, "blockchain::WF_VERIFY_ACTOR_V0", verification, 0);
  const wallet = { wallet_type: "STANDARD", wallet_config: { currency: "BACHI" } };
  const { actor_id, actor_record } = verification;
  writeFileSync(place.path("payload.json"), JSON.stringify({ actor_id, actor_record, ...wallet }));
  const argv = ["run", "--wf", "blockchain::WF_CREATE_WALLET_V0", "--payload", "payload.json", "--json"];
  const said = await place.binaryIn({ SMTP_HOST: "127.0.0.1", SMTP_PORT: "1" }, ...argv);
  const report = document(said);
  assert.deepEqual([said.code, report["exit_reason_code"]], [5, "EXIT_BACKEND_ERROR"], said.out.slice(0, 400));
  assert.equal(outcomes(report)["CC_DERIVE_WALLET_KEYS_V0"], "SUCCESS");
  const [reason] = (report["reasons"] as JsonObject[]).slice(-1);
  assert.deepEqual(
    [reason?.["step"], reason?.["reason"]],
    ["send_wallet_notification", { code: "SMTP_ESOCKET" }],
  );
  await assertSound(place, at(report, "trace", "jsonl") as string);
});

it("the whole published snapshot verifies, and lists its workflows", { skip }, async (t) => {
  const place = workspace(t, { snapshot });
  const verified = document(await place.session("verify", "--json"));
  assert.deepEqual([verified["ok"], verified["seal"], verified["findings"]], [true, "verified", []]);
  const listed = document(await place.session("list", "--json"));
  assert.equal((listed["workflows"] as unknown[]).length, 29);
});
