/** Samples, and how they are taken: in turn, so that whatever slows the machine down slows all of them. */

/** How often each of the things compared is measured. */
export const ROUNDS = 31;

export interface Spread {
  readonly median: number;
  readonly p10: number;
  readonly p90: number;
}

export function spreadOf(samples: readonly number[]): Spread {
  const sorted = [...samples].sort((a, b) => a - b);
  const at = (share: number) =>
    sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] as number;
  return { median: at(0.5), p10: at(0.1), p90: at(0.9) };
}

/** Half of the interval in which the median of such samples lies with a probability of 95 %, from their ranks. */
export function noiseOf(samples: readonly number[]): number {
  const sorted = [...samples].sort((a, b) => a - b);
  const rank = Math.max(0, Math.floor(sorted.length / 2 - 0.98 * Math.sqrt(sorted.length)) - 1);
  return ((sorted.at(-1 - rank) as number) - (sorted[rank] as number)) / 2;
}

export type Measure = () => number | Promise<number>;

/** By name, one sample a round: A B C A B C …, each round beginning one further, so that no neighbour stays the same. */
export async function inTurn<N extends string>(
  measures: Readonly<Record<N, Measure>>,
  rounds: number = ROUNDS,
): Promise<Readonly<Record<N, readonly number[]>>> {
  const names = Object.keys(measures) as N[];
  const samples = Object.fromEntries(names.map((name) => [name, [] as number[]])) as Record<N, number[]>;
  for (let round = 0; round < rounds; round++) {
    for (let i = 0; i < names.length; i++) {
      const name = names[(i + round) % names.length] as N;
      samples[name].push(await measures[name]());
    }
  }
  return samples;
}

export function microseconds(since: bigint): number {
  return Number(process.hrtime.bigint() - since) / 1000;
}
