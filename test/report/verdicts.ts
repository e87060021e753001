/** Verdicts for the reporters to tell. */

import { leftOut, type Notice, type Part, type Verdict } from "../../src/report/result.ts";

/** What could end a line, an attribute, an element, a table or a command. */
export const HOSTILE =
  "a<b>&\"c'\u0001\u001b[31m\u0000\ud800\ufffe]]>\r\n::error ::%0A,\té 😀 <!-- --> |`*[x](y)</pre>\u2028z";

export const NOTICE: Notice = {
  rule: "edge-lost",
  level: "error",
  message: "An edge leads nowhere.",
  hint: "draw it anew",
  file: "protocol_snapshot/artifacts/a b.json",
  line: 7,
  pointer: "/frontmatter/core",
  artifact: "one::WF_A_V0",
  fingerprint: "one",
};

/** A part with one notice of each level, and a case of each kind. */
export const FAILED: Part = {
  name: "check",
  state: "failed",
  counted: "3 artifacts, 2 rules",
  rules: [
    { id: "edge-lost", about: "Every edge leads somewhere.", level: "error", hint: "draw it" },
    { id: "node-odd", about: "No node is odd.", level: "warning" },
  ],
  notices: [
    { rule: "node-odd", level: "note", message: "A node is a little odd.", fingerprint: "two" },
    {
      rule: "node-odd",
      level: "warning",
      message: "A node is odd.",
      file: "/far/away.json",
      fingerprint: "three",
    },
    NOTICE,
  ],
  suites: [
    {
      name: "rules",
      cases: [
        { name: "good", subject: "s", seconds: 0.25 },
        { name: "bad", subject: "s", seconds: 1, failed: { message: "m", detail: "d" } },
        { name: "none", subject: "s", skipped: "why" },
      ],
    },
    { name: "more", cases: [{ name: "bad", subject: "t", failed: { message: "m", detail: "d" } }] },
  ],
};

export const PASSED: Part = {
  name: "verify",
  state: "passed",
  counted: "12 files",
  rules: [],
  notices: [],
  suites: [{ name: "verify", cases: [{ name: "every file", subject: "pgs verify" }] }],
};

export const VERDICT: Verdict = {
  command: "pgs gate",
  parts: [PASSED, FAILED, leftOut("test", "no scenarios", false)],
};

/** Every text of it is hostile. */
export function hostile(text: string = HOSTILE): Verdict {
  const failed = { message: text, detail: text };
  const notice = { ...NOTICE, message: text, hint: text, file: text, pointer: text, artifact: text };
  const suite = { name: text, cases: [{ name: text, subject: text, failed }] };
  const part = { ...FAILED, counted: text, notices: [{ ...notice, fingerprint: text }], suites: [suite] };
  return { command: text, parts: [part] };
}
