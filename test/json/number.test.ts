import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";

import { exactText, isCanonicalNumber, isExactNumber, isPrintedNumber } from "../../src/json/number.ts";
import { draws } from "../support/portion.ts";

const rows: readonly (readonly [literal: string, isHeld: boolean])[] = [
  ["9007199254740992", true],
  ["9007199254740993", false],
  ["9007199254740993.0", false],
  ["9007199254740993e0", false],
  ["90071992547409930e-1", false],
  ["9007199254740992.000", true],
  ["1e400", false],
  ["-1e400", false],
  ["1e-400", false],
  [`0.${"0".repeat(400)}1`, false],
  [`0.${"0".repeat(400)}1e401`, true],
  ["0e999999999999", true],
  ["-0", true],
  ["1e22", true],
  ["1e23", false],
  ["0.1", true],
  ["5e-324", true],
  ["1".repeat(310), false],
  [`1${"0".repeat(309)}`, false],
  ["9".repeat(100_000), false],
  [String(2n ** 1023n), true],
];

for (const [literal, isHeld] of rows) {
  const shown = literal.length > 30 ? `${literal.slice(0, 12)}… (${literal.length} characters)` : literal;
  test(`a double ${isHeld ? "holds" : "does not hold"} ${shown}`, () => {
    assert.equal(isExactNumber(literal), isHeld);
  });
}

/** The value as a fraction: exactly that of the double. */
function fractionOf(value: number): readonly [bigint, bigint] {
  let denominator = 1n;
  let scaled = value;
  // Doubling is exact, but for the largest doubles, which are whole.
  while (!Number.isInteger(scaled)) {
    scaled *= 2;
    denominator *= 2n;
  }
  return [BigInt(scaled), denominator];
}

const digits = (most: number) => fc.stringMatching(new RegExp(`^[0-9]{0,${most}}$`));

test("a whole number is held when the double is exactly it, whatever its spelling", () => {
  fc.assert(
    fc.property(digits(25), digits(25), fc.integer({ min: -40, max: 330 }), (whole, fraction, exponent) => {
      const literal = `${BigInt(`0${whole}`)}${fraction === "" ? "" : `.${fraction}`}e${exponent}`;
      const [value, places] = [Number(literal), exponent - fraction.length];
      const spelled = BigInt(`0${whole}${fraction}`);
      const [numerator, scale] =
        places < 0 ? [spelled, 10n ** BigInt(-places)] : [spelled * 10n ** BigInt(places), 1n];
      const isWhole = numerator % scale === 0n;
      const [found, of] = Number.isFinite(value) ? fractionOf(value) : [0n, 0n];
      const isExact = of !== 0n && numerator * of === found * scale;
      assert.equal(isExactNumber(literal), isWhole ? isExact : of !== 0n && value !== 0, literal);
    }),
    { numRuns: draws(2000) },
  );
});

test("what is stored of a double is read again, and a canonical line is read as it was written", () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
      const stored = exactText(value);
      assert.ok(isExactNumber(stored), stored);
      assert.equal(Number(stored), value === 0 ? 0 : value);
      assert.ok(isCanonicalNumber(String(value)));
    }),
    { numRuns: draws(2000) },
  );
});

test("what another program prints for its double is the same double, not another number", () => {
  for (const printed of ["1e+23", "1e23", "1.152921504606847e+18"])
    assert.ok(isPrintedNumber(printed), printed);
  for (const other of ["1152921504606847000", "9007199254740993e0", "1e400", "1e-400"])
    assert.ok(!isPrintedNumber(other), other);
});
