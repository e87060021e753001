import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import { sha256 } from "../../src/json/canonical.ts";
import type { Json } from "../../src/json/value.ts";
import { type Envelope, envelopeText, signedBytes, toEnvelope } from "../../src/sign/dsse.ts";
import { sealStatement, subjectOfSeal } from "../../src/sign/subjects.ts";
import { evaluateSignatures, signStatement } from "../../src/sign/verify.ts";
import { draws, takingTurns } from "../support/portion.ts";
import { newSigner } from "./signers.ts";

const it = takingTurns(import.meta.url);

const ROOT = sha256("a list");
const signer = newSigner("signer");
const signed = signStatement(sealStatement(ROOT, { name: "test", version: "1" }, 2), signer.signing);
const parse = (text: string) => toEnvelope(JSON.parse(text) as Json);

test("the bytes that are signed are those of the specification's test vector", () => {
  const vector = { payloadType: "http://example.com/HelloWorld", payload: Buffer.from("hello world") };
  const expected = "DSSEv1 29 http://example.com/HelloWorld 11 hello world";
  assert.equal(Buffer.from(signedBytes(vector)).toString(), expected);
});

test("lengths count bytes, and bytes that are no text are signed as they are", () => {
  const bytes = signedBytes({ payloadType: "für", payload: Uint8Array.of(0, 255, 32) });
  assert.deepEqual([...bytes], [...Buffer.from("DSSEv1 4 für 3 "), 0, 255, 32]);
});

const envelopes: fc.Arbitrary<Envelope> = fc.record({
  payloadType: fc.string({ unit: "grapheme" }),
  payload: fc.uint8Array({ maxLength: 40 }),
  signatures: fc.array(fc.record({ keyid: fc.string(), sig: fc.uint8Array({ maxLength: 70 }) }), {
    minLength: 1,
    maxLength: 3,
  }),
});

test("no two contents share the bytes that are signed", () => {
  fc.assert(
    fc.property(envelopes, envelopes, (a, b) => {
      const isSame = a.payloadType === b.payloadType && Buffer.compare(a.payload, b.payload) === 0;
      assert.equal(Buffer.compare(signedBytes(a), signedBytes(b)) === 0, isSame);
    }),
  );
});

test("an envelope reads back from its one form, from the URL-safe alphabet and without padding", () => {
  fc.assert(
    fc.property(envelopes, (envelope) => {
      const text = envelopeText(envelope);
      const read = parse(text);
      assert.ok(read);
      assert.equal(envelopeText(read), text);
      const foreign = JSON.parse(text) as { payload: string; signatures: { sig: string }[] };
      const urlSafe = (value: string) => value.replaceAll("+", "-").replaceAll("/", "_");
      const unpadded = (value: string) => value.replace(/=+$/, "");
      for (const form of [urlSafe, unpadded, (value: string) => unpadded(urlSafe(value))]) {
        const other = {
          ...foreign,
          payload: form(foreign.payload),
          signatures: foreign.signatures.map((one) => ({ ...one, sig: form(one.sig), extension: {} })),
        };
        const readAgain = parse(JSON.stringify(other));
        assert.ok(readAgain);
        assert.equal(envelopeText(readAgain), text);
      }
    }),
  );
});

test("a signature without a key id has an empty one", () => {
  const read = parse('{"payload":"","payloadType":"t","signatures":[{"sig":"AA=="}]}');
  assert.deepEqual(read?.signatures, [{ keyid: "", sig: Buffer.of(0) }]);
});

const sound = { payload: "+/+/", payloadType: "t", signatures: [{ keyid: "k", sig: "AA==" }] };
const malformed: Readonly<Record<string, Json>> = {
  "no object": [],
  "no payload": { ...sound, payload: null },
  "a payload of both alphabets": { ...sound, payload: "+_+/" },
  "a payload with half of its padding": { ...sound, payload: "AA=" },
  "white space in the payload": { ...sound, payload: "+/+/\n" },
  "bits behind the payload's end": { ...sound, payload: "AB==" },
  "no type": { ...sound, payloadType: 1 },
  "no list of signatures": { ...sound, signatures: {} },
  "an empty list of signatures": { ...sound, signatures: [] },
  "a signature that is no object": { ...sound, signatures: [...sound.signatures, "AA=="] },
  "a signature without its bytes": { ...sound, signatures: [...sound.signatures, { keyid: "k" }] },
  "bits behind a signature's end": { ...sound, signatures: [{ keyid: "k", sig: "AB==" }] },
  "a key id that is no text": { ...sound, signatures: [{ keyid: 1, sig: "AA==" }] },
};

test("what the malformed envelopes are made from is an envelope", () => {
  assert.ok(toEnvelope(sound));
});

for (const [about, value] of Object.entries(malformed)) {
  test(`${about}: this is no envelope`, () => assert.equal(toEnvelope(value), undefined));
}

/** What is thought of an envelope's text by one who trusts the signer. */
function verdict(text: string): string {
  const envelope = parse(text);
  const judged =
    envelope === undefined ? [] : evaluateSignatures(envelope, [signer.trusted], subjectOfSeal(ROOT));
  return judged.map((one) => one.verdict).join();
}

test("any changed character of payload or signature is refused", () => {
  const text = envelopeText(signed);
  assert.equal(verdict(text), "valid");
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=-_";
  const places = [/"payload":"([^"]+)"/, /"sig":"([^"]+)"/].flatMap((pattern) => {
    const found = pattern.exec(text) as RegExpExecArray;
    const start = found.index + found[0].indexOf(found[1] as string);
    return Array.from({ length: (found[1] as string).length }, (_, i) => start + i);
  });
  fc.assert(
    fc.property(fc.constantFrom(...places), fc.constantFrom(...alphabet), (place, character) => {
      const bare = (one: string | undefined) => (one === "-" ? "+" : one === "_" ? "/" : one);
      fc.pre(bare(text[place]) !== bare(character));
      const changed = `${text.slice(0, place)}${character}${text.slice(place + 1)}`;
      assert.notEqual(verdict(changed), "valid", changed);
    }),
    { numRuns: draws(1000) },
  );
});

it("any flipped bit of payload or signature is refused", () => {
  const [{ keyid, sig }] = signed.signatures as [Envelope["signatures"][0]];
  const flipped = (bytes: Uint8Array, bit: number) => {
    const copy = Buffer.from(bytes);
    copy[bit >> 3] = (copy[bit >> 3] as number) ^ (1 << (bit & 7));
    return copy;
  };
  const changes = [
    ...Array.from({ length: sig.length * 8 }, (_, bit) => ({
      ...signed,
      signatures: [{ keyid, sig: flipped(sig, bit) }],
    })),
    ...Array.from({ length: signed.payload.length }, (_, byte) => ({
      ...signed,
      payload: flipped(signed.payload, byte * 8 + (byte % 8)),
    })),
  ];
  for (const changed of changes) assert.equal(verdict(envelopeText(changed)), "invalid");
});

const hasOpenssl = spawnSync("openssl", ["pkeyutl", "-help"]).status === 0;

test("openssl agrees with the signature", { skip: hasOpenssl ? false : "openssl is not there" }, (t) => {
  const folder = mkdtempSync(join(tmpdir(), "pgs-openssl-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const file = (name: string, content: string | Uint8Array) => {
    writeFileSync(join(folder, name), content);
    return join(folder, name);
  };
  const key = file("signer.pem", signer.publicPem);
  const sig = file("sig", (signed.signatures[0] as Envelope["signatures"][0]).sig);
  const verify = (bytes: string) =>
    execFileSync(
      "openssl",
      ["pkeyutl", "-verify", "-rawin", "-pubin", "-inkey", key, "-sigfile", sig, "-in", bytes],
      { stdio: "pipe" },
    ).toString();
  assert.match(verify(file("bytes", signedBytes(signed))), /Successfully/);
  assert.throws(() => verify(file("other", signedBytes({ ...signed, payloadType: "text/plain" }))));
});
