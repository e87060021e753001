/** Signing what a trace says of its run, and checking who did. */

import assert from "node:assert/strict";
import {
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { verifyTrace } from "../../src/examine/verify.ts";
import { sha256 } from "../../src/json/canonical.ts";
import type { JsonObject } from "../../src/json/value.ts";
import { IoError } from "../../src/ports.ts";
import { envelopeText } from "../../src/sign/dsse.ts";
import type { Statement } from "../../src/sign/statement.ts";
import { runStatement } from "../../src/sign/subjects.ts";
import { signStatement } from "../../src/sign/verify.ts";
import { type EditableLine, forge as forgeTrace } from "../examine/examination.ts";
import { takingTurns } from "../support/portion.ts";
import { edit } from "./reauthor.ts";
import { codesOf, type FiledSigner, fine, signersIn, verdictsOf } from "./signed.ts";
import {
  assertHint,
  assertRefused,
  at,
  document,
  FIXTURES,
  fixture,
  lines,
  RELEASE,
  type Workspace,
  workspace,
} from "./world.ts";

const it = takingTurns(import.meta.url);

interface Attested {
  readonly place: Workspace;
  readonly trace: string;
  readonly attestation: string;
  readonly ada: FiledSigner;
  readonly ben: FiledSigner;
}

/** The trace of one run, and two who may sign it. */
async function ran(t: Parameters<typeof workspace>[0]): Promise<Attested> {
  const place = workspace(t, { data: join(FIXTURES, "data") });
  await place.session("run", "--wf", RELEASE, "--payload", fixture("wf-release-change/completed"), "--no-png");
  const [trace] = place.traces() as [string];
  const [ada, ben] = signersIn(place, "ada", "ben") as [FiledSigner, FiledSigner];
  return { place, trace, attestation: trace.replace(/jsonl$/, "intoto.json"), ada, ben };
}

/** What is signed in the file. */
function statementIn(file: string): JsonObject {
  const { payload } = JSON.parse(readFileSync(file, "utf8")) as { payload: string };
  return JSON.parse(Buffer.from(payload, "base64").toString()) as JsonObject;
}

it("an attestation says which trace it is about, and what became of the run", async (t) => {
  const { place, trace, attestation, ada } = await ran(t);
  const report = document(fine(await place.session("attest", trace, "--key", ada.privateFile, "--json")));
  assert.deepEqual([report["attestation"], report["signatures"]], [attestation, [ada.keyid]]);
  const events = lines(trace);
  const statement = statementIn(attestation);
  const id = at(events[0], "execution_id");
  const digest = { sha256: sha256(readFileSync(trace)) };
  assert.deepEqual(statement["subject"], [{ name: `${id}.jsonl`, digest }]);
  assert.deepEqual(statement["predicate"], {
    events: events.length,
    exit_reason_code: "COMPLETED",
    head: at(events.at(-1), "hash"),
    outcome: "SUCCESS",
    runtime: at(events[0], "payload", "runtime"),
    snapshot: at(events[0], "payload", "snapshot"),
    status: "SUCCESS",
    workflow: RELEASE,
  });
});

it("an attestation names the actor, shows it, and is not of a trace with another one or none", async (t) => {
  const place = workspace(t, { data: join(FIXTURES, "data") });
  const actor = "release_governance::AC_RELEASE_MANAGER_V0";
  const payload = fixture("wf-release-change/completed");
  fine(await place.session("run", "--wf", RELEASE, "--payload", payload, "--actor", actor, "--no-png"));
  const [trace] = place.traces() as [string];
  const [ada] = signersIn(place, "ada") as [FiledSigner];
  const signed = fine(await place.session("attest", trace, "--key", ada.privateFile));
  assert.match(signed.out, new RegExp(`^actor ${actor}$`, "m"));
  assert.equal(at(statementIn(trace.replace(/jsonl$/, "intoto.json")), "predicate", "actor"), actor);
  const verify = ["attest", trace, "--verify", "--key", ada.publicFile];
  assert.match(fine(await place.session(...verify)).out, new RegExp(`^actor ${actor}$`, "m"));
  assert.equal(at(document(await place.session(...verify, "--json")), "predicate", "actor"), actor);

  const text = readFileSync(trace, "utf8");
  const head = at(lines(trace).at(-1), "hash") as string;
  for (const other of ["release_governance::AC_CEO_V0", undefined]) {
    const { actor: _, ...nobody } = JSON.parse(text.slice(0, text.indexOf("\n"))).payload;
    const payload = other === undefined ? nobody : { ...nobody, actor: other };
    const forged = forgeTrace(text, ([start, ...rest]) => [{ ...(start as EditableLine), payload }, ...rest]);
    writeFileSync(trace, forged);
    fine(await place.session("examine", trace));
    assert.equal((await place.session("examine", trace, "--head", head)).code, 7);
    const said = document(await place.session(...verify, "--json"));
    assert.deepEqual([said["ok"], codesOf(said)], [false, ["SIGNATURE_OTHER_RUN", "SIGNATURE_UNTRUSTED"]]);
  }
});

it("several sign one after the other, in whichever order, and each is known", async (t) => {
  const { place, trace, attestation, ada, ben } = await ran(t);
  fine(await place.session("attest", trace, "--key", ada.privateFile));
  fine(await place.sessionIn({ env: { PGS_SIGNING_KEY: ben.privatePem } }, "attest", trace));
  const text = readFileSync(attestation, "utf8");
  fine(await place.session("attest", trace, "--key", ada.privateFile));
  assert.equal(readFileSync(attestation, "utf8"), text, "who signs again changes nothing");
  rmSync(attestation);
  fine(await place.session("attest", trace, "--key", ben.privateFile, "--key", ada.privateFile));
  assert.equal(readFileSync(attestation, "utf8"), text);

  const both = ["--key", ada.publicFile, "--key", ben.publicFile, "--require-signature", "2"];
  const report = document(fine(await place.session("attest", trace, "--verify", ...both, "--json")));
  assert.deepEqual(verdictsOf(report), { [ada.keyid]: "valid", [ben.keyid]: "valid" });
  const one = fine(await place.session("attest", trace, "--verify", "--key", ben.publicFile));
  assert.match(one.out, new RegExp(`^  ${ada.keyid}  its key was not given$`, "m"));
  const env = { PGS_TRUSTED_KEYS: ada.publicFile };
  fine(await place.sessionIn({ env }, "attest", trace, "--verify"));
});

/** What signatures look like that another tool wrote: their key ids are a hint, which may be absent or wrong. */
const FOREIGN_KEYIDS: readonly ((sig: { keyid?: string }, i: number) => void)[] = [
  (one) => delete one.keyid,
  (one) => {
    one.keyid = "";
  },
  (one) => {
    one.keyid = "the same for all";
  },
];

for (const [i, spoil] of FOREIGN_KEYIDS.entries()) {
  it(`a signature is replaced only by one of the same key, whatever key ids are stated (${i})`, async (t) => {
    const { place, trace, attestation, ada, ben } = await ran(t);
    const [cyd] = signersIn(place, "cyd") as [FiledSigner];
    fine(await place.session("attest", trace, "--key", ada.privateFile, "--key", ben.privateFile));
    edit(attestation, (text) => {
      const envelope = JSON.parse(text) as { signatures: { keyid?: string }[] };
      envelope.signatures.forEach(spoil);
      return JSON.stringify(envelope);
    });
    fine(await place.session("attest", trace, "--key", cyd.privateFile));
    const all = [ada, ben, cyd].flatMap(({ publicFile }) => ["--key", publicFile]);
    fine(await place.session("attest", trace, "--verify", ...all, "--require-signature", "3"));
    fine(await place.session("attest", trace, "--key", ada.privateFile, "--key", cyd.privateFile));
    const { signatures } = JSON.parse(readFileSync(attestation, "utf8")) as { signatures: unknown[] };
    assert.equal(signatures.length, 3);
  });
}

it("an attestation is not written through a link, nor over what is no file", async (t) => {
  const { place, trace, attestation, ada } = await ran(t);
  const sign = () => place.session("attest", trace, "--key", ada.privateFile);
  const elsewhere = place.path("elsewhere");
  symlinkSync(elsewhere, attestation);
  assertRefused(await sign(), 2, "ATTESTATION_UNWRITABLE");
  assert.ok(!existsSync(elsewhere));
  rmSync(attestation);
  fine(await sign());
  renameSync(attestation, elsewhere);
  const before = readFileSync(elsewhere, "utf8");
  symlinkSync(elsewhere, attestation);
  assertRefused(await sign(), 2, "ATTESTATION_UNWRITABLE");
  assert.equal(readFileSync(elsewhere, "utf8"), before);
  rmSync(attestation);
  mkdirSync(attestation);
  assert.equal((await sign()).code, 2);
});

it("a trace and its attestation may be moved and named anew", async (t) => {
  const { place, trace, ada } = await ran(t);
  fine(await place.session("attest", trace, "--key", ada.privateFile, "--attestation", "signed.json"));
  cpSync(trace, place.path("run.jsonl"));
  const argv = ["--verify", "--key", ada.publicFile, "--attestation", "signed.json"];
  fine(await place.session("attest", "run.jsonl", ...argv));
});

/** Signs a statement that no run made. */
function forge({ trace, ada, attestation }: Attested, change: (one: Statement) => Statement) {
  const bytes = readFileSync(trace);
  const { events, head } = verifyTrace(bytes);
  assert.ok(head !== null);
  const forged = signStatement(change(runStatement({ bytes, events, head })), ada.signing);
  writeFileSync(attestation, `${envelopeText(forged)}\n`);
}

const tampered: readonly (readonly [
  about: string,
  change: (run: Attested) => void,
  findings: readonly string[],
])[] = [
  [
    "a changed byte of the trace",
    ({ trace }) => edit(trace, (text) => text.replace("CHG-2041", "CHG-2042")),
    ["TRACE_NOT_INTACT", "SIGNATURE_OTHER_RUN", "SIGNATURE_UNTRUSTED"],
  ],
  [
    "a trace cut at a line's end",
    ({ trace }) => edit(trace, (text) => text.replace(/[^\n]+\n$/, "")),
    ["TRACE_NOT_INTACT", "SIGNATURE_OTHER_RUN", "SIGNATURE_UNTRUSTED"],
  ],
  [
    "a changed payload",
    ({ attestation }) => edit(attestation, (text) => text.replace('"payload":"ey', '"payload":"ez')),
    ["SIGNATURE_INVALID", "SIGNATURE_UNTRUSTED"],
  ],
  [
    "a changed signature",
    ({ attestation }) =>
      edit(attestation, (text) => text.replace(/"sig":"(.)/, (_, one) => `"sig":"${one === "A" ? "B" : "A"}`)),
    ["SIGNATURE_INVALID", "SIGNATURE_UNTRUSTED"],
  ],
  ["no attestation", ({ attestation }) => rmSync(attestation), ["ATTESTATION_MISSING"]],
  [
    "an attestation without signatures",
    ({ attestation }) => edit(attestation, (text) => text.replace(/"signatures":.*\]/, '"signatures":[]')),
    ["ATTESTATION_MALFORMED"],
  ],
  [
    "an attestation that is no JSON",
    ({ attestation }) => edit(attestation, (text) => text.slice(1)),
    ["ATTESTATION_MALFORMED"],
  ],
];

for (const [about, change, findings] of tampered) {
  it(`${about} is found`, async (t) => {
    const run = await ran(t);
    const { place, trace, ada } = run;
    fine(await place.session("attest", trace, "--key", ada.privateFile));
    const check = ["attest", trace, "--verify", "--key", ada.publicFile];
    fine(await place.session(...check));
    change(run);
    const said = await place.session(...check, "--json");
    assert.deepEqual([said.code, codesOf(document(said))], [7, findings]);
    const text = await place.session(...check);
    assert.deepEqual([text.code, text.out], [7, ""]);
    for (const code of findings) assert.match(text.err, new RegExp(`^pgs: ${code} `, "m"));
  });
}

it("an attestation of another run is found, and so is one by another key", async (t) => {
  const { place, trace, attestation, ada, ben } = await ran(t);
  await place.session("run", "--wf", RELEASE, "--payload", fixture("wf-release-change/quorum-not-met"));
  const other = place.traces().find((one) => one !== trace) as string;
  fine(await place.session("attest", trace, "--key", ada.privateFile));
  const argv = ["attest", other, "--verify", "--key", ada.publicFile, "--attestation", attestation];
  const swapped = await place.session(...argv, "--json");
  const codes = ["SIGNATURE_OTHER_RUN", "SIGNATURE_UNTRUSTED"];
  assert.deepEqual([swapped.code, codesOf(document(swapped))], [7, codes]);
  const stranger = await place.session("attest", trace, "--verify", "--key", ben.publicFile, "--json");
  assert.deepEqual([stranger.code, codesOf(document(stranger))], [7, ["SIGNATURE_UNTRUSTED"]]);
});

test("a trusted signer who says something untrue of the run is not believed", async (t) => {
  const run = await ran(t);
  const { place, trace, ada } = run;
  const check = ["attest", trace, "--verify", "--key", ada.publicFile, "--json"];
  forge(run, (one) => one);
  fine(await place.session(...check));
  const lies: readonly JsonObject[] = [{ outcome: "VIOLATION" }, { head: "0".repeat(64) }, { more: true }];
  for (const lie of lies) {
    forge(run, (one) => ({ ...one, predicate: { ...one.predicate, ...lie } }));
    const said = await place.session(...check);
    assert.deepEqual(codesOf(document(said)), ["SIGNATURE_OTHER_RUN", "SIGNATURE_UNTRUSTED"]);
    assert.equal(at(document(said), "findings", 0, "facts", "pointer"), `/predicate/${Object.keys(lie)[0]}`);
  }
  forge(run, (one) => ({ ...one, predicateType: "urn:pgs-runner:seal:1" }));
  assert.deepEqual(codesOf(document(await place.session(...check))), [
    "SIGNATURE_MALFORMED",
    "SIGNATURE_UNTRUSTED",
  ]);
});

test("a trace that is not intact is not attested", async (t) => {
  const { place, trace, attestation, ada } = await ran(t);
  edit(trace, (text) => text.replace('"status":"ACK"', '"status":"NACK"'));
  const said = await place.session("attest", trace, "--key", ada.privateFile);
  assertRefused(said, 2, "TRACE_NOT_INTACT");
  assert.match(said.err, /BAD_HASH, .* \(.*\.jsonl:\d+\)/);
  assert.ok(!existsSync(attestation));
});

test("an attestation of something else is not written over", async (t) => {
  const { place, trace, attestation, ada, ben } = await ran(t);
  fine(await place.session("attest", trace, "--key", ada.privateFile));
  edit(attestation, (text) => text.replace(/"payload":"[^"]+"/, '"payload":"e30="'));
  const before = readFileSync(attestation, "utf8");
  const differs = await place.session("attest", trace, "--key", ben.privateFile);
  assertRefused(differs, 2, "ATTESTATION_DIFFERS");
  assertHint(differs, /--attestation FILE/);
  const overTrace = await place.session("attest", trace, "--key", ben.privateFile, "--attestation", trace);
  assertRefused(overTrace, 2, "BAD_USAGE");
  assert.equal(readFileSync(attestation, "utf8"), before);
});

test("what cannot be signed, written or asked for is refused with what to type", async (t) => {
  const { place, trace, ada } = await ran(t);
  const noKey = await place.session("attest", trace);
  assertRefused(noKey, 2, "SIGNING_KEY_MISSING");
  assertHint(noKey, /--key FILE.*PGS_SIGNING_KEY/);
  assertRefused(await place.session("attest", trace, "--verify"), 2, "TRUSTED_KEYS_TOO_FEW");
  assertRefused(await place.session("attest", "no.jsonl", "--key", ada.privateFile), 2, "FILE_MISSING");
  const asked = await place.session("attest", trace, "--key", ada.privateFile, "--require-signature");
  assertRefused(asked, 2, "BAD_USAGE");
  assertHint(asked, /--verify/);
  const replaceFile = () => {
    throw new IoError("EROFS", null);
  };
  const unwritable = await place.sessionIn({ replaceFile }, "attest", trace, "--key", ada.privateFile);
  assertRefused(unwritable, 2, "ATTESTATION_UNWRITABLE");
  assert.match(unwritable.err, /EROFS/);
});
