import { isObject, type Json, type JsonObject, own } from "../../json/value.ts";
import { object } from "../input-schema.ts";
import { transform } from "../transform.ts";
import { memberOf } from "../wallet-record.ts";

export const ctExtractWalletTxFields = transform({
  code: "blockchain::CT_PURE_EXTRACT_WALLET_TX_FIELDS_V0",
  about:
    "What a transaction needs of a wallet: its first account address, that account's nonce, and its owner.",
  input: { wallet_record: object },
  result: ["from_address", "current_nonce", "actor_id"],
  violations: [],
  run({ wallet_record }) {
    const account = memberOf(memberOf(wallet_record, "state"), "eoa");
    const nonce = own(account, "nonce");
    return {
      result: {
        from_address: firstAddress(memberOf(wallet_record, "addresses")),
        current_nonce: nonce === undefined ? 0 : nonce,
        actor_id: own(wallet_record, "actor_id") ?? null,
      },
    };
  },
  examples: [
    {
      about: "a used wallet",
      input: {
        wallet_record: {
          actor_id: "A_7",
          addresses: { eoa: [{ address: "0x07" }, { address: "0x08" }] },
          state: { eoa: { nonce: 4 } },
        },
      },
      result: { from_address: "0x07", current_nonce: 4, actor_id: "A_7" },
    },
    {
      about: "an empty wallet starts at nonce 0",
      input: { wallet_record: {} },
      result: { from_address: null, current_nonce: 0, actor_id: null },
    },
    { about: "a list is no wallet", input: { wallet_record: [] }, violation: "INPUT_TYPE" },
  ],
});

function firstAddress(addresses: JsonObject): Json {
  const accounts = own(addresses, "eoa");
  if (!Array.isArray(accounts) || accounts.length === 0) return null;
  const first = accounts[0] as Json;
  if (!isObject(first)) throw new Error("the wallet's first account is not an object");
  return own(first, "address") ?? null;
}
