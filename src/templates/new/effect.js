import { storeEffect, string } from "pgs-runner/capability";

export default storeEffect({
  code: "__domain__::__CODE__",
  about: "What it stores.",
  store: "document",
  operations: {
    SET: {
      about: "Stores the text at the key, whatever was there before.",
      input: { key: string, text: string },
      outcomes: ["SUCCESS", "VIOLATION", "BACKEND_ERROR"],
      semantics: "idempotent",
      async run({ key, text }, document) {
        if (key === "") return { outcome: "VIOLATION", reason: { code: "KEY_EMPTY" } };
        return { outcome: "SUCCESS", change: await document.put(key, text) };
      },
      async probe({ key, text }, document) {
        const isStored = (await document.get(key)) === text;
        return isStored
          ? { state: "done", isDated: false, evidence: { key } }
          : { state: "absent", evidence: { key } };
      },
    },
  },
  examples: [
    {
      about: "a text is stored",
      calls: [
        { op: "SET", input: { key: "a", text: "b" }, outcome: "SUCCESS" },
        { op: "SET", input: { key: "", text: "b" }, outcome: "VIOLATION" },
      ],
    },
  ],
});
