import type { Scenario } from "../../../src/simulation/index.ts"
import { doAct, drawAct, type ErrandAct } from "./acts.ts"
import { checkChild, checkErrand } from "./check-runs.ts"
import { errandsOf, type Tokens } from "./errand.ts"
import { runEvents } from "./model.ts"

const ERRAND = /^errand-([^/]+)$/
const CHILD = /^help-(([^/]+)\/help#\d+)$/

/** Runs of workflows that step, wait, race, call children, fail and are cancelled. What each comes to has to follow from its stream alone. */
export const errands: Scenario<ErrandAct> = {
  name: "errands",
  draw: drawAct,
  open(world) {
    let token = 0
    const tokens: Tokens = { next: () => (token += 1) }
    const told: { readonly id: string; readonly end: string }[] = []
    const endOf = async (workflow: string, id: string): Promise<unknown> => {
      const [kept] = await world.storage.documents({ collection: `workflow/${workflow}`, ids: [id] })
      return kept?.value
    }
    return {
      reactors: (process) => Object.values(errandsOf(process, tokens)),
      act: (act, app, process) =>
        doAct(act, app, errandsOf(process, tokens), {
          now: world.now,
          sleep: (ms) => process.sleep(ms),
          told: (id, end) => void told.push({ id, end: JSON.stringify(end) }),
        }),
      async check(log) {
        const streams = Map.groupBy(log, ({ streamId }) => streamId)
        for (const [streamId, messages] of streams) {
          const events = runEvents(messages)
          const wrong = (text: string): void => world.wrong(`${streamId}: ${text}`)
          const [, errand] = ERRAND.exec(streamId) ?? []
          if (errand !== undefined) checkErrand(events, await endOf("errand", errand), wrong)
          const [, child, parent] = CHILD.exec(streamId) ?? []
          if (child === undefined || parent === undefined) continue
          const parents = runEvents(streams.get(`errand-${parent}`) ?? [])
          checkChild(events, { id: child, parents, kept: await endOf("help", child) }, wrong)
        }
        for (const { id, end } of told) {
          const kept = JSON.stringify(await endOf("errand", id))
          if (end !== kept) world.wrong(`errand-${id}: somebody was told that it ended as ${end}, and it is ${kept}`)
        }
      },
    }
  },
}
