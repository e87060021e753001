import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { effect, string } from "pgs-runner/capability";

export default effect({
  code: "__domain__::__CODE__",
  about: "What it reaches, and what for.",
  reaches: "host",
  config: { folder: string },
  operations: {
    WRITE: {
      about: "Writes the text to a file of the folder, whatever was there before.",
      input: { name: string, text: string },
      outcomes: ["SUCCESS", "VIOLATION", "BACKEND_ERROR"],
      semantics: "idempotent",
      async run({ name, text }, { folder }) {
        if (!/^[a-z0-9-]+$/.test(name)) return { outcome: "VIOLATION", reason: { code: "BAD_NAME" } };
        try {
          writeFileSync(`${folder}/${name}.txt`, text);
          return { outcome: "SUCCESS" };
        } catch (error) {
          return { outcome: "BACKEND_ERROR", reason: { code: "NOT_WRITTEN", errno: error.code } };
        }
      },
      async probe({ name, text }, { folder }) {
        const file = `${folder}/${name}.txt`;
        if (!existsSync(file)) return { state: "absent" };
        return readFileSync(file, "utf8") === text ? { state: "done", result: {} } : { state: "unclear" };
      },
    },
  },
});
