import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

const folder = join(import.meta.dirname, "../../docs/decisions");

const HEAD = /^# (\d{4}) (.+)\n\n- Date: (\d{4}-\d\d-\d\d)\n- Status: (Accepted|Superseded by \d{4})\n\n/;

test("every decision has its number, title, date and status, and the list has the same", () => {
  const pages = readdirSync(folder).filter((name) => /^\d/.test(name));
  const rows = pages.sort().map((name) => {
    const [, number, title, date, status] = HEAD.exec(readFileSync(join(folder, name), "utf8")) ?? [];
    assert.equal(number, name.slice(0, 4), name);
    return `| [${number}](${name}) | ${title} | ${date} | ${status} |`;
  });
  const list = readFileSync(join(folder, "README.md"), "utf8");
  assert.deepEqual(
    list.split("\n").filter((line) => line.startsWith("| [")),
    rows,
  );
});
