// A transform computes a result from its inputs alone: no file, no clock, no network. Its examples are its tests.

import { number, transform } from "pgs-runner/capability";

export default transform({
  code: "__domain__::CT_CONVERT_CURRENCY_V0",
  about: "The amount in another currency, at the rate that is given.",
  input: { amount: number, rate: number },
  result: ["converted"],
  violations: ["RATE_NOT_POSITIVE"],
  run: ({ amount, rate }) =>
    rate > 0 ? { result: { converted: amount * rate } } : { violation: "RATE_NOT_POSITIVE" },
  examples: [
    { about: "a hundred at a quarter", input: { amount: 100, rate: 0.25 }, result: { converted: 25 } },
    { about: "a rate of nothing", input: { amount: 100, rate: 0 }, violation: "RATE_NOT_POSITIVE" },
  ],
});
