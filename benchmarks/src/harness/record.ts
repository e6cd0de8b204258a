import type { Environment } from "./environment.ts"
import type { Judged } from "./judge-claim.ts"
import type { Faults, Sample } from "./sample.ts"
import type { Spread } from "./statistics.ts"

/** A subject's figures over all rounds of a bench. */
export interface SubjectRecord extends Spread {
  readonly subject: string
  /** Whether it is Millrace. */
  readonly own: boolean
  readonly faults: Faults
  readonly samples: readonly Sample[]
}

/** A bench that was run: what is printed, kept and shown. */
export interface BenchRecord {
  readonly suite: string
  readonly name: string
  readonly what: string
  readonly unit: string
  readonly environment: Environment
  readonly seconds: number
  readonly subjects: readonly SubjectRecord[]
  readonly claims: readonly Judged[]
}

/** Every claim is met and Millrace made no mistake; peers' mistakes are shown, not judged. */
export function isGood({ claims, subjects }: BenchRecord): boolean {
  return claims.every(({ met }) => met) && subjects.every(({ own, faults }) => !own || isClean(faults))
}

export function isClean({ lost, doubled, outOfOrder }: Faults): boolean {
  return lost + doubled + outOfOrder === 0
}

export function sumFaults(samples: readonly Sample[]): Faults {
  const sum = (pick: (faults: Faults) => number) => samples.reduce((total, { faults }) => total + pick(faults), 0)
  return {
    lost: sum(({ lost }) => lost),
    doubled: sum(({ doubled }) => doubled),
    outOfOrder: sum(({ outOfOrder }) => outOfOrder),
  }
}
