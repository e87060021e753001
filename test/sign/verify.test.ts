import assert from "node:assert/strict";
import { test } from "node:test";
import { sha256 } from "../../src/json/canonical.ts";
import type { Json, JsonObject } from "../../src/json/value.ts";
import { type Envelope, signedBytes } from "../../src/sign/dsse.ts";
import { PAYLOAD_TYPE, readStatement, toDocument } from "../../src/sign/statement.ts";
import { sealStatement, subjectOfSeal } from "../../src/sign/subjects.ts";
import { countSigners, evaluateSignatures, signatureFaults, signStatement } from "../../src/sign/verify.ts";
import { newSigner, type Signer } from "./signers.ts";

const ROOT = sha256("a list");
const TOOL = { name: "test", version: "1" };
const [first, second, stranger] = ["first", "second", "stranger"].map(newSigner) as [Signer, Signer, Signer];
const trusted = [first.trusted, second.trusted];
const about = subjectOfSeal(ROOT);
const statement = sealStatement(ROOT, TOOL, 2);
const signedBy = (signer: Signer, root = ROOT) => signStatement(sealStatement(root, TOOL, 2), signer.signing);

/** Any payload at all, rightly signed. */
function signing(payload: string, signer: Signer, payloadType = PAYLOAD_TYPE): Envelope {
  const unsigned = { payloadType, payload: Buffer.from(payload) };
  return {
    ...unsigned,
    signatures: [{ keyid: signer.signing.keyid, sig: signer.signing.sign(signedBytes(unsigned)) }],
  };
}

function verdicts(envelope: Envelope): readonly (readonly [string, string | null])[] {
  return evaluateSignatures(envelope, trusted, about).map(({ verdict, by }) => [verdict, by?.place ?? null]);
}

test("a signature by a trusted key over the root counts", () => {
  assert.deepEqual(verdicts(signedBy(second)), [["valid", "second.pub.pem"]]);
});

test("the version that sealed and the number of files are the signer's word, the root is compared", () => {
  const other = signStatement(sealStatement(ROOT, { name: "other", version: "2" }, 9), first.signing);
  assert.deepEqual(verdicts(other), [["valid", "first.pub.pem"]]);
});

test("a signature by another key is known not to be one that counts", () => {
  assert.deepEqual(verdicts(signedBy(stranger)), [["unknown_key", null]]);
});

test("a signature over another root says so, whoever made it", () => {
  for (const [signer, place] of [
    [first, "first.pub.pem"],
    [stranger, null],
  ] as const) {
    const [judged] = evaluateSignatures(signedBy(signer, sha256("other")), trusted, about);
    assert.deepEqual([judged?.verdict, judged?.by?.place ?? null], ["other_subject", place]);
    assert.deepEqual([judged?.difference?.stated, judged?.difference?.found], [sha256("other"), ROOT]);
  }
});

test("a key id is a hint: another one hides nothing, a trusted one proves nothing", () => {
  const [{ sig }] = signedBy(first).signatures as [Envelope["signatures"][0]];
  for (const keyid of ["", "x", stranger.trusted.keyid, second.trusted.keyid]) {
    const renamed = { ...signedBy(first), signatures: [{ keyid, sig }] };
    assert.deepEqual(verdicts(renamed), [["valid", "first.pub.pem"]], keyid);
  }
  const [{ sig: strange }] = signedBy(stranger).signatures as [Envelope["signatures"][0]];
  const pretending = { ...signedBy(stranger), signatures: [{ keyid: first.trusted.keyid, sig: strange }] };
  assert.deepEqual(verdicts(pretending), [["invalid", null]]);
});

test("who signed twice is one signer; two signers in one envelope are two", () => {
  const [one] = signedBy(first).signatures as [Envelope["signatures"][0]];
  const [two] = signedBy(second).signatures as [Envelope["signatures"][0]];
  const twice = { ...signedBy(first), signatures: [one, { ...one, keyid: "" }, one] };
  assert.equal(countSigners(evaluateSignatures(twice, trusted, about)), 1);
  assert.equal(countSigners(evaluateSignatures({ ...twice, signatures: [one, two] }, trusted, about)), 2);
});

const document = toDocument(statement);
const subject = (document["subject"] as readonly JsonObject[])[0] as JsonObject;
const without = (name: string): Json =>
  Object.fromEntries(Object.entries(document).filter(([key]) => key !== name));
const payloads: Readonly<Record<string, string>> = {
  "no JSON": "root",
  "a list": JSON.stringify([document]),
  "a member twice": JSON.stringify(document).replace("{", `{"_type":"https://in-toto.io/Statement/v1",`),
  "another version of the statement": JSON.stringify({
    ...document,
    _type: "https://in-toto.io/Statement/v0.1",
  }),
  "two subjects": JSON.stringify({ ...document, subject: [subject, subject] }),
  "no subject": JSON.stringify({ ...document, subject: [] }),
  "a subject that is no object": JSON.stringify({ ...document, subject: [ROOT] }),
  "a subject without a name": JSON.stringify({ ...document, subject: [{ digest: subject["digest"] as Json }] }),
  "a subject without a digest": JSON.stringify({ ...document, subject: [{ ...subject, digest: null }] }),
  "a digest of another kind": JSON.stringify({
    ...document,
    subject: [{ ...subject, digest: { sha512: ROOT } }],
  }),
  "a digest in capitals": JSON.stringify(document).replace(ROOT, ROOT.toUpperCase()),
  "a statement of another kind": JSON.stringify({ ...document, predicateType: "urn:pgs-runner:run:1" }),
  "no predicate": JSON.stringify(without("predicate")),
  "no kind": JSON.stringify(without("predicateType")),
};

test("what the malformed payloads are made from is understood", () => {
  assert.deepEqual(verdicts(signing(JSON.stringify(document), first)), [["valid", "first.pub.pem"]]);
});

for (const [what, payload] of Object.entries(payloads)) {
  test(`${what}, although signed by a trusted key, does not count`, () => {
    assert.deepEqual(verdicts(signing(payload, first)), [["malformed", "first.pub.pem"]]);
    assert.deepEqual(verdicts(signing(payload, stranger)), [["malformed", null]]);
  });
}

test("a payload that is called something else does not count", () => {
  const renamed = signing(JSON.stringify(document), first, "application/json");
  assert.deepEqual(verdicts(renamed), [["malformed", "first.pub.pem"]]);
  assert.deepEqual(verdicts({ ...signedBy(first), payloadType: "application/json" }), [["invalid", null]]);
});

test("a statement reads back as it was signed", () => {
  assert.deepEqual(readStatement(signedBy(first)), statement);
});

test("what is wrong is said of each signature, and that too few count once", () => {
  const codes = (envelopes: readonly Envelope[], needed: number) =>
    signatureFaults(
      envelopes.flatMap((one, i) => evaluateSignatures(one, trusted, about, i + 7)),
      "seal.json",
      needed,
    ).map(({ code, wording }) => `${code} ${wording.where}`);
  const broken = { ...signedBy(first), payload: Buffer.from("{}") };
  assert.deepEqual(codes([], 0), []);
  assert.deepEqual(codes([], 1), ["SIGNATURE_MISSING seal.json"]);
  assert.deepEqual(codes([signedBy(stranger)], 0), []);
  assert.deepEqual(codes([signedBy(stranger)], 1), ["SIGNATURE_UNTRUSTED seal.json"]);
  assert.deepEqual(codes([signedBy(first), signedBy(second)], 2), []);
  assert.deepEqual(codes([signedBy(first), signedBy(first)], 2), ["SIGNATURE_UNTRUSTED seal.json"]);
  assert.deepEqual(codes([signedBy(second), broken], 1), ["SIGNATURE_INVALID seal.json:8"]);
  assert.deepEqual(codes([signedBy(first, sha256("other")), signing("{}", second)], 1), [
    "SIGNATURE_OTHER_ROOT seal.json:7",
    "SIGNATURE_MALFORMED seal.json:8",
    "SIGNATURE_UNTRUSTED seal.json",
  ]);
});

test("what strangers wrote into a signature does not move the cursor", () => {
  const [one] = signedBy(first).signatures as [Envelope["signatures"][0]];
  const envelope = { ...signing("{}", first), signatures: [{ ...one, keyid: "\u001b[2J\u009b" }] };
  const [fault] = signatureFaults(evaluateSignatures(envelope, trusted, about), "seal.json", 0);
  assert.doesNotMatch(fault?.message ?? "", /\p{Cc}/u);
});
