import type { Append } from "../backend/append.ts"
import type { Instant } from "../message/ids.ts"
import type { HandlingObserver } from "../reactor/handling-observer.ts"
import type { RecordAhead } from "../reactor/registration.ts"
import type { Writer } from "../store/writer.ts"
import { collect } from "./collect.ts"

interface Recording {
  readonly writer: Pick<Writer, "submit">
  readonly now: () => Instant
  /** Called after each write with what it stored. */
  readonly onStored: (append: Append) => void
  readonly observer?: HandlingObserver | undefined
}

/** How the reactor of a group stores something ahead of the settle: through the writer of its process, so that what runs side by side shares a commit. */
export function recordAhead(group: string, { writer, now, onStored, observer }: Recording): RecordAhead {
  return async (delivery, name, actions) => {
    const collected = collect([{ delivery, actions }], { name: `${group}/${name}`, epoch: 0, now: now(), observer })
    if ("unmergeable" in collected || collected.effects === undefined)
      throw new TypeError(`${group} recorded nothing, or two things that can not both be, as ${name}`)
    const { effects } = collected
    if (effects.streams.every(({ expected }) => expected === "any"))
      throw new TypeError(`${group} recorded ${name} without the version that it expects`)
    const verdict = await writer.submit(effects)
    if (verdict.kind !== "appended") return undefined
    onStored(effects)
    return verdict.streams
  }
}
