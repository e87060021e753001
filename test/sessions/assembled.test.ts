/** The commands on assembled snapshots: that of the successor's fifth version, and that of its release 9. */

import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { suite, test } from "node:test";
import { sha256 } from "../../src/json/canonical.ts";
import { canonicalPython, prettyPython } from "../../src/json/python-canonical.ts";
import type { JsonObject } from "../../src/json/value.ts";
import { machineBlock } from "../../src/snapshot/derive.ts";
import { identified, read } from "../snapshot/assembled-files.ts";
import type { Contents } from "../snapshot/memory-files.ts";
import { bytesIn, textsIn, unpacked } from "../support/archive.ts";
import { takingTurns } from "../support/portion.ts";
import { sharedPath, skipWithout } from "../support/shared.ts";
import { at, document, lines, type Workspace, workspace } from "./world.ts";

const it = takingTurns(import.meta.url);

const V5 = "assembled/v5-subset.tar.xz";
const RELEASE_9 = "assembled/release9-three-domains.tar.xz";
const WHOLE_9 = "assembled/release9-snapshot.tar.xz";

const REGISTER = "book_library_mgmt::WF_REGISTER_BOOK_V0";
const DECIDE = "blockchain::WF_RECORD_VERIFICATION_DECISION_V0";
const COLLATZ = "workload::WF_COLLATZ_CONJECTURE_V0";
const UPDATE = "book_library_mgmt::WF_UPDATE_BIBLIOGRAPHIC_INFORMATION";

const forms = [
  { form: "v5", archive: V5, folder: "subset", workflows: 17, superseded: [DECIDE, `${UPDATE}_V0`] },
  { form: "release 9", archive: RELEASE_9, folder: "snapshot", workflows: 16, superseded: [DECIDE] },
];

const SKIPPED = { test: "skipped", coverage: "skipped" };

const actorOf = (place: Workspace) => at(lines(place.traces()[0] ?? "")[0], "payload", "actor");

for (const { form, archive, folder, workflows, superseded } of forms) {
  suite(`the commands on an assembled snapshot of ${form}`, { skip: skipWithout(archive) }, () => {
    const open = (t: Parameters<typeof workspace>[0]) =>
      workspace(t, { snapshot: join(unpacked(archive), folder), capabilities: false });

    it("list shows the workflows that are in force, and with --all those that others supersede", async (t) => {
      const place = open(t);
      const named = (said: JsonObject) => said["workflows"] as readonly (JsonObject & { workflow: string })[];
      const all = named(document(await place.session("list", "--all", "--json")));
      const inForce = named(document(await place.session("list", "--json"))).map(({ workflow }) => workflow);
      assert.equal(all.length, workflows);
      const rest = all.filter(({ workflow }) => !inForce.includes(workflow));
      assert.deepEqual(
        rest.map(({ workflow }) => workflow),
        superseded,
      );
      const { out } = await place.session("list", "--all");
      for (const { superseded_by } of rest)
        assert.ok(out.includes(`superseded by ${(superseded_by as readonly string[]).join(", ")}`), out);
      const { code, err } = await place.session("run", DECIDE, "--payload", "nowhere.json");
      assert.equal(code, 2);
      for (const successor of ["WF_ACCEPT_ACTOR_V0", "WF_REJECT_ACTOR_V0"])
        assert.ok(err.includes(`blockchain::${successor}`), err);
      assert.deepEqual(place.traces(), []);
    });

    it("every workflow plans, and its artifacts are shown", async (t) => {
      const place = open(t);
      const { workflows: rows } = document(await place.session("list", "--all", "--json")) as {
        workflows: readonly { workflow: string }[];
      };
      const named = new Set<string>();
      for (const { workflow } of rows) {
        const plan = document(await place.session("plan", workflow, "--json"));
        assert.equal(at(plan, "snapshot", "seal"), "sealed");
        named.add(String(plan["runtime_binding"])).add(String(plan["actor_context"]));
      }
      for (const name of named) assert.equal((await place.session("show", name, "--json")).code, 0, name);
    });

    it("a run is recorded, valid, replayed, and can be read in every way", async (t) => {
      const place = open(t);
      writeFileSync(place.path("payload.json"), JSON.stringify({ numbers: [27, 6] }));
      const run = document(await place.session("run", COLLATZ, "--payload", "payload.json", "--json"));
      assert.deepEqual([run["status"], run["events"]], ["SUCCESS", ["workload::EV_CONJECTURE_EVALUATED_V0"]]);
      assert.equal(actorOf(place), "workload::AC_REFERENCE_ACTOR_V0");
      assert.match((await place.session("examine", "--last")).out, /^VALID .*\n.*yes.*\n.*yes\n.*yes/);
      for (const command of [
        ["render", "--last"],
        ["explain", String(run["trace_id"])],
        ["draw", COLLATZ, "--html", "drawn.html"],
        ["draw", COLLATZ, "--svg", "drawn.svg"],
        ["runs"],
      ])
        assert.equal((await place.session(...command)).code, 0, command.join(" "));
      const { workflows: covered } = document(await place.session("coverage", "--last", "--json")) as {
        workflows: readonly { workflow: string; percent: number }[];
      };
      assert.equal(covered.length, workflows - superseded.length);
      assert.ok(covered.every(({ workflow, percent }) => percent > 0 === (workflow === COLLATZ)));
    });

    it("an actor that is another one than the declared one is recorded, and a notice", async (t) => {
      const place = open(t);
      writeFileSync(place.path("payload.json"), JSON.stringify({ numbers: [3] }));
      const running = ["run", COLLATZ, "--payload", "payload.json", "--no-png", "--no-md"];
      const { err } = await place.session(...running, "--actor", "other::AC_CLERK_V0");
      assert.ok(err.includes("notice: ACTOR_DIFFERS"), err);
      assert.equal(actorOf(place), "other::AC_CLERK_V0");
      const { err: silent } = await place.session(...running, "--actor", "workload::AC_REFERENCE_ACTOR_V0");
      assert.ok(!silent.includes("ACTOR_DIFFERS"), silent);
    });

    it("the gate verifies it, and says what of the other parts there is", async (t) => {
      const { parts } = document(await open(t).session("gate", "--json")) as {
        parts: readonly { part: string; state: string }[];
      };
      const states = Object.fromEntries(parts.map(({ part, state }) => [part, state]));
      const conformance = form === "v5" ? "passed" : "skipped";
      // The three domains are without the governance that they name.
      const check = "failed";
      assert.deepEqual(states, { ...SKIPPED, verify: "passed", check, capabilities: "passed", conformance });
    });

    it("a snapshot is the same as itself", async (t) => {
      const { code } = await open(t).session("diff", "protocol_snapshot", "protocol_snapshot");
      assert.equal(code, 0);
    });
  });
}

suite("what the fifth version brings along", {
  skip: skipWithout(V5) || skipWithout("assembled/vectors"),
}, () => {
  const subset = () => join(unpacked(V5), "subset");
  const open = (t: Parameters<typeof workspace>[0]) =>
    workspace(t, { snapshot: subset(), capabilities: false });

  test("its 49 conformance cases pass", async (t) => {
    const said = document(await open(t).session("conformance", "--json"));
    assert.deepEqual([said["total"], said["passed"]], [49, 49]);
  });

  it("its 109 steps are equal", async (t) => {
    const said = document(await open(t).session("certify", sharedPath("assembled/vectors"), "--json"));
    assert.deepEqual([at(said, "steps", "total"), at(said, "steps", "equal")], [109, 109]);
  });

  it("three events of one EXIT are announced in order", async (t) => {
    const place = open(t);
    const vector = JSON.parse(
      textsIn(sharedPath("assembled/vectors")).get("v5_register_book.json") ?? "{}",
    ) as JsonObject;
    writeFileSync(place.path("book.json"), JSON.stringify(at(vector, "steps", 0, "payload")));
    const run = document(await place.session("run", REGISTER, "--payload", "book.json", "--json"));
    assert.deepEqual(
      run["events"],
      ["WORK", "BOOK", "PHYSICAL_COPY"].map((what) => `book_library_mgmt::EV_${what}_REGISTERED_V0`),
    );
    const plan = document(await place.session("plan", REGISTER, "--json"));
    assert.deepEqual(at(plan, "nodes", "EXIT_COMPLETED", "emit"), run["events"]);
  });

  test("the stores that a workflow consults are marked in its plan", async (t) => {
    const { out } = await open(t).session("plan", "blockchain::WF_CREATE_WALLET_V0");
    assert.match(out, /READ ACTORS \(consulted\)/);
    assert.match(out, /WRITE WALLETS\n/);
  });

  it("one literal that is another one is one breaking difference", async (t) => {
    const place = open(t);
    const workflow = "canonical/blockchain/workflows/blockchain__WF_CREATE_WALLET_V0.json";
    write(
      place,
      "changed",
      withText(workflow, (text) =>
        text.replaceAll("- ACCEPTED", "- REJECTED").replaceAll('"ACCEPTED"', '"REJECTED"'),
      ),
    );
    const { differences } = document(await place.session("diff", "protocol_snapshot", "changed", "--json")) as {
      differences: readonly JsonObject[];
    };
    const literal = "/frontmatter/core/nodes/CC_REQUIRE_ACCEPTED_HOLDER_V0/inputs/states_admitting_a_wallet/0";
    const literals = differences.map(({ artifact, at: where, breaking, a = null, b = null }) => {
      assert.deepEqual([artifact, where, breaking], ["blockchain::WF_CREATE_WALLET_V0", literal, true]);
      return [a, b];
    });
    // Of a list that names a set, one value is gone and another one is there.
    assert.deepEqual(literals, [
      ["ACCEPTED", null],
      [null, "REJECTED"],
    ]);
  });

  /** The snapshot with one artifact changed, its hash and the seal made anew. */
  const withText = (path: string, edit: (text: string) => string): Contents => {
    const contents: Contents = new Map();
    for (const [name, bytes] of bytesIn(subset())) contents.set(name, bytes);
    const artifact = JSON.parse(edit(String(contents.get(path)))) as JsonObject;
    const hash = sha256(canonicalPython(machineBlock(String(artifact["content"]))));
    contents.set(path, Buffer.from(prettyPython({ ...artifact, content_hash: hash })));
    const manifest = read(contents, "manifest.json") as JsonObject & { constituents: readonly JsonObject[] };
    const constituents = manifest.constituents.map((one) =>
      one["path"] === path ? { path, sha256: sha256(contents.get(path) ?? "") } : one,
    );
    return identified(contents, { ...manifest, constituents });
  };

  const write = (place: Workspace, folder: string, contents: Contents) => {
    for (const [path, bytes] of contents) {
      mkdirSync(dirname(place.path(`${folder}/${path}`)), { recursive: true });
      writeFileSync(place.path(`${folder}/${path}`), bytes);
    }
  };
});

suite("the whole release 9", { skip: skipWithout(WHOLE_9) || skipWithout(V5) }, () => {
  const open = (t: Parameters<typeof workspace>[0]) =>
    workspace(t, { snapshot: join(unpacked(WHOLE_9), "snapshot"), capabilities: false });

  it("a workflow whose transforms this build lacks is refused with all of them", async (t) => {
    const place = open(t);
    const said = await place.session("plan", "transformation::WF_P1_CHANGE_REQUEST_ADMISSIBILITY_V0", "--json");
    assert.equal(said.code, 3);
    const reasons = at(document(said), "error", "details", "reasons") as readonly {
      code: string;
      what: string;
    }[];
    assert.deepEqual([...new Set(reasons.map(({ code }) => code))], ["NO_IMPLEMENTATION"]);
    const named = new Set(reasons.map(({ what }) => /transformation::\w+/.exec(what)?.[0]));
    assert.ok(named.size > 1, [...named].join(" "));
  });

  it("compared with the fifth version, workflows are kept, gone and superseded", async (t) => {
    const place = open(t);
    const { differences } = document(
      await place.session("diff", "protocol_snapshot", join(unpacked(V5), "subset"), "--json"),
    ) as { differences: readonly (JsonObject & { artifact: string })[] };
    const workflows = (kind: string, change: string) =>
      differences
        .filter((one) => one["kind"] === kind && one["change"] === change && one.artifact.includes("::WF_"))
        .map(({ artifact }) => artifact);
    assert.deepEqual(workflows("artifact", "added"), [`${UPDATE}_V1`]);
    const gone = workflows("artifact", "removed").map((name) => name.split("::")[0]);
    assert.deepEqual([...new Set(gone)], ["ai_governance", "transformation"]);
    assert.equal(gone.length, 14);
    assert.deepEqual(workflows("compilation", "changed"), [`${UPDATE}_V0`]);
  });
});
