import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { builtInText } from "../../bin/registry.mts";
import { builtInEffects, builtInTransforms } from "../../src/capabilities/built-in.ts";
import { registry } from "../../src/capabilities/registry.ts";
import { listView } from "../../src/cli/commands/capabilities/view.ts";
import { checkDocument } from "../sessions/documents.ts";

const source = readFileSync(join(import.meta.dirname, "../../src/capabilities/built-in.ts"), "utf8");

test("the registry lists exactly the capability files that are there", () => {
  assert.equal(source, builtInText(), "stale: node --import tsx bin/registry.mts writes it");
});

test("everything the registry lists is found by each of the names that it declares", () => {
  for (const declared of [...builtInTransforms(), ...builtInEffects()]) {
    const { code, implementation } = declared;
    for (const name of [code, ...("otherCodes" in declared ? (declared.otherCodes ?? []) : [])]) {
      const found =
        "answer" in declared ? registry.transform(name, implementation) : registry.effect(name, implementation);
      assert.equal(found, declared, name);
    }
  }
});

test("everything the registry lists is imported statically", () => {
  assert.doesNotMatch(source, /import\(|require\(/);
});

/** What the file imports when it is loaded, and what those files import. */
function importedFrom(file: string, seen = new Set<string>()): ReadonlySet<string> {
  const statements = readFileSync(file, "utf8").matchAll(/^(?:import|export) (?!type)[^;]*? from "([^"]+)";/gm);
  for (const [, name] of statements) {
    const target = name?.startsWith(".") ? join(dirname(file), name) : String(name);
    if (seen.has(target)) continue;
    seen.add(target);
    if (target.endsWith(".ts")) importedFrom(target, seen);
  }
  return seen;
}

test("loading the registry loads no library", () => {
  const imported = [...importedFrom(join(import.meta.dirname, "../../src/capabilities/registry.ts"))];
  assert.ok(imported.length > 40, `${imported.length} found`);
  const libraries = imported.filter((target) => !target.endsWith(".ts") && !target.startsWith("node:"));
  assert.deepEqual(libraries, []);
});

test("every built-in capability is listed as the schema says", () => {
  checkDocument("capabilities", JSON.parse(JSON.stringify(listView.toJson(registry.all()))));
});

test("a capability is found by its full name only", () => {
  const code = "capability_transforms::CT_PURE_LOOKUP_V0";
  assert.equal(registry.transform(code)?.code, code);
  assert.equal(registry.transform("CT_PURE_LOOKUP_V0"), undefined);
  assert.equal(registry.transform("constructor"), undefined);
  assert.equal(registry.effect(code), undefined);
});
