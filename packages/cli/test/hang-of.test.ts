import { deepEqual, equal, match } from "node:assert/strict"

import type { GroupInfo, LaneInfo, ProcessInfo } from "@millrace/core"
import { describe, it } from "vitest"

import { type GroupLook, hangOf } from "../src/doctor/hang-of.ts"

const NOW = 1_000_000
const OLD = NOW - 720_000

const worker = { processName: "w1", bootId: "b", host: "h", pid: 1, startedAt: 0, seenAt: NOW, live: true, leases: 1 }

const lane: LaneInfo = { group: "g", key: "k", partition: 0, status: "retrying", next: 7, failures: 0, retryAt: 0 }

function look(group: Partial<GroupInfo> = {}, lanes: readonly LaneInfo[] = [], recordedAt = OLD): GroupLook {
  const info: GroupInfo = {
    group: "g",
    order: "stream",
    status: "active",
    types: [],
    lag: 3,
    waitingSince: OLD,
    oldestCheckpoint: 5,
    newestCheckpoint: 9,
    retrying: lanes.length,
    parked: 0,
    epoch: 0,
    dropped: 0,
    skips: [],
    skipped: 0,
    ...group,
  }
  const ids = lanes.map(({ messageId }) => messageId).filter((id) => id !== undefined)
  return { group: info, lanes, recordedAt: new Map(ids.map((id) => [id, recordedAt])) }
}

/** What is told of a group that was found like this, and then like that. */
function told(first: GroupLook, second: GroupLook, live: readonly ProcessInfo[] = [worker]): readonly string[] {
  const at = { live, now: NOW, isOld: (instant: number) => NOW - instant >= 300_000 }
  return hangOf(first, second, at).map(({ what }) => what)
}

describe("two looks at a group whose oldest message is old", () => {
  const held = { ...lane, messageId: "m", leasedBy: "w1" }

  it("tell which process has which message in hand, where that is the same in both", () => {
    deepEqual(told(look({}, [held]), look({}, [held])), [
      "group g hangs: w1 has message 7 of k in hand, recorded 12 min ago",
    ])
  })

  it("name three messages in hand, and count the others", () => {
    const five = look(
      {},
      [1, 2, 3, 4, 5].map((next) => ({ ...held, key: `k${next}`, next })),
    )
    const [what] = told(five, five)
    match(what ?? "", /message 3 of k3 in hand, recorded 12 min ago; 2 more are in hand as long$/)
  })

  it("tell nothing of a message that was handled in between, tried again, or is in other hands", () => {
    for (const other of [{ next: 8 }, { failures: 1 }, { leasedBy: "w2" }])
      deepEqual(told(look({}, [{ ...held, ...other }]), look({ waitingSince: OLD + 1 }, [held]), [worker]), [])
  })

  it("tell nothing of a message in hand that is young, in a group that has a dead letter", () => {
    const young = look({}, [held], NOW - 1_000)
    const parked: LaneInfo = { ...lane, key: "dead", status: "parked", messageId: "p" }
    const both: GroupLook = { ...young, lanes: [held, parked], recordedAt: new Map([...young.recordedAt, ["p", OLD]]) }
    deepEqual(told(both, both), [])
  })

  it("tell nothing of a group that gets on, however far it is behind", () => {
    for (const on of [{ lag: 2 }, { waitingSince: OLD + 1 }, { oldestCheckpoint: 6 }])
      deepEqual(told(look(), look(on)), [])
  })

  it("tell nothing of a group in total order that waits for its retry", () => {
    const waits = look({ order: "log", retryAt: NOW + 60_000 })
    deepEqual(told(waits, waits), [])
  })

  it("tell who is at work where no message by itself is in hand, and where nobody is", () => {
    deepEqual(told(look(), look()), [
      "group g hangs: its oldest waiting message was recorded 12 min ago and is not settled; at work: w1",
    ])
    const [what, ...others] = told(look(), look(), [{ ...worker, leases: 0 }])
    match(what ?? "", /recorded 12 min ago, and no process has anything in hand$/)
    equal(others.length, 0)
  })
})
