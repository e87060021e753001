/** A verdict as JUnit XML, as build servers read it. */

import { printable } from "../errors/printable.ts";
import type { Case, Part, Suite, Verdict } from "./result.ts";
import { attributes, escaped } from "./xml.ts";

/** The whole document. What Ant's schema wants stands in it too, though it says nothing here: streams, a host. */
export function junitText({ command, parts }: Verdict, epochMs: number): string {
  const timestamp = new Date(epochMs).toISOString().slice(0, 19);
  const suites = parts.flatMap((part) => part.suites.map((suite) => ({ part, suite })));
  const body = suites.map(({ part, suite }, id) => suiteText(part, suite, { command, timestamp, id }));
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n${body.join("")}</testsuites>\n`;
}

interface Told {
  readonly command: string;
  readonly timestamp: string;
  readonly id: number;
}

function suiteText(part: Part, { name, cases }: Suite, { command, timestamp, id }: Told): string {
  const head = attributes({
    name,
    package: `pgs.${part.name}`,
    id: String(id),
    ...countsOf(cases),
    timestamp,
    hostname: "localhost",
  });
  const called = `    <properties>\n      <property${attributes({ name: "command", value: command })}/>\n    </properties>\n`;
  const streams = "    <system-out/>\n    <system-err/>\n";
  return `  <testsuite${head}>\n${called}${cases.map(caseText).join("")}${streams}  </testsuite>\n`;
}

/** Cases left out are counted where there are some: not every schema knows of them. */
function countsOf(cases: readonly Case[]): Readonly<Record<string, string>> {
  const seconds = cases.reduce((sum, one) => sum + (one.seconds ?? 0), 0);
  const skipped = cases.filter((one) => one.skipped !== undefined).length;
  return {
    tests: String(cases.length),
    failures: String(cases.filter(({ failed }) => failed !== undefined).length),
    errors: "0",
    ...(skipped === 0 ? {} : { skipped: String(skipped) }),
    time: seconds.toFixed(3),
  };
}

function caseText({ name, subject, seconds = 0, failed, skipped }: Case): string {
  const start = `    <testcase${attributes({ name, classname: subject, time: seconds.toFixed(3) })}`;
  if (failed !== undefined) {
    const { message } = failed;
    const head = attributes({ message, type: "failure" });
    const detail = failed.detail === message ? printable(message) : failed.detail;
    return `${start}>\n      <failure${head}>${escaped(detail)}</failure>\n    </testcase>\n`;
  }
  if (skipped === undefined) return `${start}/>\n`;
  return `${start}>\n      <skipped>${escaped(printable(skipped))}</skipped>\n    </testcase>\n`;
}
