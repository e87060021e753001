import { own } from "../../json/value.ts";
import { object } from "../input-schema.ts";
import { heldSum } from "../python-json.ts";
import { transform } from "../transform.ts";
import { memberOf } from "../wallet-record.ts";

export const ctIncrementWalletNonce = transform({
  code: "blockchain::CT_PURE_INCREMENT_WALLET_NONCE_V0",
  about: "The account's nonce, reserved for the caller, and the wallet record with the next one.",
  input: { wallet_record: object },
  result: ["updated_wallet_record", "nonce"],
  violations: ["INTEGER_NOT_HELD"],
  run({ wallet_record }) {
    const state = memberOf(wallet_record, "state");
    const account = memberOf(state, "eoa");
    const recorded = own(account, "nonce");
    const nonce = recorded === undefined ? 0 : recorded;
    if (typeof nonce !== "number" && typeof nonce !== "boolean")
      throw new Error("the wallet's nonce is not a number");
    const next = heldSum(Number(nonce), 1);
    if (next === undefined) return { violation: "INTEGER_NOT_HELD", facts: { nonce } };
    const updated = { ...wallet_record, state: { ...state, eoa: { ...account, nonce: next } } };
    return { result: { updated_wallet_record: updated, nonce } };
  },
  examples: [
    {
      about: "everything else stays",
      input: { wallet_record: { name: "main", state: { eoa: { nonce: 8, label: "a" }, locked: false } } },
      result: {
        updated_wallet_record: { name: "main", state: { eoa: { nonce: 9, label: "a" }, locked: false } },
        nonce: 8,
      },
    },
    {
      about: "a wallet that was never used",
      input: { wallet_record: {} },
      result: { updated_wallet_record: { state: { eoa: { nonce: 1 } } }, nonce: 0 },
    },
    {
      about: "the next nonce would have to be rounded",
      input: { wallet_record: { state: { eoa: { nonce: 9007199254740992 } } } },
      violation: "INTEGER_NOT_HELD",
    },
  ],
});
