import type { Json } from "../../json/value.ts";
import { parseHex, toHex } from "../crypto/hex.ts";
import { anything, array, optional, string } from "../input-schema.ts";
import { pythonInt } from "../python-json.ts";
import { transform } from "../transform.ts";

/** The type, in EIP-2718's sense, of a transaction with the fees of EIP-1559. */
const TYPE = Uint8Array.of(2);

export const ctBuildEthTransaction = transform({
  code: "blockchain::CT_PURE_BUILD_ETH_TRANSACTION_V0",
  about: "The bytes of an unsigned Ethereum transaction with EIP-1559 fees, to be hashed and signed.",
  input: {
    chain_id: anything,
    nonce: anything,
    max_priority_fee_per_gas: optional(anything),
    max_fee_per_gas: optional(anything),
    gas_limit: optional(anything),
    to: string,
    value: anything,
    data: optional(string),
    access_list: optional(array),
  },
  result: ["unsigned_tx_bytes"],
  violations: ["NOT_A_QUANTITY", "NOT_AN_ADDRESS", "NOT_HEX", "ACCESS_LIST_NOT_EMPTY"],
  uses: () => import("@ethereumjs/rlp"),
  run(input, _draw, { RLP }) {
    const quantities = Object.entries({
      chain_id: input.chain_id,
      nonce: input.nonce,
      max_priority_fee_per_gas: input.max_priority_fee_per_gas ?? 1_000_000_000,
      max_fee_per_gas: input.max_fee_per_gas ?? 20_000_000_000,
      gas_limit: input.gas_limit ?? 21_000,
      value: input.value,
    }).map(([field, value]) => ({ field, quantity: quantityOf(value) }));
    const flaw = quantities.find(({ quantity }) => quantity === undefined);
    if (flaw !== undefined) return { violation: "NOT_A_QUANTITY", facts: { field: flaw.field } };
    const to = parseHex(input.to, "0x or 0X");
    if (to?.length !== 20) return { violation: "NOT_AN_ADDRESS" };
    const data = parseHex(input.data ?? "", "0x or 0X");
    if (data === undefined) return { violation: "NOT_HEX" };
    if (input.access_list !== undefined && input.access_list.length > 0)
      return { violation: "ACCESS_LIST_NOT_EMPTY" };
    const [chain, nonce, tip, fee, gas, value] = quantities.map(({ quantity }) => quantity as bigint);
    const fields = RLP.encode([chain, nonce, tip, fee, gas, to, value, data, []]);
    return { result: { unsigned_tx_bytes: toHex(Buffer.concat([TYPE, fields])) } };
  },
  examples: [
    {
      about: "two and a half ether with a tip of two gwei and two bytes of data",
      input: {
        chain_id: 5,
        nonce: 3,
        max_priority_fee_per_gas: "2000000000",
        max_fee_per_gas: "30000000000",
        gas_limit: 90000,
        to: "0x9d8a62f656a8d1615c1294fd71e9cfb3e4855a4f",
        value: "2500000000000000000",
        data: "0xcafe",
        access_list: [],
      },
      result: {
        unsigned_tx_bytes:
          "0x02f3050384773594008506fc23ac0083015f90949d8a62f656a8d1615c1294fd71e9cfb3e4855a4f8822b1c8c1227a000082cafec0",
      },
    },
    {
      about: "what may be absent has a usual value",
      input: { chain_id: 5, nonce: 0, to: "0x9d8a62f656a8d1615c1294fd71e9cfb3e4855a4f", value: 0 },
      result: {
        unsigned_tx_bytes:
          "0x02e80580843b9aca008504a817c800825208949d8a62f656a8d1615c1294fd71e9cfb3e4855a4f8080c0",
      },
    },
    {
      about: "less than nothing",
      input: { chain_id: 5, nonce: 0, to: "0x9d8a62f656a8d1615c1294fd71e9cfb3e4855a4f", value: "-1" },
      violation: "NOT_A_QUANTITY",
    },
    {
      about: "a nonce in words",
      input: { chain_id: 5, nonce: "first", to: "0x9d8a62f656a8d1615c1294fd71e9cfb3e4855a4f", value: 1 },
      violation: "NOT_A_QUANTITY",
    },
    {
      about: "an address too short",
      input: { chain_id: 5, nonce: 0, to: "0x9d8a62f6", value: 1 },
      violation: "NOT_AN_ADDRESS",
    },
    {
      about: "data that is no hexadecimal",
      input: {
        chain_id: 5,
        nonce: 0,
        to: "0x9d8a62f656a8d1615c1294fd71e9cfb3e4855a4f",
        value: 1,
        data: "thanks",
      },
      violation: "NOT_HEX",
    },
    {
      about: "access lists are not encoded",
      input: {
        chain_id: 5,
        nonce: 0,
        to: "0x9d8a62f656a8d1615c1294fd71e9cfb3e4855a4f",
        value: 1,
        access_list: [["0x9d8a62f656a8d1615c1294fd71e9cfb3e4855a4f", []]],
      },
      violation: "ACCESS_LIST_NOT_EMPTY",
    },
  ],
});

/** A natural number, written in any way Python reads as an integer. */
function quantityOf(value: Json): bigint | undefined {
  const integer = pythonInt(value);
  return integer === undefined || integer < 0n ? undefined : integer;
}
