/** Signing a seal, and running only what trusted keys have signed. */

import assert from "node:assert/strict";
import { existsSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { takingTurns } from "../support/portion.ts";
import { artifactFile, edit, reauthor } from "./reauthor.ts";
import { codesOf, type FiledSigner, fine, ownSnapshot, signersIn, verdictsOf } from "./signed.ts";
import {
  assertHint,
  assertNothingLeft,
  assertRefused,
  at,
  document,
  fixture,
  RELEASE,
  type Workspace,
  workspace,
} from "./world.ts";

const it = takingTurns(import.meta.url);

const completed = ["run", "--wf", RELEASE, "--payload", fixture("wf-release-change/completed"), "--no-png"];
const CONTRACT = "release_governance::CC_REGISTER_RELEASE_V0";
const SEAL = "protocol_snapshot/seal.json";

type Names<N extends readonly string[]> = { readonly [K in keyof N]: FiledSigner };

function named<const N extends readonly string[]>(place: Workspace, ...names: N): Names<N> {
  return signersIn(place, ...names) as unknown as Names<N>;
}

function trusting(...signers: readonly FiledSigner[]): readonly string[] {
  return signers.flatMap(({ publicFile }) => ["--key", publicFile]);
}

it("several signers sign one after the other, in whichever order, and the root stays", async (t) => {
  const place = ownSnapshot(t);
  const [ada, ben] = named(place, "ada", "ben");
  const unsigned = document(fine(await place.session("seal", "--json")));
  const unsignedText = readFileSync(place.path(SEAL), "utf8");
  fine(await place.session("seal", "--key", ada.privateFile));
  const both = document(fine(await place.session("seal", "--key", ben.privateFile, "--json")));
  const text = readFileSync(place.path(SEAL), "utf8");
  assert.deepEqual([both["root"], both["dropped"]], [unsigned["root"], 0]);
  assert.deepEqual(both["signatures"], [ada.keyid, ben.keyid].sort());
  assert.ok(text.startsWith(unsignedText.slice(0, -"]}\n".length)));

  const again = document(fine(await place.session("seal", "--json")));
  assert.deepEqual([again, readFileSync(place.path(SEAL), "utf8")], [both, text]);
  rmSync(place.path(SEAL));
  fine(await place.session("seal", "--key", ben.privateFile, "--key", ada.privateFile));
  assert.equal(readFileSync(place.path(SEAL), "utf8"), text);

  const report = document(fine(await place.session("verify", ...trusting(ada, ben), "--json")));
  assert.deepEqual(verdictsOf(report), { [ada.keyid]: "valid", [ben.keyid]: "valid" });
  const said = fine(await place.session("verify", ...trusting(ben)));
  assert.match(said.out, new RegExp(`^  ${ada.keyid}  its key was not given$`, "m"));
  assert.match(said.out, new RegExp(`^  ${ben.keyid}  valid +keys/ben\\.pub\\.pem$`, "m"));
});

it("no signature over the root is dropped: one by the same key is replaced, whatever key ids are stated", async (t) => {
  const place = ownSnapshot(t);
  const [ada, ben, cyd] = named(place, "ada", "ben", "cyd");
  fine(await place.session("seal", "--key", ada.privateFile, "--key", ben.privateFile));
  edit(place.path(SEAL), (text) => text.replaceAll(/"keyid":"\w+"/g, '"keyid":""'));
  fine(await place.session("seal", "--key", cyd.privateFile));
  fine(await place.session("seal", "--key", ben.privateFile));
  const report = document(
    fine(await place.session("verify", ...trusting(ada, ben, cyd), "--require-signature", "3", "--json")),
  );
  assert.equal((report["signatures"] as unknown[]).length, 3);
});

it("a seal whose signatures another tool wrote in its own form keeps them when it is sealed again", async (t) => {
  const place = ownSnapshot(t);
  const [ada, ben] = named(place, "ada", "ben");
  fine(await place.session("seal", "--key", ada.privateFile, "--key", ben.privateFile));
  edit(place.path(SEAL), (text) => text.replaceAll(/"keyid":"\w+",/g, ""));
  const again = document(fine(await place.session("seal", "--json")));
  assert.deepEqual([again["dropped"], (again["signatures"] as unknown[]).length], [0, 2]);
  fine(await place.session("verify", ...trusting(ada, ben), "--require-signature", "2"));
});

test("a seal is not written through a link", async (t) => {
  const place = ownSnapshot(t);
  const elsewhere = place.path("elsewhere");
  symlinkSync(elsewhere, place.path(SEAL));
  const said = await place.session("seal");
  assert.equal(said.code, 3, said.err);
  assert.ok(!existsSync(elsewhere));
});

it("what is signed runs where its signer is trusted, and as before where nobody asks", async (t) => {
  const place = ownSnapshot(t);
  const [ada, ben] = named(place, "ada", "ben");
  const { root } = document(fine(await place.session("seal", "--key", ada.privateFile, "--json")));
  for (const asked of [trusting(ada), trusting(ben, ada), [...trusting(ada), "--require-signature"], []]) {
    const said = await place.session(...completed, ...asked, "--json");
    assert.deepEqual(at(document(said), "snapshot"), { root, seal: "sealed" });
  }
});

/** What somebody may do to a signed snapshot, and what is then said of it. */
const attacks: readonly (readonly [
  about: string,
  change: (text: string) => string,
  run: string,
  verify: readonly string[],
])[] = [
  [
    "its signatures removed",
    (text) => text.replace(/\],"signatures":\[[\s\S]*/, "]}\n"),
    "SIGNATURE_MISSING",
    ["SIGNATURE_MISSING"],
  ],
  [
    "a changed signature",
    (text) => text.replace(/"sig":"(.)/, (_, first) => `"sig":"${first === "A" ? "B" : "A"}`),
    "SIGNATURE_INVALID",
    ["SIGNATURE_INVALID", "SIGNATURE_UNTRUSTED"],
  ],
  [
    "another payload",
    (text) => text.replace(/"payload":"[^"]+"/, `"payload":"${Buffer.from("{}").toString("base64")}"`),
    "SIGNATURE_INVALID",
    ["SIGNATURE_INVALID", "SIGNATURE_UNTRUSTED"],
  ],
  [
    "another type of payload",
    (text) => text.replace("application/vnd.in-toto+json", "application/json"),
    "SIGNATURE_INVALID",
    ["SIGNATURE_INVALID", "SIGNATURE_UNTRUSTED"],
  ],
  [
    "a signature in the other alphabet",
    (text) => text.replace(/"sig":"[^"]+"/, (sig) => sig.replace(/[+/]|.(?==)/, "_")),
    "SEAL_MALFORMED",
    ["SEAL_MALFORMED"],
  ],
];

for (const [about, change, refusal, findings] of attacks) {
  it(`with ${about}, a snapshot is refused and nothing has happened`, async (t) => {
    const place = ownSnapshot(t);
    const [ada] = named(place, "ada");
    fine(await place.session("seal", "--key", ada.privateFile));
    edit(place.path(SEAL), change);
    for (const asked of [trusting(ada), [...trusting(ada), "--require-signature"]]) {
      const said = await place.session(...completed, ...asked);
      assertRefused(said, 3, refusal);
      assertHint(said, /seal|sign/);
      const verified = await place.session("verify", ...asked, "--json");
      assert.deepEqual([verified.code, codesOf(document(verified))], [7, findings]);
    }
    assertNothingLeft(place);
  });
}

test("a signature by another key is refused", async (t) => {
  const place = ownSnapshot(t);
  const [ada, eve] = named(place, "ada", "eve");
  fine(await place.session("seal", "--key", eve.privateFile));
  assertRefused(await place.session(...completed, ...trusting(ada)), 3, "SIGNATURE_UNTRUSTED");
  const said = await place.session("verify", ...trusting(ada), "--json");
  assert.deepEqual([said.code, codesOf(document(said))], [7, ["SIGNATURE_UNTRUSTED"]]);
  assert.deepEqual(verdictsOf(document(said)), { [eve.keyid]: "unknown_key" });
  const text = await place.session("verify", ...trusting(ada));
  assert.match(text.err, new RegExp(`^  ${eve.keyid}  its key was not given$`, "m"));

  // The name of a trusted key makes no signature one of that key.
  edit(place.path(SEAL), (seal) => seal.replace(eve.keyid, ada.keyid));
  assertRefused(await place.session(...completed, ...trusting(ada)), 3, "SIGNATURE_INVALID");
  assertNothingLeft(place);
});

it("a signature over another root is refused, also beside a good one, and by verify without any key", async (t) => {
  const place = ownSnapshot(t);
  const [ada, ben] = named(place, "ada", "ben");
  fine(await place.session("seal", "--key", ada.privateFile));
  const foreign = /^\{"payload":.*\}$/m.exec(readFileSync(place.path(SEAL), "utf8"))?.[0] as string;
  reauthor(place.path("protocol_snapshot"), CONTRACT, (markdown) => `${markdown}\nMore.\n`);
  fine(await place.session("seal", "--key", ben.privateFile));
  edit(place.path(SEAL), (text) => text.replace(/^\{"payload":/m, `${foreign},\n$&`));

  for (const asked of [trusting(ada), trusting(ada, ben), trusting(ben)]) {
    assertRefused(await place.session(...completed, ...asked), 3, "SIGNATURE_OTHER_ROOT");
  }
  const said = await place.session("verify", "--json");
  assert.deepEqual([said.code, codesOf(document(said))], [7, ["SIGNATURE_OTHER_ROOT"]]);
  assert.deepEqual(verdictsOf(document(said)), { [ada.keyid]: "other_subject", [ben.keyid]: "unknown_key" });
  assertNothingLeft(place);
});

test("without its seal, nothing of a snapshot is signed", async (t) => {
  const place = ownSnapshot(t);
  const [ada] = named(place, "ada");
  assertRefused(await place.session(...completed, ...trusting(ada)), 3, "SEAL_ABSENT");
  const said = await place.session("verify", ...trusting(ada), "--json");
  assert.deepEqual([said.code, codesOf(document(said))], [7, ["SEAL_ABSENT"]]);
  assertNothingLeft(place);
});

it("a changed artifact is refused whoever signed the seal; sealed again, it is signed by nobody", async (t) => {
  const place = ownSnapshot(t);
  const [ada, ben] = named(place, "ada", "ben");
  fine(await place.session("seal", "--key", ada.privateFile, "--key", ben.privateFile));
  reauthor(place.path("protocol_snapshot"), CONTRACT, (markdown) => `${markdown}\nMore.\n`);
  assertRefused(await place.session(...completed, ...trusting(ada)), 3, "SEALED_FILE_CHANGED");

  const again = fine(await place.session("seal", "--key", ada.privateFile));
  assert.match(again.err, /^signatures removed because they belong to another root: 2\n$/);
  const report = document(fine(await place.session("verify", ...trusting(ada), "--json")));
  assert.deepEqual(verdictsOf(report), { [ada.keyid]: "valid" });
  edit(place.path(SEAL), (text) => text.replace(/"sig":"/, '"sig":"_'));
  assert.equal(document(fine(await place.session("seal", "--json")))["dropped"], 1);
  assert.doesNotMatch(readFileSync(place.path(SEAL), "utf8"), /"signatures"/);
});

test("what does not verify is not signed", async (t) => {
  const place = ownSnapshot(t);
  const [ada] = named(place, "ada");
  edit(artifactFile(place.path("protocol_snapshot"), CONTRACT), (text) =>
    text.replace('"op": "REGISTER"', '"op": "DEREGISTER"'),
  );
  const said = await place.session("seal", "--key", ada.privateFile);
  assert.deepEqual([said.code, said.out], [3, ""]);
  assert.throws(() => readFileSync(place.path(SEAL)), { code: "ENOENT" });
});

it("as many different keys must have signed as are asked for", async (t) => {
  const place = ownSnapshot(t);
  const [ada, ben, eve] = named(place, "ada", "ben", "eve");
  fine(await place.session("seal", "--key", ada.privateFile, "--key", eve.privateFile));
  const two = [...trusting(ada, ben), "--require-signature", "2"];
  const refused = await place.session(...completed, ...two);
  assertRefused(refused, 3, "SIGNATURE_UNTRUSTED");
  assert.match(refused.err, /trusted keys: 1, required: 2/);
  const tooFew = await place.session("verify", ...trusting(ada, ada), "--require-signature", "2");
  assertRefused(tooFew, 2, "TRUSTED_KEYS_TOO_FEW");
  assertHint(tooFew, /--key FILE/);

  // One line twice is one signer.
  edit(place.path(SEAL), (text) => text.replace(/^(\{"payload":.*\}),?$/m, "$1,\n$&"));
  assertRefused(await place.session(...completed, ...two), 3, "SIGNATURE_UNTRUSTED");
  assertNothingLeft(place);
  fine(await place.session("seal", "--key", ben.privateFile));
  fine(await place.session("verify", ...two));
});

const opening = [
  ["list"],
  ["plan", "--wf", RELEASE],
  ["show", RELEASE],
  ["check"],
  ["diff", "protocol_snapshot", "protocol_snapshot"],
];

it("keys and what is required also come from the environment, for every command that opens the snapshot", async (t) => {
  const place = ownSnapshot(t);
  const [ada, ben] = named(place, "ada", "ben");
  const sealing = { PGS_SIGNING_KEY: ada.privatePem };
  const sealed = document(fine(await place.sessionIn({ env: sealing }, "seal", "--json")));
  assert.deepEqual(sealed["signatures"], [ada.keyid]);

  const trust = (files: string, count = "1") => ({
    env: { PGS_TRUSTED_KEYS: files, PGS_REQUIRE_SIGNATURE: count },
  });
  const both = trust(`${ben.publicFile}:${ada.publicFile}`);
  fine(await place.sessionIn(both, "verify"));
  for (const command of opening) {
    const said = await place.sessionIn(both, ...command);
    assert.ok(![2, 3].includes(said.code), said.err);
  }
  for (const command of [...opening, completed]) {
    assertRefused(await place.sessionIn(trust(ben.publicFile), ...command), 3, "SIGNATURE_UNTRUSTED");
    assertRefused(await place.sessionIn(trust(""), ...command), 2, "TRUSTED_KEYS_TOO_FEW");
  }
  assertRefused(await place.sessionIn(trust(ben.publicFile, "yes"), "list"), 2, "BAD_USAGE");
  const files = `${ben.publicFile}:${ada.publicFile}`;
  assertRefused(await place.sessionIn(trust(files, "2"), "list"), 3, "SIGNATURE_UNTRUSTED");
  assert.equal((await place.sessionIn(trust(files, "2"), "verify", "--require-signature")).code, 7);
  fine(await place.sessionIn(trust(files, "2"), "verify", "--require-signature", "1"));
  fine(await place.sessionIn(trust(ben.publicFile), "verify", ...trusting(ada)));
  assertNothingLeft(place);
});

it("keys that only the environment names ask for a signature in every command, as --key does", async (t) => {
  const place = ownSnapshot(t);
  const [ada, ben] = named(place, "ada", "ben");
  fine(await place.session("seal", "--key", ada.privateFile));
  const trusted = (files: string) => ({ env: { PGS_TRUSTED_KEYS: files } });
  assert.equal((await place.session("verify", ...trusting(ben))).code, 7);
  assert.equal((await place.sessionIn(trusted(ben.publicFile), "verify")).code, 7);
  fine(await place.sessionIn(trusted(ada.publicFile), "verify"));
  for (const command of [...opening, ["test"], ["coverage", "traces"], ["conformance"], completed])
    assertRefused(await place.sessionIn(trusted(ben.publicFile), ...command), 3, "SIGNATURE_UNTRUSTED");
  assertNothingLeft(place);
});

it("a value in the environment that its option would refuse is refused", async (t) => {
  const place = ownSnapshot(t);
  const [ada] = named(place, "ada");
  fine(await place.session("seal", "--key", ada.privateFile));
  const file = ada.publicFile;
  const refused: readonly Record<string, string>[] = [
    ...["0", "00", "-1", "1.5", "1e3", " ", "yes"].map((PGS_REQUIRE_SIGNATURE) => ({ PGS_REQUIRE_SIGNATURE })),
    ...["abc", "A".repeat(64), "0".repeat(63), "0".repeat(65), " "].map((PGS_EXPECT_SEAL) => ({
      PGS_EXPECT_SEAL,
    })),
    ...[":", `:${file}`, `${file}:`, `${file}::${file}`].map((PGS_TRUSTED_KEYS) => ({ PGS_TRUSTED_KEYS })),
  ];
  for (const env of refused) {
    for (const command of [["verify"], ["list"], completed])
      assertRefused(await place.sessionIn({ env }, ...command), 2, "BAD_USAGE");
  }
  fine(
    await place.sessionIn(
      { env: { PGS_EXPECT_SEAL: "", PGS_REQUIRE_SIGNATURE: "", PGS_TRUSTED_KEYS: "" } },
      "verify",
    ),
  );
  assertNothingLeft(place);
});

test("a required signature whose keys nobody names is refused", async (t) => {
  const place = workspace(t);
  for (const command of [completed, ["verify"]]) {
    const said = await place.session(...command, "--require-signature");
    assertRefused(said, 2, "TRUSTED_KEYS_TOO_FEW");
    assertHint(said, /PGS_TRUSTED_KEYS/);
  }
  assertRefused(await place.session("verify", "--require-signature", "0"), 2, "BAD_USAGE");
  assertNothingLeft(place);
});

test("a key that cannot be used is refused with what to type", async (t) => {
  const place = ownSnapshot(t);
  const [ada] = named(place, "ada");
  writeFileSync(place.path("keys/ssh"), "-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n");
  const cases: readonly (readonly [argv: readonly string[], code: string, hint: RegExp])[] = [
    [["seal", "--key", "keys/ssh"], "KEY_UNUSABLE", /openssl genpkey -algorithm ed25519/],
    [["verify", "--key", "keys/ssh"], "KEY_UNUSABLE", /openssl pkey .* -pubout/],
    [["verify", "--key", ada.privateFile], "KEY_UNUSABLE", /openssl pkey -in keys\/ada\.pem -pubout/],
    [["seal", "--key", ada.publicFile], "KEY_UNUSABLE", /private key/],
  ];
  for (const [argv, code, hint] of cases) {
    const said = await place.session(...argv);
    assertRefused(said, 2, code);
    assertHint(said, hint);
  }
  assertRefused(await place.session("seal", "--key", "keys/nobody.pem"), 2, "FILE_MISSING");
  assertRefused(await place.session("seal", "--key", "keys"), 2, "FILE_UNREADABLE");
  const fileName = await place.sessionIn({ env: { PGS_SIGNING_KEY: ada.privateFile } }, "seal");
  assertRefused(fileName, 2, "KEY_UNUSABLE");
  assertHint(fileName, /\$PGS_SIGNING_KEY.*--key FILE/);
  assert.throws(() => readFileSync(place.path(SEAL)), { code: "ENOENT" });
});

test("a key on the command line is refused, and no output repeats it", async (t) => {
  const place = ownSnapshot(t);
  const [ada] = named(place, "ada");
  const secret = ada.privatePem.split("\n")[1] as string;
  const broken = ada.privatePem.replace(secret, `${secret.slice(0, 30)}%${secret.slice(30)}`);
  for (const more of [[], ["--debug"], ["--json", "--debug"]]) {
    for (const given of [ada.privatePem, secret, `--key=${ada.privatePem}`]) {
      for (const command of ["seal", "verify"]) {
        const argv = given.startsWith("--key") ? [given] : ["--key", given];
        const said = await place.session(command, ...argv, ...more);
        assert.equal(said.code, 2);
        assert.match(said.out + said.err, /KEY_NOT_A_FILE/);
        assert.ok(!`${said.out}${said.err}`.includes(secret.slice(20, 30)), said.err);
      }
    }
    const sealing = { env: { PGS_SIGNING_KEY: broken } };
    const said = await place.sessionIn(sealing, "seal", ...more);
    assert.match(said.out + said.err, /KEY_UNUSABLE/);
    assert.ok(!`${said.out}${said.err}`.includes(secret.slice(20, 30)), said.err);
  }
  const sealed = await place.session("seal", "--key", ada.privateFile, "--debug");
  const everything = `${sealed.out}${sealed.err}${readFileSync(place.path(SEAL), "utf8")}`;
  assert.ok(!everything.includes(secret.slice(20)));
});

it("the program itself signs with a key from the environment, and refuses what nobody trusted signed", async (t) => {
  const place = ownSnapshot(t);
  const [ada, ben] = named(place, "ada", "ben");
  fine(await place.binaryIn({ PGS_SIGNING_KEY: ada.privatePem }, "seal"));
  fine(await place.binaryIn({ PGS_SIGNING_KEY: ada.privatePem.replaceAll("\n", "\\n") }, "seal"));
  assert.notEqual((await place.binary(...completed, ...trusting(ada))).code, 3);
  assertRefused(await place.binary(...completed, ...trusting(ben)), 3, "SIGNATURE_UNTRUSTED");
  assert.equal(place.traces().length, 1);
});
