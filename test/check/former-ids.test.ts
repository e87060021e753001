/** A baseline and a configuration from before a rule was renamed say the same as ever. */

import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { parseBaseline } from "../../src/check/baseline.ts";
import { NO_CONFIG, parseConfig, readConfigFile } from "../../src/check/config.ts";
import { evaluate } from "../../src/check/evaluate.ts";
import { RULES } from "../../src/check/rules.ts";
import { takingTurns } from "../support/portion.ts";
import { EXAMPLES } from "./examples.ts";
import { smallSnapshot, subjectFrom } from "./small-snapshot.ts";

const it = takingTurns(import.meta.url);

/** As baselines held them before the renaming: of the first example of each rule, all that was found by it. */
const RECORDED = {
  "code-mismatch": ["code-differs", "7a60f2711cdb1329215891b75236965f85c74d10414659b87ad268f2d8a6675a"],
  "corrupt-file": ["file-damaged", "3f95ea98d96fd8678461f6c6f02d918a6a2b8f17ede640eeacdce8d5c7a4ba98"],
  "shadowed-input-name": [
    "name-passed-over",
    "0f94c85c67aaebed4e013aaf6387afec472b0c9d0cc1e717f0afd33fc592e4eb",
  ],
  "swapped-output": ["output-crossed", "4d4303d3d0db976d80cb2ba7808919fb2ad02a216fc77fc61d196bb55bd2b01c"],
  "unavailable-result": [
    "result-not-there",
    "f988a14ec804bd7591561cc0219bc2068c1613b76607d0d656e1be1972aa48e3",
  ],
  "unused-boolean-result": [
    "verdict-unread",
    "2f6170a49808a3e97fb4350a42f2b4d73268f7128e467aaa5d8d8cc7e76ce823",
  ],
} as const;

const bytes = (value: unknown) => Buffer.from(JSON.stringify(value));

const baselineOf = (rule: string, fingerprint: string) =>
  parseBaseline(
    bytes({
      schema: "pgs.check-baseline/1",
      findings: [{ fingerprint, rule, file: "artifacts/x.json", message: "…" }],
    }),
    "known.json",
  );

suite("rules that were renamed", () => {
  for (const [rule, [former, fingerprint]] of Object.entries(RECORDED)) {
    it(`a baseline that names ${former} knows what ${rule} finds`, async () => {
      const small = smallSnapshot();
      EXAMPLES.find((one) => one.rule === rule)?.breach(small);
      const terms = { config: NO_CONFIG, baseline: baselineOf(former, fingerprint), failOn: "note" } as const;
      const { findings, known, gone } = evaluate(await subjectFrom(small), RULES, terms);
      assert.deepEqual(
        known.map((one) => one.rule),
        [rule],
      );
      assert.ok(findings.every((one) => one.rule !== rule));
      assert.deepEqual(gone, []);
    });

    test(`what ${former} found and ${rule} does not find any more is gone`, async () => {
      const terms = { config: NO_CONFIG, baseline: baselineOf(former, fingerprint), failOn: "note" } as const;
      const { known, gone } = evaluate(await subjectFrom(smallSnapshot()), RULES, terms);
      assert.deepEqual([known, gone], [[], terms.baseline]);
    });

    it(`a configuration that names ${former} configures ${rule}, unless it names that, too`, () => {
      const parse = (rules: unknown) => parseConfig(readConfigFile(bytes({ rules }), "pgs-check.json"), RULES);
      assert.deepEqual([...parse({ [former]: "note" }).severities], [[rule, "note"]]);
      assert.deepEqual([...parse({ [former]: { off: "why" } }).off], [[rule, "why"]]);
      for (const both of [
        { [former]: { off: "why" }, [rule]: "note" },
        { [rule]: "note", [former]: { off: "why" } },
      ]) {
        const { off, severities } = parse(both);
        assert.deepEqual([[...off], [...severities]], [[], [[rule, "note"]]]);
      }
    });
  }
});
