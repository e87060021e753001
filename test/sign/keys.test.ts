import assert from "node:assert/strict";
import { createHash, createPublicKey, generateKeyPairSync } from "node:crypto";
import { test } from "node:test";
import { inspect } from "node:util";
import { KeyFault } from "../../src/sign/errors.ts";
import { parseSigningKey, parseTrustedKey } from "../../src/sign/keys.ts";
import { newSigner } from "./signers.ts";

const signer = newSigner("signer");
const bytes = Buffer.from("something");

test("what the private half signs, the public half knows, and no other", () => {
  const sig = signer.signing.sign(bytes);
  assert.ok(signer.trusted.hasSigned(bytes, sig));
  assert.ok(!newSigner("other").trusted.hasSigned(bytes, sig));
  assert.ok(!signer.trusted.hasSigned(Buffer.from("something else"), sig));
  assert.ok(!signer.trusted.hasSigned(bytes, sig.subarray(1)));
  assert.ok(!signer.trusted.hasSigned(bytes, new Uint8Array()));
});

test("both halves are known by the SHA-256 of the public one", () => {
  const der = createPublicKey(signer.publicPem).export({ type: "spki", format: "der" });
  const keyid = createHash("sha256").update(der).digest("hex");
  assert.deepEqual([signer.signing.keyid, signer.trusted.keyid], [keyid, keyid]);
});

test("an encrypted key signs as the plain one does, with its passphrase alone", () => {
  const { privateKey } = generateKeyPairSync("ed25519");
  const plain = privateKey.export({ type: "pkcs8", format: "pem" }) as string;
  const encrypted = privateKey.export({
    ...{ type: "pkcs8", format: "pem" },
    ...{ cipher: "aes-256-cbc", passphrase: "open sesame" },
  } as const) as string;
  const opened = parseSigningKey(encrypted, "k", "open sesame");
  assert.deepEqual(opened.sign(bytes), parseSigningKey(plain, "k", "not needed").sign(bytes));
  assert.equal(
    defectOf(() => parseSigningKey(encrypted, "k")),
    "ENCRYPTED",
  );
  assert.equal(
    defectOf(() => parseSigningKey(encrypted, "k", "open")),
    "WRONG_PASSPHRASE",
  );
});

function faultOf(parse: () => unknown): KeyFault {
  try {
    parse();
  } catch (error) {
    assert.ok(error instanceof KeyFault);
    return error;
  }
  assert.fail("the key was taken");
}

function defectOf(parse: () => unknown): unknown {
  return faultOf(parse).facts["defect"];
}

// Refused whatever its length: a short one is made sooner.
const rsa = generateKeyPairSync("rsa", { modulusLength: 1024 });
const rsaPrivate = rsa.privateKey.export({ type: "pkcs8", format: "pem" }) as string;
const rsaPublic = rsa.publicKey.export({ type: "spki", format: "pem" }) as string;
const block = (label: string, content: string) =>
  `-----BEGIN ${label}-----\n${content}\n-----END ${label}-----\n`;

const ec = generateKeyPairSync("ec", { namedCurve: "P-256" });
const ecPrivate = ec.privateKey.export({ type: "pkcs8", format: "pem" }) as string;
const ecPublic = ec.publicKey.export({ type: "spki", format: "pem" }) as string;
const ecWithCurve = `${block("EC PARAMETERS", "BggqhkjOPQMBBw==")}${ec.privateKey.export({ type: "sec1", format: "pem" })}`;

const unusable: readonly (readonly [about: string, pem: string, toSign: string, toTrust: string])[] = [
  ["nothing", "", "NOT_PEM", "NOT_PEM"],
  ["a text", "secret", "NOT_PEM", "NOT_PEM"],
  ["an OpenSSH key", block("OPENSSH PRIVATE KEY", "AAAA"), "OPENSSH", "OPENSSH"],
  ["a line of authorized_keys", "ssh-ed25519 AAAA me@here\n", "OPENSSH", "OPENSSH"],
  ["a key for another algorithm", rsaPrivate, "OTHER_ALGORITHM", "OTHER_ALGORITHM"],
  ["a public key for another algorithm", rsaPublic, "OTHER_ALGORITHM", "OTHER_ALGORITHM"],
  ["a key in PKCS#1", block("RSA PRIVATE KEY", "AAAA"), "OTHER_ALGORITHM", "OTHER_ALGORITHM"],
  ["a public key in PKCS#1", block("RSA PUBLIC KEY", "AAAA"), "OTHER_ALGORITHM", "OTHER_ALGORITHM"],
  ["an elliptic curve with its key", ecWithCurve, "OTHER_ALGORITHM", "OTHER_ALGORITHM"],
  ["a private key for an elliptic curve", ecPrivate, "OTHER_ALGORITHM", "OTHER_ALGORITHM"],
  ["a public key for an elliptic curve", ecPublic, "OTHER_ALGORITHM", "OTHER_ALGORITHM"],
  ["a certificate", block("CERTIFICATE", "AAAA"), "OTHER_FORM", "OTHER_FORM"],
  ["two keys", `${signer.privatePem}${signer.privatePem}`, "SEVERAL", "SEVERAL"],
  ["a key with its public half", `${signer.privatePem}${signer.publicPem}`, "SEVERAL", "SEVERAL"],
  ["a private key cut off", signer.privatePem.slice(0, 60), "BROKEN", "PRIVATE"],
  ["a public key cut off", signer.publicPem.slice(0, 60), "PUBLIC", "BROKEN"],
  ["PEM around something else", block("PRIVATE KEY", "c29tZXRoaW5n"), "BROKEN", "PRIVATE"],
];

for (const [about, pem, toSign, toTrust] of unusable) {
  test(`${about} neither signs nor is trusted, and is not repeated`, () => {
    const faults = [faultOf(() => parseSigningKey(pem, "a.pem")), faultOf(() => parseTrustedKey(pem, "a.pem"))];
    assert.deepEqual(
      faults.map(({ facts }) => facts["defect"]),
      [toSign, toTrust],
    );
    for (const fault of faults) {
      assert.deepEqual([fault.code, fault.wording.where], ["KEY_UNUSABLE", "a.pem"]);
      assert.ok((fault.wording.hint ?? "").length > 20);
      if (fault.facts["defect"] === "OTHER_ALGORITHM")
        assert.match(fault.wording.hint ?? "", /openssl genpkey -algorithm ed25519 -out signing\.pem/);
      const told = inspect(fault, { depth: 9 }) + JSON.stringify(fault.facts);
      for (const line of pem.split("\n").filter((one) => one.length > 3 && !one.startsWith("--")))
        assert.ok(!told.includes(line), told);
    }
  });
}

test("a key that is printed by mistake shows nothing of itself", () => {
  const shown = inspect(signer.signing, { depth: 9, showHidden: true });
  assert.match(shown, new RegExp(signer.signing.keyid));
  assert.ok(!shown.includes((signer.privatePem.split("\n")[1] as string).slice(20)));
});
