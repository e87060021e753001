/** Whether mnemonics are made of entropy of so many bits (BIP-39). */
export function isStrength(bits: number): boolean {
  return bits % 32 === 0 && bits >= 128 && bits <= 256;
}
