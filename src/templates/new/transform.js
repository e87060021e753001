import { string, transform } from "pgs-runner/capability";

export default transform({
  code: "__domain__::__CODE__",
  about: "What it computes.",
  input: { text: string },
  result: ["length"],
  violations: ["TEXT_EMPTY"],
  run: ({ text }) => (text === "" ? { violation: "TEXT_EMPTY" } : { result: { length: text.length } }),
  examples: [
    { about: "a text", input: { text: "four" }, result: { length: 4 } },
    { about: "no text", input: { text: "" }, violation: "TEXT_EMPTY" },
  ],
});
