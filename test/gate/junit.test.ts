/** The JUnit XML is well-formed whatever names and texts it carries, and counts what it holds. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { junitText } from "../../src/gate/junit.ts";
import { assertXml, elementsOf } from "../support/xml.ts";

const HOSTILE = `a<b>&"c'\u0001\u001b[31m\u0000\ud800\ufffe]]>\r\n\té 😀 <!-- -->`;

test("suites and the whole count their cases, failures and those left out", () => {
  const xml = junitText("all", [
    {
      name: "one",
      cases: [
        { name: "good", subject: "s", seconds: 0.25 },
        { name: "bad", subject: "s", seconds: 1, failed: { message: "m", detail: "d" } },
        { name: "none", subject: "s", skipped: "why" },
      ],
    },
    { name: "two", cases: [{ name: "bad", subject: "t", failed: { message: "m", detail: "d" } }] },
  ]);
  assertXml(xml);
  const counts = { errors: "0", skipped: "1" };
  assert.deepEqual(elementsOf(xml, "testsuites"), [
    { name: "all", tests: "4", failures: "2", ...counts, time: "1.250" },
  ]);
  assert.deepEqual(elementsOf(xml, "testsuite"), [
    { name: "one", tests: "3", failures: "1", ...counts, time: "1.250" },
    { name: "two", tests: "1", failures: "1", errors: "0", skipped: "0", time: "0.000" },
  ]);
  assert.deepEqual(
    elementsOf(xml, "testcase").map(({ name, classname, time }) => [name, classname, time]),
    [
      ["good", "s", "0.250"],
      ["bad", "s", "1.000"],
      ["none", "s", "0.000"],
      ["bad", "t", "0.000"],
    ],
  );
  assert.deepEqual(elementsOf(xml, "skipped"), [{ message: "why" }]);
});

test("no text breaks the document, and what XML cannot write stands as JSON escapes it", () => {
  const failed = { message: HOSTILE, detail: HOSTILE };
  const xml = junitText(HOSTILE, [{ name: HOSTILE, cases: [{ name: HOSTILE, subject: HOSTILE, failed }] }]);
  assertXml(xml);
  const shown = HOSTILE.replace("\u0001", "\\u0001")
    .replace("\u001b", "\\u001b")
    .replace("\u0000", "\\u0000")
    .replace("\ud800", "\\ud800")
    .replace("\ufffe", "\\ufffe");
  assert.deepEqual(elementsOf(xml, "failure"), [{ message: shown }]);
  assert.equal(elementsOf(xml, "testcase")[0]?.["name"], shown);
});

test("a document without suites is one too", () => {
  const xml = junitText("none", []);
  assertXml(xml);
  assert.equal(elementsOf(xml, "testsuites")[0]?.["tests"], "0");
});
