/** The JUnit XML is valid whatever names and texts it carries, and counts what it holds. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { printable } from "../../src/errors/printable.ts";
import { junitText } from "../../src/report/junit.ts";
import type { Verdict } from "../../src/report/result.ts";
import { takingTurns } from "../support/portion.ts";
import { junitErrors } from "../support/schemas.ts";
import { assertXml, elementsOf } from "../support/xml.ts";
import { FAILED, HOSTILE, hostile, PASSED, VERDICT } from "./verdicts.ts";

const it = takingTurns(import.meta.url);

const MOMENT = Date.UTC(2026, 0, 2, 3, 4, 5, 678);

function written(verdict: Verdict): string {
  const xml = junitText(verdict, MOMENT);
  assertXml(xml);
  return xml;
}

test("every suite counts its cases, failures and those left out", () => {
  const xml = written(VERDICT);
  const common = { errors: "0", timestamp: "2026-01-02T03:04:05", hostname: "localhost" };
  assert.deepEqual(elementsOf(xml, "testsuite"), [
    { name: "verify", package: "pgs.verify", id: "0", tests: "1", failures: "0", time: "0.000", ...common },
    {
      name: "rules",
      package: "pgs.check",
      id: "1",
      tests: "3",
      failures: "1",
      skipped: "1",
      time: "1.250",
      ...common,
    },
    { name: "more", package: "pgs.check", id: "2", tests: "1", failures: "1", time: "0.000", ...common },
    {
      name: "test",
      package: "pgs.test",
      id: "3",
      tests: "1",
      failures: "0",
      skipped: "1",
      time: "0.000",
      ...common,
    },
  ]);
  assert.deepEqual(
    elementsOf(xml, "testcase").map(({ name, classname, time }) => [name, classname, time]),
    [
      ["every file", "pgs verify", "0.000"],
      ["good", "s", "0.250"],
      ["bad", "s", "1.000"],
      ["none", "s", "0.000"],
      ["bad", "t", "0.000"],
      ["test", "pgs test", "0.000"],
    ],
  );
  assert.match(xml, /<skipped>why<\/skipped>/);
});

it("Jenkins' schema accepts every verdict", async () => {
  for (const verdict of [VERDICT, hostile(), { command: "none", parts: [] }]) {
    assert.deepEqual(await junitErrors(written(verdict), "jenkins"), []);
  }
});

it("the schema of Ant's tasks accepts every verdict that leaves nothing out", async () => {
  const cases = FAILED.suites.map(({ name, cases: all }) => {
    return { name, cases: all.filter(({ skipped }) => skipped === undefined) };
  });
  for (const parts of [[PASSED, { ...FAILED, suites: cases }], hostile().parts, []]) {
    assert.deepEqual(await junitErrors(written({ command: "pgs gate", parts }), "ant"), []);
  }
});

it("both schemas refuse a document that is none", async () => {
  const broken = written(VERDICT).replace(' tests="1"', "");
  assert.notDeepEqual(await junitErrors(broken, "jenkins"), []);
  assert.notDeepEqual(await junitErrors(broken, "ant"), []);
});

test("no text breaks the document, and what XML cannot write stands as JSON escapes it", () => {
  const xml = written(hostile());
  const shown = printable(HOSTILE).replace("\ufffe", "\\ufffe");
  assert.deepEqual(elementsOf(xml, "failure"), [{ message: shown, type: "failure" }]);
  assert.equal(elementsOf(xml, "testcase")[0]?.["name"], shown);
});

test("a document without suites is one too", () => {
  assert.deepEqual(elementsOf(written({ command: "none", parts: [] }), "testsuite"), []);
});
