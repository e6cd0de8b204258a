import { describe, expect, it } from "vitest"

import {
  type Beat,
  FREE,
  isClaimable,
  isLeftBy,
  isSupersededBy,
  judgeBeat,
  leaseAfterClaim,
  leaseAfterRelease,
  leaseAfterSupersede,
  leasedBy,
  leaseKey,
  MAX_LEASE_FACTOR,
  PROCESS_TTL_MS,
  takeoversOf,
  TYPE_GRACE_MS,
  typesThatLeave,
} from "../../src/backend/index.ts"

const owner = { processName: "p", bootId: "one" }

describe("a lease", () => {
  it("counts a take-over each time it is claimed expired, and doubles up to its bound [lesson 34 lesson 46]", () => {
    let lease = leaseAfterClaim(FREE, { owner, now: 0, leaseMs: 10 })
    expect([lease.takeovers, lease.until]).toEqual([0, 10])
    expect([9, 10].map((now) => isClaimable(lease, now, "p"))).toEqual([false, true])
    const spans: number[] = []
    for (let claims = 0; claims < 6; claims += 1) {
      const now = lease.until
      lease = leaseAfterClaim(lease, { owner, now, leaseMs: 10 })
      spans.push((lease.until - now) / 10)
    }
    expect(spans).toEqual([2, 4, 8, 16, MAX_LEASE_FACTOR, MAX_LEASE_FACTOR])
    expect(lease.takeovers).toBe(6)
  })

  it("forgets its take-overs by progress alone", () => {
    const lease = { owner, until: 5, takeovers: 3 }
    expect([leaseAfterRelease(lease, false).takeovers, leaseAfterRelease(lease, true).takeovers]).toEqual([3, 0])
  })

  it("of a superseded boot is reserved for its name until it would have ended, and its next claim counts [L4.b]", () => {
    const reserved = leaseAfterSupersede({ owner, until: 500, takeovers: 0 })
    expect(["p", "q"].map((name) => isClaimable(reserved, 499, name))).toEqual([true, false])
    expect(["p", "q"].map((name) => isClaimable(reserved, 500, name))).toEqual([true, true])
    expect([takeoversOf(reserved), leasedBy(reserved, 100)]).toEqual([1, undefined])
    expect(leaseAfterSupersede(FREE)).toEqual(FREE)
  })

  it("in force is claimable by nobody, whatever its name", () => {
    const held = { owner, until: 500, takeovers: 0 }
    expect(isClaimable(held, 499, "p")).toBe(false)
    expect([leasedBy(held, 499), leasedBy(held, 500), leasedBy(FREE, 0)]).toEqual([owner, undefined, undefined])
  })

  it("is superseded by a later boot of its name, and freed by who holds it or has the name it is reserved for [L4.b]", () => {
    const held = { owner, until: 500, takeovers: 0 }
    const reserved = leaseAfterSupersede(held)
    const newcomer = { processName: "p", bootId: "two" }
    const other = { processName: "q", bootId: "three" }
    const askers = [owner, newcomer, other]
    expect(askers.map((who) => isSupersededBy(held, who))).toEqual([false, true, false])
    expect(askers.map((who) => isSupersededBy(reserved, who))).toEqual([false, false, false])
    expect(askers.map((who) => isLeftBy(held, who))).toEqual([true, false, false])
    expect(askers.map((who) => isLeftBy(reserved, who))).toEqual([true, true, false])
    expect(takeoversOf(leaseAfterRelease(held, false))).toBe(0)
  })

  it("is remembered by its tokens, whatever their order", () => {
    const lanes = [
      { key: "b", token: 12 },
      { key: "a", token: 9 },
    ]
    expect(leaseKey({ of: "lanes", group: "g", partition: 0, lanes })).toBe("l9,12")
    expect(leaseKey({ of: "partition", group: "g", partition: 0, token: 9 })).toBe("p9")
  })
})

describe("a heartbeat", () => {
  const facts = { host: "h", pid: 1 }
  const beat = (kind: "join" | "beat" | "leave"): Beat => ({ kind, owner, facts, wants: [] })
  const supersede = (beats: number): Beat => ({ kind: "supersede", owner, facts, wants: [], bootId: "two", beats })
  const holder = { bootId: "two", beats: 4, seenAt: 1_000 }

  it("is judged by who holds the name, and whether that one was heard [lesson 8 lesson 30]", () => {
    const now = 1_000 + PROCESS_TTL_MS
    expect(judgeBeat(beat("join"), undefined, now)).toEqual({ kind: "take", from: undefined })
    expect(judgeBeat(beat("join"), holder, now - 1)).toEqual({ kind: "held", challenge: true })
    expect(judgeBeat(beat("join"), holder, now)).toEqual({ kind: "take", from: "two" })
    expect(judgeBeat(beat("beat"), holder, now)).toEqual({ kind: "fenced" })
    expect(judgeBeat(supersede(4), holder, 1_001)).toEqual({ kind: "take", from: "two" })
    expect(judgeBeat(supersede(3), holder, 1_001)).toEqual({ kind: "held", challenge: false })
    expect(judgeBeat(beat("beat"), { ...holder, bootId: "one" }, now)).toEqual({ kind: "keep" })
    expect(judgeBeat(beat("leave"), { ...holder, bootId: "one" }, now)).toEqual({ kind: "go" })
    expect(judgeBeat(beat("leave"), holder, now)).toEqual({ kind: "nothing" })
  })
})

describe("a type", () => {
  const types = [
    { type: "old", wantedAt: 0 },
    { type: "new", wantedAt: TYPE_GRACE_MS },
  ]

  it("leaves its group when nobody has wanted it for the grace, while somebody of the group lives", () => {
    const now = TYPE_GRACE_MS + 1
    expect(typesThatLeave(types, { groupHeardAt: now, now })).toEqual(["old"])
    expect(typesThatLeave(types, { groupHeardAt: now, now: TYPE_GRACE_MS })).toEqual([])
    expect(typesThatLeave(types, { groupHeardAt: now - PROCESS_TTL_MS, now })).toEqual([])
  })
})
