/** Locks as an operator sees them. */

import assert from "node:assert/strict";
import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { type TestContext, test } from "node:test";
import { openStores } from "../../src/storage/files/stores.ts";
import { ENDED, lockText, running } from "../support/lock-text.ts";
import { takingTurns } from "../support/portion.ts";
import { document, FIXTURES, fixture, RELEASE, type Workspace, workspace } from "./world.ts";

const it = takingTurns(import.meta.url);

const LOCKS = {
  "a/log.jsonl.lock": lockText(ENDED),
  "a/log.jsonl.lock.claim": lockText({ ...ENDED, boot: "00000000-0000-0000-0000-000000000000" }),
  "a/state.lock": lockText(running(process.ppid)),
  "b.lock": lockText({ host: "elsewhere", pid: 7, namespace: "5.6" }),
  "old.lock": "4711:host:0123456789abcdef",
};

function locked(t: TestContext): Workspace {
  const place = workspace(t);
  mkdirSync(place.path("data/a"), { recursive: true });
  for (const [file, text] of Object.entries(LOCKS)) symlinkSync(text, place.path(`data/${file}`));
  // Stores that are called like locks.
  writeFileSync(place.path("data/yarn.lock"), "a store");
  symlinkSync("yarn.lock", place.path("data/alias.lock"));
  writeFileSync(place.path("data/empty.lock"), "");
  return place;
}

test("every lock is listed with its holder, and no store that is only called like one", async (t) => {
  const place = locked(t);
  const { locks } = document(await place.session("data", "locks", "--json")) as unknown as {
    locks: Listed[];
  };
  assert.deepEqual(
    locks.map(({ file, holder, state }) => [file, holder.host, holder.pid, state]),
    [
      ["a/log.jsonl.lock", hostname(), ENDED.pid, "dead"],
      ["a/log.jsonl.lock.claim", hostname(), ENDED.pid, "unknown"],
      ["a/state.lock", hostname(), process.ppid, "alive"],
      ["b.lock", "elsewhere", 7, "unknown"],
      ["empty.lock", null, null, "unknown"],
      ["old.lock", null, null, "unknown"],
    ],
  );
  const { code, out } = await place.session("data", "locks");
  assert.equal(code, 0);
  assert.match(
    out,
    /^b\.lock +process 7 on host elsewhere in PID namespace 5 +since \S+Z +unknown: another host/m,
  );
  assert.equal((await workspace(t).session("data", "locks")).out, "no store is locked\n");
});

interface Listed {
  readonly file: string;
  readonly state: string;
  readonly holder: { readonly host: string | null; readonly pid: number | null };
}

it("a lock is released unless its holder is known to be alive", async (t) => {
  const place = locked(t);
  const release = (file: string) => place.session("data", "locks", "--release", file);
  const held = await release("a/state.lock");
  assert.equal(held.code, 2);
  assert.match(held.err, new RegExp(`LOCK_HELD process ${process.ppid} has held the lock since`));
  const claimed = await release("a/log.jsonl.lock");
  assert.match(
    claimed.err,
    /LOCK_CLAIMED[\s\S]*pgs data locks; if the holder of a\/log\.jsonl\.lock\.claim has died/,
  );
  for (const file of ["a/log.jsonl.lock.claim", "a/log.jsonl.lock", "b.lock", "empty.lock", "old.lock"]) {
    const { code, out, err } = await release(file);
    assert.deepEqual([code, out.startsWith(`released ${file}, which was held by `)], [0, true], err);
  }
  for (const file of ["yarn.lock", "alias.lock", "b.lock", "../protocol_snapshot/seal.json", "a", "x.lock"]) {
    const { code, err } = await release(file);
    assert.deepEqual([code, /LOCK_MISSING/.test(err)], [2, true], file);
  }
  const left = [...readdirSync(place.path("data")), ...readdirSync(place.path("data/a"))].filter(
    (name) => !name.startsWith(".pgs"),
  );
  assert.deepEqual(left.sort(), ["a", "alias.lock", "state.lock", "yarn.lock"]);
});

test("a run that a lock of another host keeps out says whose it is and how to release it, and then goes on", async (t) => {
  const place = workspace(t, { data: `${FIXTURES}/data` });
  const lock = "release_governance/releases.jsonl.lock";
  symlinkSync(LOCKS["b.lock"], place.path(`data/${lock}`));
  const run = [
    "run",
    ...["--wf", RELEASE, "--payload", fixture("wf-release-change/completed"), "--no-png", "--no-md"],
  ];
  const impatient = { openStores: (root: string) => openStores(root, { lockTimeout: 30 }) };
  const refused = await place.sessionIn(impatient, ...run);
  assert.equal(refused.code, 5);
  const [hint = ""] = /hint: .*/.exec(refused.err) ?? [];
  assert.match(hint, /process 7 on host elsewhere, which has held the lock since \S+Z, has ended/);
  const [, command = ""] = /type pgs (.*)$/.exec(hint) ?? [];
  assert.equal(command, `data locks --release ${lock}`);
  assert.equal((await place.session(...command.split(" "))).code, 0);
  assert.equal((await place.session(...run)).code, 0);
});
