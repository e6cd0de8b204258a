import { bank, contract } from "../../src/simulation/index.ts"
import { errands } from "./errands/errands.ts"

/** What can be simulated here, by name. */
export const scenarios = { bank, contract, errands } as const

export type ScenarioName = keyof typeof scenarios
