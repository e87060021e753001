/** JUnit XML, as build servers read it. */

import { attributes, escaped } from "./xml.ts";

export interface JunitSuite {
  readonly name: string;
  readonly cases: readonly JunitCase[];
}

export interface JunitCase {
  readonly name: string;
  /** What is tried: a workflow, a transform. */
  readonly subject: string;
  readonly seconds?: number;
  /** Absent on a case that was passed. */
  readonly failed?: { readonly message: string; readonly detail: string };
  /** Why nothing is said about it. */
  readonly skipped?: string;
}

/** The whole document. */
export function junitText(name: string, suites: readonly JunitSuite[]): string {
  const all = suites.flatMap(({ cases }) => cases);
  const body = suites.map(suiteText).join("");
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites${named(name, all)}>\n${body}</testsuites>\n`;
}

function suiteText({ name, cases }: JunitSuite): string {
  return `  <testsuite${named(name, cases)}>\n${cases.map(caseText).join("")}  </testsuite>\n`;
}

/** A name with the counts of what it holds. */
function named(name: string, cases: readonly JunitCase[]): string {
  const seconds = cases.reduce((sum, one) => sum + (one.seconds ?? 0), 0);
  return attributes({
    name,
    tests: String(cases.length),
    failures: String(cases.filter(({ failed }) => failed !== undefined).length),
    errors: "0",
    skipped: String(cases.filter(({ skipped }) => skipped !== undefined).length),
    time: seconds.toFixed(3),
  });
}

function caseText({ name, subject, seconds = 0, failed, skipped }: JunitCase): string {
  const start = `    <testcase${attributes({ name, classname: subject, time: seconds.toFixed(3) })}`;
  if (failed !== undefined) {
    const { message, detail } = failed;
    return `${start}>\n      <failure${attributes({ message })}>${escaped(detail)}</failure>\n    </testcase>\n`;
  }
  if (skipped === undefined) return `${start}/>\n`;
  return `${start}>\n      <skipped${attributes({ message: skipped })}/>\n    </testcase>\n`;
}
