/** Keys that are made anew for every test run, with the PEM text they come from. */

import { generateKeyPairSync } from "node:crypto";
import { parseSigningKey, parseTrustedKey, type SigningKey, type TrustedKey } from "../../src/sign/keys.ts";

export interface Signer {
  readonly privatePem: string;
  readonly publicPem: string;
  readonly signing: SigningKey;
  readonly trusted: TrustedKey;
}

export function newSigner(name: string): Signer {
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  const privatePem = privateKey.export({ type: "pkcs8", format: "pem" }) as string;
  const publicPem = publicKey.export({ type: "spki", format: "pem" }) as string;
  return {
    privatePem,
    publicPem,
    signing: parseSigningKey(privatePem, `${name}.pem`),
    trusted: parseTrustedKey(publicPem, `${name}.pub.pem`),
  };
}
