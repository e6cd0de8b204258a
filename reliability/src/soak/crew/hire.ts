import type { Plant } from "../mill/plant.ts"
import { type CrewMember, launch, type Role } from "./crew-member.ts"

/** Who is there. On memory all of them are one process. */
export interface Crew {
  readonly all: readonly CrewMember[]
  readonly writer: CrewMember
  readonly operator: CrewMember
}

const WORKERS = 2

/** Starts a writer, workers, and somebody who looks after the log. `plants`: the faults of the first worker. */
export async function hire(url: string, plants: readonly Plant[]): Promise<Crew> {
  const all: CrewMember[] = []
  const start = async (name: string, role: Role, faults: readonly Plant[] = []): Promise<CrewMember> => {
    const member = await launch({ url, name, role, plants: faults })
    all.push(member)
    return member
  }
  try {
    if (url === "memory:") {
      const only = await start("process", "both", plants)
      return { all, writer: only, operator: only }
    }
    // The first makes the log and its groups.
    const operator = await start("operator", "operator")
    for (let at = 1; at <= WORKERS; at += 1) await start(`worker-${at}`, "worker", at === 1 ? plants : [])
    return { all, writer: await start("writer", "writer"), operator }
  } catch (error) {
    await Promise.all(all.map((member) => member.kill()))
    throw error
  }
}
