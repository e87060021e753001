/** A verdict as workflow commands: one line each, and no text can end one or begin another. */

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { printable } from "../../src/errors/printable.ts";
import { githubText } from "../../src/report/github.ts";
import { anyCharacter } from "../support/any-character.ts";
import { hostile, VERDICT } from "./verdicts.ts";

interface Command {
  readonly name: string;
  readonly properties: Readonly<Record<string, string>>;
  readonly data: string;
}

/** As the runner of GitHub Actions reads a line. */
function parse(line: string): Command {
  const [, name, properties, data] =
    /^::(\w+) ([^:]*)::(.*)$/s.exec(line) ?? assert.fail(`no command: ${line}`);
  const pairs = (properties as string).split(",").map((one) => {
    const [key, value] = one.split("=", 1).concat(one.slice(one.indexOf("=") + 1));
    return [key as string, unescaped(value as string, ["3A", "2C"])] as const;
  });
  return { name: name as string, properties: Object.fromEntries(pairs), data: unescaped(data as string, []) };
}

function unescaped(text: string, more: readonly string[]): string {
  const known = ["25", "0D", "0A", ...more];
  return text.replace(/%([0-9A-F]{2})/g, (whole, code: string) =>
    known.includes(code) ? String.fromCharCode(Number.parseInt(code, 16)) : whole,
  );
}

test("an annotation for each notice, the worst first, at its file and line", () => {
  assert.equal(
    githubText(VERDICT),
    [
      "::error file=protocol_snapshot/artifacts/a b.json,line=7,title=pgs edge-lost::An edge leads nowhere.%0AHint: draw it anew",
      "::warning file=/far/away.json,title=pgs node-odd::A node is odd.",
      "::notice title=pgs node-odd::A node is a little odd.",
      "",
    ].join("\n"),
  );
});

test("hostile texts stay on one line, and the runner reads them as they are printed everywhere", () => {
  const texts = fc.string({ unit: anyCharacter }).map((text) => `${text}%0A\r\n::error ::x,y=z`);
  fc.assert(
    fc.property(texts, (text) => {
      const [line, ...rest] = githubText(hostile(text)).split(/\r\n|\r|\n/);
      assert.deepEqual(rest, [""]);
      const { name, properties, data } = parse(line as string);
      assert.equal(name, "error");
      const shown = printable(text);
      assert.deepEqual(properties, { file: shown, line: "7", title: "pgs edge-lost" });
      assert.equal(data, `${shown}\nHint: ${shown}`);
    }),
  );
});

test("a verdict without notices says nothing", () => {
  assert.equal(githubText({ command: "pgs gate", parts: [] }), "");
});
