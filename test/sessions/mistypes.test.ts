/** Who types something else than was meant is told what happened, and what to type. */

import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { IoError } from "../../src/ports.ts";
import { takingTurns } from "../support/portion.ts";
import { fine, ownSnapshot, signersIn } from "./signed.ts";
import {
  assertHint,
  assertNothingLeft,
  assertRefused,
  at,
  document,
  FIXTURES,
  fixture,
  RELEASE,
  workspace,
} from "./world.ts";

const it = takingTurns(import.meta.url);

const completed = ["run", RELEASE, "--payload", fixture("wf-release-change/completed"), "--no-png"];

test("a workflow is suggested for its name as a path, as a file, with one colon or with another domain", async (t) => {
  const place = workspace(t);
  const [, code] = RELEASE.split("::");
  for (const name of [
    RELEASE.replace("::", ":"),
    RELEASE.replace("::", "__"),
    `/${code}`,
    `${RELEASE}/`.slice(0, -1).replace(/^/, "/"),
    `artifacts/workflows/${RELEASE.replace("::", "__")}.json`,
    `other_domain::${code}`,
    `other_domain:${code}`,
  ]) {
    for (const command of ["run", "plan", "show"]) {
      const said = await place.session(command, name);
      assert.equal(said.code, 2, said.err);
      assertHint(said, new RegExp(`^type ${RELEASE} instead of `));
    }
  }
  assertHint(
    await place.session("show", "nope::CC_X"),
    /type pgs query names, which prints the name of every artifact/,
  );
  assertNothingLeft(place);
});

test("an option is no value of the option before it", async (t) => {
  const place = workspace(t);
  for (const [option, next] of [
    ["--payload", "--json"],
    ["--seed", "--no-png"],
    ["--clock", "--seed=1"],
  ] as const) {
    const said = await place.session("run", RELEASE, option, next);
    const message = next === "--json" ? String(at(document(said), "error", "message")) : said.err;
    assert.equal(said.code, 2);
    assert.match(message, new RegExp(`option '${option}' has no value: ${next.split("=")[0]} is an option`));
  }
  const other = await place.session("run", RELEASE, "--seed", "--anything", "--no-png", "--no-md");
  assert.equal(other.code, 1, other.err);
});

test("a command behind -- is performed, and a line that begins otherwise is refused: none ends with nothing said", async (t) => {
  const place = workspace(t);
  const listed = await place.session("list", "--json");
  assert.equal(listed.code, 0, listed.err);
  for (const line of ["-- list --json", "--json -- list", `--workspace ${place.path(".")} -- list --json`])
    assert.deepEqual(await place.session(...line.split(" ")), listed, line);
  for (const line of [
    "--",
    "--json --",
    "-- -- list",
    "-- --json list",
    "- list",
    " list",
    "-- nope",
    "-- -V",
  ]) {
    const said = await place.session(...line.split(" "));
    assert.deepEqual([said.code, said.out + said.err === ""], [2, false], line);
  }
});

test("a data root that is named and new is said to be new, once it is there; the usual one is not", async (t) => {
  const place = workspace(t);
  const named = await place.session(...completed, "--data-root", "dta");
  assert.equal(existsSync(place.path("dta")), true);
  assert.match(named.err, /^notice: the data root .*dta is new$/m);
  assert.doesNotMatch((await place.session(...completed, "--data-root", "dta")).err, /notice/);
  assert.doesNotMatch((await place.session(...completed)).err, /notice/);
  assert.doesNotMatch((await place.session(...completed, "--data-root", "other", "--quiet")).err, /notice/);
});

test("the locks of a data root that is not there are not said to be none", async (t) => {
  const place = workspace(t);
  const said = await place.session("data", "locks", "--data-root", "nope");
  assert.deepEqual([said.code, said.out.includes("no store is locked")], [0, false]);
  assert.match(said.out, /^there is no data root .*nope/);
});

test("an actor is a full name, as the help says", async (t) => {
  const place = workspace(t);
  for (const actor of ["bob", "a::b", "::AC_X"]) {
    const said = await place.session(...completed, "--actor", actor);
    assertRefused(said, 2, "BAD_USAGE");
    assertHint(said, /--actor/);
  }
  assertNothingLeft(place);
});

it("what is named and not there has a hint, which names the command that was typed", async (t) => {
  const place = workspace(t, { data: join(FIXTURES, "data") });
  assertHint(await place.session("gate", "--scenarios", "nope"), /pgs gate --scenarios/);
  assertHint(await place.session("run", RELEASE, "--payload", "zzz.json"), /name a file that exists/);
  // An ending in common makes no two names alike.
  writeFileSync(place.path("out.jsonl"), "");
  const payloads = (file: string) => place.session("run", RELEASE, "--payloads", file);
  assertHint(await payloads("nope.jsonl"), /^name a file that exists; a relative/);
  assertHint(await payloads("out.jsnol"), /^type out\.jsonl instead of out\.jsnol$/);
  const scenarios = join(FIXTURES, "../scenarios");
  assertHint(await place.session("test", scenarios, "--filter", "nope"), /without --filter/);
});

test("a seal that cannot be written is named, with what to do", async (t) => {
  const place = ownSnapshot(t);
  const replaceFile = () => {
    throw new IoError("EACCES", null);
  };
  const said = await place.sessionIn({ replaceFile }, "seal");
  assertRefused(said, 3, "SEAL_UNWRITABLE");
  assert.match(said.err, /the seal cannot be written: EACCES \(.*seal\.json\)/);
  assertHint(said, /folder/);
});

it("a new seal over a broken one says that signatures may be lost, however it is broken", async (t) => {
  const place = ownSnapshot(t);
  const [ada] = signersIn(place, "ada");
  fine(await place.session("seal", "--key", ada?.privateFile ?? ""));
  const seal = place.path("protocol_snapshot/seal.json");
  const text = readFileSync(seal, "utf8");
  for (const broken of [
    text.slice(0, 300),
    text.replace(/\n\{"payload":/, '\n {"payload":'),
    JSON.stringify(JSON.parse(text), null, 2),
    `<<<<<<< ours\n${text}`,
  ]) {
    writeFileSync(seal, broken);
    const refused = await place.session("run", RELEASE);
    assertRefused(refused, 3, /^pgs: (\w+)/.exec(refused.err)?.[1] ?? "");
    assertHint(refused, /signatures .* are lost/);
    const sealed = fine(await place.session("seal"));
    assert.match(
      sealed.err,
      /^the previous seal cannot be read: \d of its signatures are kept, any others are lost$/m,
    );
    assert.equal(document(fine(await place.session("seal", "--json")))["seal_was_broken"], false);
  }
});
