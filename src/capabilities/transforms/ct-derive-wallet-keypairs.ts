import { isKeyPath, keyPathText } from "../crypto/derivation-path.ts";
import { isStrength } from "../crypto/entropy.ts";
import { parseHex, toHex } from "../crypto/hex.ts";
import { anything, array, integer, optional, string } from "../input-schema.ts";
import { transform } from "../transform.ts";

export const ctDeriveWalletKeypairs = transform({
  code: "blockchain::CT_PURE_DERIVE_WALLET_KEYPAIRS_V0",
  about:
    "The two public keys and addresses of a new wallet; the entropy they come from is drawn unless it is given, and nothing private is answered.",
  input: {
    entropy_bits: integer,
    entropy_bytes: optional(string),
    passphrase: optional(string),
    root_path_indices: array,
    eoa_child_indices: array,
    utxo_child_indices: array,
    curve: optional(anything),
  },
  result: [
    "eoa_public_key_hex",
    "eoa_address",
    "eoa_derivation_path",
    "utxo_public_key_hex",
    "utxo_address",
    "utxo_derivation_path",
    "master_fingerprint",
  ],
  violations: ["STRENGTH_UNFIT", "CURVE_UNFIT", "PATH_UNFIT", "NOT_HEX", "ENTROPY_UNFIT"],
  draws: "secret",
  secrets: ["entropy_bytes", "passphrase"],
  uses: async () => ({
    ...(await import("../crypto/mnemonic.ts")),
    ...(await import("../crypto/bip32.ts")),
    ...(await import("../crypto/secp256k1.ts")),
    ...(await import("../crypto/keccak.ts")),
  }),
  run(input, sources, { mnemonicOf, seedOf, masterKey, deriveKey, isCurve, publicKeyOf, addressOf }) {
    const { entropy_bits: bits, passphrase = "", curve = "secp256k1" } = input;
    if (!isStrength(bits)) return { violation: "STRENGTH_UNFIT", facts: { entropy_bits: bits } };
    if (!isCurve(curve)) return { violation: "CURVE_UNFIT" };
    const eoaPath = [...input.root_path_indices, ...input.eoa_child_indices];
    const utxoPath = [...input.root_path_indices, ...input.utxo_child_indices];
    if (!isKeyPath(eoaPath) || !isKeyPath(utxoPath)) return { violation: "PATH_UNFIT" };
    const entropy = parseHex(input.entropy_bytes ?? sources.entropy(bits / 8));
    if (entropy === undefined) return { violation: "NOT_HEX" };
    const isAsked = 8 * entropy.length === bits;
    const master = isAsked ? masterKey(seedOf(mnemonicOf(entropy), passphrase)) : undefined;
    const publicKeyAt = (path: readonly number[]) => {
      const key = master && deriveKey(master, path);
      return key && publicKeyOf(key.privateKey, curve);
    };
    const eoa = publicKeyAt(eoaPath);
    const utxo = publicKeyAt(utxoPath);
    // Of the length asked for, entropy fails almost never: once in 2^32 on secp256r1, which is not the tree's curve.
    if (master === undefined || eoa === undefined || utxo === undefined) return { violation: "ENTROPY_UNFIT" };
    return {
      result: {
        eoa_public_key_hex: toHex(eoa).slice(2),
        eoa_address: addressOf(eoa),
        eoa_derivation_path: keyPathText(eoaPath),
        utxo_public_key_hex: toHex(utxo).slice(2),
        utxo_address: addressOf(utxo),
        utxo_derivation_path: keyPathText(utxoPath),
        master_fingerprint: master.fingerprint.toString(16).padStart(8, "0"),
      },
    };
  },
  examples: [
    {
      about: "the development accounts that tools for Ethereum print: `test` eleven times, then `junk`",
      input: {
        entropy_bits: 128,
        entropy_bytes: "0xdf9bf37e6fcdf9bf37e6fcdf9bf37e3c",
        root_path_indices: [2147483692, 2147483708, 2147483648],
        eoa_child_indices: [0, 0],
        utxo_child_indices: [0, 1],
      },
      result: {
        eoa_public_key_hex:
          "048318535b54105d4a7aae60c08fc45f9687181b4fdfc625bd1a753fa7397fed753547f11ca8696646f2f3acb08e31016afac23e630c5d11f59f61fef57b0d2aa5",
        eoa_address: "0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266",
        eoa_derivation_path: "m/44'/60'/0'/0/0",
        utxo_public_key_hex:
          "04ba5734d8f7091719471e7f7ed6b9df170dc70cc661ca05e688601ad984f068b0d67351e5f06073092499336ab0839ef8a521afd334e53807205fa2f08eec74f4",
        utxo_address: "0x70997970c51812dc3a010c7d01b50e0d17dc79c8",
        utxo_derivation_path: "m/44'/60'/0'/0/1",
        master_fingerprint: "16a93ed0",
      },
    },
    {
      about: "entropy that is drawn",
      input: {
        entropy_bits: 128,
        root_path_indices: [2147483692, 2147483708, 2147483648],
        eoa_child_indices: [0, 0],
        utxo_child_indices: [0, 1],
      },
      result: {
        eoa_public_key_hex:
          "0407f89a2b2820ff4872868c717864230d061c86c70fba1a587ca5d1264ec45b247fd12e6c5816da81f9a0d5f7031d872bb90550cf4a86e4007338793873c9118f",
        eoa_address: "0xd49251e1e9f4d4d5bac808861fa4ce23053c986f",
        eoa_derivation_path: "m/44'/60'/0'/0/0",
        utxo_public_key_hex:
          "04f99a4470da7e19922de2deb60c584cb205c7b450505d71c009296157f732bd84301998718dc1d9dae0978f619863e87cec3158a9d59fa87bfb8a62474e61e365",
        utxo_address: "0xdca17fad0d8974c99bd9a1eb3b051a52ce967aec",
        utxo_derivation_path: "m/44'/60'/0'/0/1",
        master_fingerprint: "2320951e",
      },
    },
    {
      about: "a strength that no mnemonic has",
      input: { entropy_bits: 512, root_path_indices: [], eoa_child_indices: [0], utxo_child_indices: [1] },
      violation: "STRENGTH_UNFIT",
    },
    {
      about: "a curve that is not offered",
      input: {
        entropy_bits: 128,
        root_path_indices: [],
        eoa_child_indices: [0],
        utxo_child_indices: [1],
        curve: "ed25519",
      },
      violation: "CURVE_UNFIT",
    },
    {
      about: "an index below zero",
      input: { entropy_bits: 128, root_path_indices: [], eoa_child_indices: [-1], utxo_child_indices: [1] },
      violation: "PATH_UNFIT",
    },
    {
      about: "entropy that is no hexadecimal",
      input: {
        entropy_bits: 128,
        entropy_bytes: "dice",
        root_path_indices: [],
        eoa_child_indices: [0],
        utxo_child_indices: [1],
      },
      violation: "NOT_HEX",
    },
    {
      about: "less entropy than asked for",
      input: {
        entropy_bits: 256,
        entropy_bytes: "0xdf9bf37e6fcdf9bf37e6fcdf9bf37e3c",
        root_path_indices: [],
        eoa_child_indices: [0],
        utxo_child_indices: [1],
      },
      violation: "ENTROPY_UNFIT",
    },
  ],
});
